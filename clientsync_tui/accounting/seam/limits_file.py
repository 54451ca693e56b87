"""The file that all processes on a host share to respect the apps' call limits. It is only a cache: a file that is damaged, or that
another program changed, is thrown away.

Anyone who shares the practice can write to it. A trigger or a view that they planted could block everyone forever, so each
transaction first makes sure that the file has exactly our own tables.
"""

import asyncio
import errno
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ...host import beside
from ...host.file_permissions import make_folder
from ...host.full_disk import in_words, why_no_growth
from ...host.opened_in_time import opened_in_time
from ...host.planted import refuse_planted
from ...practice.trouble import Trouble, UsageError

T = TypeVar("T")

_BUSY_FOR_S = 5.0
_BUSY_MS = 10  # longer than anyone's transaction, shorter than anyone notices
_LONGEST_S = 2.0
"""How long a transaction may take, which usually takes less than a millisecond. Someone may have filled the tables."""
_STEPS = 100_000
"""How many virtual machine steps SQLite takes between two checks of the time."""
_OF_THE_SYSTEM = frozenset(
    (
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_MISUSE,
    )
)  # fmt: skip
"""Errors that a new file would not solve."""


class _Strange(sqlite3.DatabaseError):
    """The file has tables other than ours, or is no longer at its place."""


class _BeingReplaced(sqlite3.DatabaseError):
    """The file is just being replaced in another thread."""


class LimitsFile:
    """The open file."""

    def __init__(self, path: Path, owner: beside.Owner, schema: str) -> None:
        """Opens the file, or creates it for `owner`. Raises UsageError if it can't be used."""
        self._path, self._owner, self._schema = path, owner, schema
        self._ends = time.monotonic()
        self._database, self._file = self._opened()
        self._version: int | None = None
        self._is_open = True
        self._replacing = asyncio.Lock()

    def execute(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Executes a statement within a transaction."""
        return self._database.execute(statement, values)

    def executemany(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        """Executes a statement with each of the values, within a transaction."""
        self._database.executemany(statement, values)

    async def change(self, act: Callable[[], T]) -> T:
        """The result of `act`, in one transaction. Waits for other processes; SQLite would block the screen meanwhile.

        Raises Trouble if the file can't be used.
        """
        ends = time.monotonic() + _BUSY_FOR_S
        pause = 0.001
        while True:
            try:
                with self.changing():
                    return act()
            except sqlite3.Error as error:
                code = getattr(error, "sqlite_errorcode", None)
                is_busy = code == sqlite3.SQLITE_BUSY or isinstance(error, _BeingReplaced)
                if time.monotonic() > ends or not (is_busy or _is_content(error)):
                    raise Trouble(unusable(self._path, error)) from None
                if not is_busy:
                    await self._replace()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.05)

    @contextmanager
    def changing(self) -> Generator[None]:
        """One transaction, in a file that has only our own tables. Raises sqlite3.Error if that is not possible now."""
        self._begin()
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            # SQLite already rolled back when the disk filled up.
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise

    def is_at_its_place(self) -> bool:
        """Whether the open file is still the one that other processes find."""
        try:
            return os.path.samestat(self._path.lstat(), self._file)
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _begin(self) -> None:
        if self._replacing.locked():
            raise _BeingReplaced("it is being replaced")
        if not self._is_open or not self.is_at_its_place():
            raise _Strange("it is no longer at its place")
        self._ends = time.monotonic() + _LONGEST_S
        self._database.execute("BEGIN IMMEDIATE")
        try:
            version = self._database.execute("PRAGMA schema_version").fetchone()[0]
            if version != self._version and not _is_ours(self._database, self._schema):
                raise _Strange("another program keeps changing its tables")
            self._version = version
        except BaseException:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise

    async def _replace(self) -> None:
        """Throws the open file away, unless another process already has. It may have to wait for that process."""
        before = self._database
        async with self._replacing:
            if self._database is not before:
                return
            # First, because Windows removes no open file.
            self._is_open, self._version = False, None
            before.close()
            self._database, self._file = await asyncio.to_thread(self._opened, self._file)
            self._is_open = True

    def _opened(self, unwanted: os.stat_result | None = None) -> tuple[sqlite3.Connection, os.stat_result]:
        try:
            make_folder(self._path.parent)
            try:
                return self._made(unwanted)
            except PermissionError:
                # An earlier version, run by root, left files that no one else can open. Anyone who can write to the folder can create
                # new ones.
                _throw_away(self._path, self._lock)
                return self._made(None)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(unusable(self._path, error)) from None

    @property
    def _lock(self) -> Path:
        return self._path.with_name(f"{self._path.name}.lock")

    def _made(self, unwanted: os.stat_result | None) -> tuple[sqlite3.Connection, os.stat_result]:
        # If another process is just turning the same new file to WAL, SQLite says "locked" at once instead of
        # waiting.
        with beside.locked(self._lock, self._owner, _BUSY_FOR_S):
            found = beside.make(self._path, self._owner)
            if not os.access(self._path, os.R_OK | os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            if unwanted is None or not os.path.samestat(found, unwanted):
                try:
                    return self._connect()
                except sqlite3.Error as error:
                    if not _is_content(error):
                        raise
            _throw_away(self._path)
            beside.make(self._path, self._owner)
            return self._connect()

    def _connect(self) -> tuple[sqlite3.Connection, os.stat_result]:
        refuse_planted(self._path)
        return opened_in_time(self._path, self._connected, _BUSY_FOR_S)

    def _connected(self) -> tuple[sqlite3.Connection, os.stat_result]:
        database = sqlite3.connect(
            self._path, timeout=_BUSY_FOR_S, isolation_level=None, check_same_thread=False
        )
        try:
            found = _refuse_another(database, self._path, self._owner)
            # Whatever someone wrote there must not stop us from finding out.
            database.text_factory = _text
            self._ends = time.monotonic() + _BUSY_FOR_S
            database.set_progress_handler(self._takes_too_long, _STEPS)
            database.execute("PRAGMA trusted_schema = OFF")
            is_new = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if not is_new and not _is_ours(database, self._schema):
                raise _Strange("another program changed its tables")
            database.execute("PRAGMA journal_mode = WAL")
            # Nothing in here is worth waiting for the disk: after a power cut, the last minute is over anyway.
            database.execute("PRAGMA synchronous = OFF")
            if is_new:
                database.executescript(self._schema)
            database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        except BaseException:
            database.close()
            raise
        return database, found

    def _takes_too_long(self) -> bool:
        return time.monotonic() > self._ends


def unusable(path: Path, error: Exception) -> str:
    """Why the file can't be used."""
    why = why_no_growth(path) or (in_words(error, path.parent) if isinstance(error, OSError) else error)
    return f"The file of call limits, {path}, can't be used: {why}"


def _throw_away(path: Path, *more: Path) -> None:
    for file in (path, *(path.with_name(f"{path.name}-{end}") for end in ("wal", "shm")), *more):
        file.unlink(missing_ok=True)


def _refuse_another(database: sqlite3.Connection, path: Path, owner: beside.Owner) -> os.stat_result:
    """SQLite follows links, but reports what it opened: the file may have been replaced by a link after it was
    checked. Returns what is there.
    """
    found = beside.make(path, owner)
    file = database.execute("PRAGMA database_list").fetchone()[2]
    if sys.platform != "win32" and file != str(path.parent.resolve() / path.name):
        raise OSError(errno.ELOOP, f"it was replaced by a link while being opened: `rm {path}`")
    return found


def _is_content(error: sqlite3.Error) -> bool:
    """Whether the error comes from what is in the file, so that a new one helps."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, _Strange) or (code is not None and code & 0xFF not in _OF_THE_SYSTEM)


def _is_ours(database: sqlite3.Connection, schema: str) -> bool:
    """Whether the file has exactly our tables. Nothing stored in the file is executed to find out."""
    return _statements(database) == _expected(schema)


@cache
def _expected(schema: str) -> Sequence[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(schema)
        return _statements(made)


def _statements(database: sqlite3.Connection) -> Sequence[tuple[str, ...]]:
    return database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()


def _text(value: bytes) -> str:
    return value.decode(errors="replace")
