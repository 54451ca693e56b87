"""Copies of the practice's database: whole or not at all, looked at before they are trusted; the program's own are rotated."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

KEPT = 7
"""So many of the program's own copies of each kind stay; older ones go."""


def copy(source: sqlite3.Connection, file: Path) -> None:
    """Copies the database as it is now to `file`, while others go on working; `file` is the person's own (0600).

    Raises OSError and sqlite3.Error where it cannot be written: then what was at `file` is still there.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)
        beside.touch(mode=0o600, exist_ok=False)
        with closing(sqlite3.connect(beside)) as target:
            source.backup(target)
            # One file, whatever mode the original is in.
            target.execute("PRAGMA journal_mode = DELETE")
        with beside.open("rb+") as written:
            os.fsync(written.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def keep(source: sqlite3.Connection, database: Path, why: str) -> Path:
    """Makes one of the program's own copies of `database`, named by the time and `why`; the oldest beyond `KEPT` go.

    Raises OSError and sqlite3.Error where it cannot be written.
    """
    folder = folder_of(database)
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{why}.db"
    copy(source, file)
    for old in sorted(folder.glob(f"*-{why}.db"), reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)
    return file


def kept(database: Path) -> Iterator[Path]:
    """The program's own copies of `database`, the newest first."""
    return iter(sorted(folder_of(database).glob("*.db"), reverse=True))


def folder_of(database: Path) -> Path:
    """Where the program keeps its own copies of `database`."""
    return database.with_name(f"{database.name}.backups")
