"""A consistent copy of the practice's database, and putting one back. Tokens are in nobody's copy: they are in the keyring."""

import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ..config import data_folder
from ..guarded import make_folder
from ..named_file import OwnFiles, replaces, writing
from ..practice.entries import iso
from ..practice.trouble import Trouble, UsageError
from ..store import copies
from ..store.chain import Flaw
from ..store.sentences import is_damage, why
from ..store.store import Store


def backup(store: Store, file: Path | None, own: OwnFiles) -> Path:
    """Copies the database as it is now to `file`, whole or not at all, while others go on working; returns the file.

    None: to the program's own backups beside the database, of which the newest stay.
    Raises UsageError when something else is there or `file` is one of the program's `own`, Trouble when it cannot be written.
    """
    database = store.database
    try:
        if file is None:
            return copies.keep(database.connection, database.path, "asked")
        if replaces(file, own):
            copies.check(file)
        # SQLite opens files by their names alone, so it writes where nobody else can put a link in the way.
        make_folder(data_folder())
        with TemporaryDirectory(dir=data_folder(), prefix="backup-", ignore_cleanup_errors=True) as folder:
            made = Path(folder) / "practice.db"
            copies.copy(database.connection, made)
            with made.open("rb") as source, writing(file, own, replace=True) as target:
                shutil.copyfileobj(source, target)
        return file
    except (OSError, sqlite3.Error) as error:
        raise Trouble(f"{file or 'The backup'} cannot be written: {why(error, database.path)}") from None


def restore(file: Path, database: Path) -> tuple[Path | None, Flaw | None]:
    """Puts the copy `file` in the place of `database`; returns where the former one is kept (None: there was none), and where
    the copy's ledger was altered, if it was.

    A kill leaves the one or the other, whole. Raises UsageError when `file` is no sound copy, or when another process uses the
    practice; Trouble when the disk is full or the folder cannot be written.
    """
    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    if database.exists() and file.samefile(database):
        raise UsageError(f"{file} is the practice's database itself.")
    flaw = copies.check(file)
    try:
        make_folder(database.parent)
        kept = _kept(database) if database.exists() else None
        if kept is not None and not _readable(database):
            _put_aside(database, kept)
            _replace(file, database, None)
        else:
            _replace(file, database, kept)
    except (OSError, sqlite3.Error) as error:
        raise Trouble(
            f"The practice's database {database} cannot be replaced: {why(error, database)}"
        ) from None
    return kept, flaw


def _replace(file: Path, database: Path, kept: Path | None) -> None:
    if not database.exists():
        database.touch(mode=0o600)
    with _alone(database) as present, closing(copies.read_only(file)) as copy:
        if kept is not None:
            copies.copy(present, kept)
        copy.backup(present)
        # What the program's own copies held beyond this one was given up on purpose.
        present.execute("INSERT OR REPLACE INTO meta VALUES ('restored', ?)", (iso(datetime.now(UTC)),))


def _readable(database: Path) -> bool:
    try:
        with closing(copies.read_only(database)) as present:
            return present.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return False


def _put_aside(database: Path, kept: Path) -> None:
    """Keeps a damaged database as it is, with what belongs to it."""
    # The database last: without it, SQLite would take what is left for a new one's.
    for ending in ("-wal", "-shm", "-journal", ""):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))


def _kept(database: Path) -> Path:
    """A name beside the database that is not taken."""
    first = database.with_name(f"{database.name}.before-restore")
    found, number = first, 1
    while found.exists():
        number += 1
        found = first.with_name(f"{first.name}-{number}")
    return found


@contextmanager
def _alone(database: Path) -> Generator[sqlite3.Connection]:
    """The database while no other process has it open."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=1)) as connection:
        try:
            # Leaving WAL needs that nobody else is connected (sqlite.org/pragma.html#pragma_journal_mode).
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise UsageError("The practice is in use by another window or process: end it first.") from None
        yield connection
