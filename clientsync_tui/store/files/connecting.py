"""Makes sure that SQLite opens a file of the practice, and nothing that someone put in its place or beside it."""

import sqlite3
from pathlib import Path

from ...host.on_posix import USERS
from ...host.opened_in_time import opened_in_time
from ...host.planted import refuse_planted, resolved
from ...practice.trouble import UsageError
from .sqlite_errors import is_damage


def connect(path: Path, *, read_only: bool = False, timeout: float = 1, mode: str = "") -> sqlite3.Connection:
    """Opens an existing file in autocommit mode. A connection that only reads is in one transaction and sees one state of
    the file.

    `mode`: how SQLite opens it, if not according to `read_only`.

    Raises UsageError if there is another user's link, a pipe, or something that SQLite did not create in its place or beside it,
    and sqlite3.Error if it can't be read.
    """
    try:
        real = resolved(path)
        refuse_planted(real)
        return opened_in_time(real, lambda: _connected(path, real, read_only, timeout, mode), timeout)
    except OSError as error:
        raise UsageError(f"{path} can't be opened: {error.strerror}.") from None


def _connected(path: Path, real: Path, read_only: bool, timeout: float, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{real.as_uri()}?mode={mode or ('ro' if read_only else 'rw')}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        # SQLite follows links, but reports what it opened: someone may have put a link there meanwhile.
        if USERS and connection.execute("PRAGMA database_list").fetchone()[2] != str(real):
            raise UsageError(f"{path} can't be opened: it was replaced by a link while being opened.")
        # SQLite opens the files beside it only now. Between two transactions it would look for a journal again.
        if read_only:
            connection.execute("BEGIN")
        connection.execute("PRAGMA schema_version").fetchone()
    except BaseException as error:
        # Closing a damaged file removes its log. The connection's user will meet the error itself, and save both first.
        if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
            return connection
        connection.close()
        raise
    return connection
