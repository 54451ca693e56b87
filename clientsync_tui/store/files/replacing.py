"""Replaces the practice's database: the new file is built beside it, and renamed once."""

import contextlib
import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ...host.beside import Owner, give
from ...host.opened_in_time import opened_in_time
from ...host.planted import BESIDE, opened, resolved
from . import copies, in_use
from .connecting import connect
from .opened_folder import OpenedFolder
from .sqlite_errors import is_damage


class Replacing:
    """The practice's file while nobody else uses it. Created by `replacing`."""

    def __init__(self, database: Path, folder: OpenedFolder) -> None:
        self._database = database
        self._folder = folder
        self.new = folder.path / database.name
        """Where to build the new file."""

    def finish(self) -> Path | None:
        """Saves the present file under another name, then puts the new one in its place. Returns that name, None if there
        was no file. A kill leaves one or the other. Owner, group and mode stay, as far as this user may set them. Raises
        UsageError if a program that ignores the lock has the file open, OSError and sqlite3.Error if the disk is full.
        """
        if not self._database.exists():
            self._rename()
            return None
        found = self._database.lstat()
        owner = Owner(found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode))
        saved_as = _free(self._database)
        if _is_readable(self._database):
            with _locked(self._database) as present:
                copies.copy(present, saved_as, owner)
                self._rename(owner)
        else:
            _keep_as_it_is(self._database, saved_as, owner)
            _fold(self._database)
            self._rename(owner)
        return saved_as

    def _rename(self, owner: Owner | None = None) -> None:
        # By descriptor, because anyone who can write to the practice's folder can swap the new file's folder.
        name = self._database.name
        new = self._folder.open(name)
        try:
            if owner is not None:
                give(new if os.chmod in os.supports_fd else self.new, owner)
            os.fsync(new)
        finally:
            os.close(new)
        with OpenedFolder(self._database.parent) as place:
            self._folder.move(name, place)


_MARK = ".being-made"
"""The suffix of a marker file in each folder that `replacing` creates. Any other folder, whatever its name, is never
removed.
"""


_FORMER = ".before-restore"
"""The suffix of the replaced file, perhaps followed by a number."""


@contextmanager
def replacing(database: Path) -> Generator[Replacing]:
    """Keeps everyone from opening `database` while its replacement is built.

    Raises UsageError if someone has it open, OSError if its folder can't be written.
    """
    database = resolved(database)
    with contextlib.ExitStack() as stack:
        if database.exists():
            stack.enter_context(in_use.alone(database))
            _remove_left(database)
        folder = stack.enter_context(
            OpenedFolder(Path(tempfile.mkdtemp(dir=database.parent, prefix=f".{database.name}.")))
        )
        stack.callback(_remove, folder, database.name)
        (folder.path / f"{database.name}{_MARK}").touch()
        yield Replacing(database, folder)


class Killed(NamedTuple):
    """An interrupted replacement. `replaced`: whether the new file was already in place. `former`: the previous file, if it
    was saved.
    """

    replaced: bool
    former: Path | None


def killed(database: Path) -> Killed | None:
    """What an interrupted replacement left behind. None while another process replaces the file, or if nothing is left."""
    database = resolved(database)
    mark = f"{database.name}{_MARK}"
    for left in database.parent.glob(f".{database.name}.*"):
        with contextlib.suppress(OSError), OpenedFolder(left) as folder:
            names = folder.names()
            if mark in names and not in_use.is_being_replaced(database):
                began = folder.stat(mark).st_mtime
                return Killed(database.name not in names, _former_since(database, began))
    return None


def clean_up(database: Path) -> None:
    """Removes what an interrupted replacement left behind, except the former file. A copy of what was put in place now
    counts as one.

    Raises UsageError if someone has the file open.
    """
    database = resolved(database)
    found = killed(database)
    with in_use.alone(database):
        if found is not None and found.replaced:
            copies.publish_restored(database)
        _remove_left(database)


def _former_since(database: Path, began: float) -> Path | None:
    for file in database.parent.glob(f"{database.name}{_FORMER}*"):
        if not file.name.endswith(BESIDE) and file.is_file() and file.stat().st_mtime >= began:
            return file
    return None


def _remove_left(database: Path) -> None:
    """Removes the remains of an interrupted replacement; no other one is in progress."""
    for left in database.parent.glob(f".{database.name}.*"):
        found = left.lstat()
        if os.name == "posix" and found.st_uid != os.geteuid():
            continue
        if stat.S_ISDIR(found.st_mode):
            with contextlib.suppress(OSError), OpenedFolder(left) as folder:
                _remove(folder, database.name)
        elif _FORMER in left.name:
            left.unlink()


def _remove(folder: OpenedFolder, name: str) -> None:
    """Removes a folder in which a database with that name was built. Without the marker it is removed only if empty,
    because anyone who can write to the practice's folder can give any folder such a name.
    """
    with contextlib.suppress(OSError):
        mark = f"{name}{_MARK}"
        names = folder.names()
        for found in sorted(names, key=mark.__eq__) if mark in names else ():
            if found == f"{name}.backups":
                with OpenedFolder(folder.path / found) as copies_of_it:
                    for copy in copies_of_it.files():
                        copies_of_it.unlink(copy)
                (folder.path / found).rmdir()
            else:
                folder.unlink(found)
        folder.path.rmdir()


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
    """The database in a single file, while no other program has it open, such as an earlier release or an sqlite3 shell."""
    try:
        with closing(connect(database)) as connection:
            opened_in_time(database, partial(_lock, connection))
            yield connection
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise in_use.in_use() from None


def _lock(connection: sqlite3.Connection) -> None:
    # Leaving WAL mode requires that nobody else is connected (sqlite.org/pragma.html#pragma_journal_mode).
    connection.execute("PRAGMA journal_mode = DELETE")
    # This keeps the lock after the transaction; within one, nothing can be copied.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")


def _keep_as_it_is(database: Path, saved_as: Path, owner: Owner) -> None:
    """Copies a damaged database byte by byte, with its companion files."""
    for ending in ("", *BESIDE):
        part, to = database.with_name(database.name + ending), saved_as.with_name(saved_as.name + ending)
        if not os.path.lexists(part):
            continue
        # Another user may put a link in place of either, so only the files opened here are read, given away and
        # saved.
        with opened(part) as found, open(found, "rb", closefd=False) as source, to.open("xb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            # A private file that someone moved there stays private.
            mode = owner.mode & stat.S_IMODE(os.fstat(found).st_mode)
            give(target.fileno() if os.chmod in os.supports_fd else to, owner._replace(mode=mode))
            os.fsync(target.fileno())


def _fold(database: Path) -> None:
    """Leaves only the database file itself. First it takes in its log, as far as SQLite can read it, so that a kill after
    this loses nothing of it.
    """
    with (
        contextlib.suppress(sqlite3.DatabaseError),
        closing(connect(database)) as connection,
    ):
        opened_in_time(database, partial(connection.execute, "PRAGMA journal_mode = DELETE"))
    for ending in BESIDE:
        database.with_name(database.name + ending).unlink(missing_ok=True)


def _free(database: Path) -> Path:
    """An unused name beside the database."""
    first = database.with_name(f"{database.name}{_FORMER}")
    found, number = first, 1
    while os.path.lexists(found):
        number += 1
        found = first.with_name(f"{first.name}-{number}")
    return found
