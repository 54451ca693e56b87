"""The file that all processes on a host share to respect the apps' call limits. It is only a cache: a damaged file is
thrown away.
"""

import errno
import os
import sqlite3
import sys
from pathlib import Path

from ...host import beside
from ...host.file_permissions import make_folder
from ...host.full_disk import in_words, why_no_growth
from ...host.opened_in_time import opened_in_time
from ...host.planted import refuse_planted
from ...practice.trouble import UsageError

_BUSY_FOR_S = 5.0
_BUSY_MS = 10  # longer than anyone's transaction, shorter than anyone notices


def opened(path: Path, owner: beside.Owner, schema: str) -> sqlite3.Connection:
    """Opens the file, or creates it for `owner`. Raises UsageError if it can't be used."""
    try:
        make_folder(path.parent)
        try:
            return _made(path, owner, schema)
        except PermissionError:
            # An earlier version, run by root, left files that no one else can open. Anyone who can write to the folder can create new
            # ones.
            _throw_away(path, path.with_name(f"{path.name}.lock"))
            return _made(path, owner, schema)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(unusable(path, error)) from None


def unusable(path: Path, error: Exception) -> str:
    """Why the file can't be used."""
    why = why_no_growth(path) or (in_words(error, path.parent) if isinstance(error, OSError) else error)
    return f"The file of call limits, {path}, can't be used: {why}"


def _made(path: Path, owner: beside.Owner, schema: str) -> sqlite3.Connection:
    # If another process is just turning the same new file to WAL, SQLite says "locked" at once instead of
    # waiting.
    with beside.locked(path.with_name(f"{path.name}.lock"), owner, _BUSY_FOR_S):
        beside.make(path, owner)
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        try:
            return _connect(path, owner, schema)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise
            _throw_away(path)
            beside.make(path, owner)
            return _connect(path, owner, schema)


def _throw_away(path: Path, *more: Path) -> None:
    for file in (path, *(path.with_name(f"{path.name}-{end}") for end in ("wal", "shm")), *more):
        file.unlink(missing_ok=True)


def _connect(path: Path, owner: beside.Owner, schema: str) -> sqlite3.Connection:
    refuse_planted(path)
    return opened_in_time(path, lambda: _connected(path, owner, schema), _BUSY_FOR_S)


def _connected(path: Path, owner: beside.Owner, schema: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_FOR_S, isolation_level=None, check_same_thread=False)
    try:
        _refuse_another(database, path, owner)
        database.execute("PRAGMA journal_mode = WAL")
        # Nothing in here is worth waiting for the disk: after a power cut, the last minute is over anyway.
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(schema)
        database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    except BaseException:
        database.close()
        raise
    return database


def _refuse_another(database: sqlite3.Connection, path: Path, owner: beside.Owner) -> None:
    """SQLite follows links, but reports what it opened: the file may have been replaced by a link after it was
    checked.
    """
    beside.make(path, owner)
    file = database.execute("PRAGMA database_list").fetchone()[2]
    if sys.platform != "win32" and file != str(path.parent.resolve() / path.name):
        raise OSError(errno.ELOOP, f"it was replaced by a link while being opened: `rm {path}`")
