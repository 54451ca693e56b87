"""A consistent copy of the practice's database, and putting one back. Tokens are in nobody's copy: they are in the keyring."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from ..practice.trouble import Trouble, UsageError
from ..store.database import VERSION
from ..store.store import Store


def backup(store: Store, file: Path) -> None:
    """Copies the database as it is now to `file`, whole or not at all, while others go on working.

    Raises UsageError when something else is there, Trouble when it cannot be written.
    """
    file = Path(os.path.realpath(file))
    if file == Path(os.path.realpath(store.database.path)):
        raise UsageError(f"{file} is the practice's database itself.")
    if file.exists():
        check(file)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        try:
            beside.touch(mode=0o600, exist_ok=False)
            with closing(sqlite3.connect(beside)) as copy:
                store.database.connection.backup(copy)
                # One file, whatever mode the original is in.
                copy.execute("PRAGMA journal_mode = DELETE")
            with beside.open("rb+") as written:
                os.fsync(written.fileno())
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise Trouble(f"{file} cannot be written: {error}.") from None


def check(file: Path) -> None:
    """Raises UsageError unless `file` is a sound database of this program that this version can read."""
    try:
        with closing(_read_only(file)) as found:
            version = int(found.execute("PRAGMA user_version").fetchone()[0])
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            sound = found.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.Error as error:
        raise UsageError(f"{file} is no copy of a practice: {error}.") from None
    if not {"ledger", "clients", "integrations"} <= tables:
        raise UsageError(f"{file} is no copy of a practice.")
    if version > VERSION:
        raise UsageError(
            f"{file} was written by a newer Client Sync (version {version}; this one knows {VERSION})."
        )
    if not sound:
        raise UsageError(f"{file} is damaged.")


def restore(file: Path, database: Path) -> Path | None:
    """Puts the copy `file` in the place of `database`; returns where the former one is kept (None: there was none).

    A kill leaves the one or the other, whole. Raises UsageError when `file` is no sound copy, or when another process uses the
    practice; Trouble when the disk is full or the folder cannot be written.
    """
    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    if database.exists() and file.samefile(database):
        raise UsageError(f"{file} is the practice's database itself.")
    check(file)
    try:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = _kept(database) if database.exists() else None
        with _alone(database) as present, closing(_read_only(file)) as copy:
            if kept is not None:
                with closing(sqlite3.connect(kept)) as former:
                    kept.chmod(0o600)
                    present.backup(former)
            copy.backup(present)
        database.chmod(0o600)
    except (OSError, sqlite3.Error) as error:
        raise Trouble(f"The practice's database {database} cannot be replaced: {error}.") from None
    return kept


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
        except sqlite3.OperationalError:
            raise UsageError("The practice is in use by another window or process: end it first.") from None
        yield connection


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
