"""Putting another file in the place of the practice's database: the new file is made beside it and renamed once."""

import contextlib
import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from ...host.beside import Owner, give
from . import copies, in_use
from .sqlite_errors import is_damage

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database. It would take what is left of an old one for the new one's."""


class Replacing:
    """The practice's file while nobody else uses it. Made by `replacing`."""

    def __init__(self, database: Path, new: Path) -> None:
        self._database = database
        self.new = new
        """Where the new file is to be made."""

    def finish(self) -> Path | None:
        """Keeps the present file beside itself, then puts the new one in its place; returns where it is kept, None if there was none.

        A kill leaves the one or the other. The owner, the group and the mode stay, as far as this user may give them.
        Raises UsageError if a program that knows no lock has the file open, OSError and sqlite3.Error where the disk is full.
        """
        if not self._database.exists():
            self._rename()
            return None
        found = self._database.stat()
        owner = Owner(found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode))
        kept = _free(self._database)
        if _is_readable(self._database):
            with _locked(self._database) as present:
                copies.copy(present, kept, owner)
                self._rename(owner)
        else:
            _keep_as_it_is(self._database, kept, owner)
            _fold(self._database)
            self._rename(owner)
        return kept

    def _rename(self, owner: Owner | None = None) -> None:
        if owner is not None:
            give(self.new, owner)
        _sync(self.new)
        self.new.replace(self._database)
        _sync(self._database.parent)


@contextmanager
def replacing(database: Path) -> Generator[Replacing]:
    """Keeps everybody from opening `database` while another file is made for its place.

    Raises UsageError if somebody has it open, OSError where its folder cannot be written.
    """
    database = Path(os.path.realpath(database))
    with contextlib.ExitStack() as stack:
        if database.exists():
            stack.enter_context(in_use.alone(database))
            _remove_left(database)
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(
                dir=database.parent, prefix=f".{database.name}.", ignore_cleanup_errors=True
            )
        )
        yield Replacing(database, Path(folder) / database.name)


def _remove_left(database: Path) -> None:
    """Removes what a replacing left that was killed; there is no other one now."""
    for left in database.parent.glob(f".{database.name}.*"):
        found = left.lstat()
        if os.name == "posix" and found.st_uid != os.geteuid():
            continue
        if stat.S_ISDIR(found.st_mode):
            shutil.rmtree(left, ignore_errors=True)
        elif ".before-restore" in left.name:
            left.unlink()


def _is_readable(database: Path) -> bool:
    try:
        with closing(copies.read_only(database)) as present:
            return present.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return False


@contextmanager
def _locked(database: Path) -> Generator[sqlite3.Connection]:
    """The database, all of it in one file, while no other program has it open, such as an earlier release or an sqlite3 shell."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=1)) as connection:
        try:
            # Leaving WAL needs that nobody else is connected (sqlite.org/pragma.html#pragma_journal_mode).
            connection.execute("PRAGMA journal_mode = DELETE")
            # So the lock stays behind the transaction: within one, nothing can be copied.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise in_use.in_use() from None
        yield connection


def _keep_as_it_is(database: Path, kept: Path, owner: Owner) -> None:
    """Copies a damaged database byte by byte, with what belongs to it."""
    for ending in ("", *BESIDE):
        part, to = database.with_name(database.name + ending), kept.with_name(kept.name + ending)
        if not part.is_file():
            continue
        with part.open("rb") as source, to.open("xb") as target:
            shutil.copyfileobj(source, target)
        give(to, owner)
        _sync(to)


def _fold(database: Path) -> None:
    """Leaves no file of the database but itself. What its log holds goes into it first, as far as SQLite can read it, so that a kill
    behind this loses nothing of it."""
    with (
        contextlib.suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(database, timeout=1)) as connection,
    ):
        connection.execute("PRAGMA journal_mode = DELETE")
    for ending in BESIDE:
        database.with_name(database.name + ending).unlink(missing_ok=True)


def _free(database: Path) -> Path:
    """A name beside the database that is not taken."""
    first = database.with_name(f"{database.name}.before-restore")
    found, number = first, 1
    while os.path.lexists(found):
        number += 1
        found = first.with_name(f"{first.name}-{number}")
    return found


def _sync(path: Path) -> None:
    if path.is_dir() and os.name != "posix":
        return
    fd = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
