"""Rebuilds a damaged file from its own ledger, if that is still readable: then nothing is lost except perhaps a cache."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ..chain import LAST_HEAD, verify
from ..database import Database
from ..ledger import DERIVED, Ledger
from ..migrations import opened
from ..standings import plain
from .copies import read_only
from .schema_check import VERSION, is_ours

OWN = ("ledger", "head")
"""Without these tables there is nothing to rebuild from."""


class Unreadable(Exception):
    """A table of the damaged file can't be read."""


def is_salvageable(damaged: Path) -> bool:
    """Whether the file's ledger can be read and is intact."""
    try:
        with closing(read_only(damaged)) as source:
            return (
                source.execute("PRAGMA user_version").fetchone()[0] == VERSION
                and all(is_ours(source, table) for table in OWN)
                and verify(source) is None
            )
    except sqlite3.DatabaseError:
        return False


def salvage(damaged: Path, into: Path) -> list[str]:
    """Builds a new database at `into` from what is readable in `damaged`. Returns the tables that weren't.

    Raises Unreadable if the ledger can't be read, and what `Database` and its `writing` raise.
    """
    lost: list[str] = []
    with closing(read_only(damaged)) as source, closing(Database(into)) as database:
        with database.writing() as db:
            query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
            for table in [row[0] for row in db.execute(query) if row[0] not in DERIVED]:
                try:
                    with database.writing():
                        _copy(source, db, table)
                except (Unreadable, sqlite3.IntegrityError):
                    if table in OWN:
                        raise
                    lost.append(table)
            db.execute(f"DELETE FROM head WHERE rowid <> (SELECT rowid FROM ({LAST_HEAD}))")
        Ledger(database).rebuild()
    return lost


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    if not is_ours(source, table):
        raise Unreadable(table)
    into = opened(target).table(table)
    target.execute(f"DELETE FROM {table}")
    names = list(into.columns_dict)
    into.insert_all(dict(zip(names, row, strict=True)) for row in _rows(source, table))


def _rows(source: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    try:
        yield from plain(source, f"SELECT * FROM {table}")
    except sqlite3.DatabaseError as error:
        raise Unreadable(table) from error
