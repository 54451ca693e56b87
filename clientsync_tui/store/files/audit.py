"""Compares the derived tables with the ledger: derives them again in a scratch file and compares row by row."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from typing import Any

from ..database import Database
from ..ledger import DERIVED, derive_all, entry_of
from ..migrations import opened
from ..standings import plain


class Underivable(Exception):
    """The ledger contains an entry (`seq`) that contradicts earlier ones, or that this program did not write."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"entry {seq} can't be applied")
        self.seq = seq


def differing(database: Database) -> list[str]:
    """The derived tables that differ from the ledger, in one state of the database. Nothing is written to it.

    Raises Underivable, and sqlite3.Error if the file is damaged.
    """
    # Without a name it is SQLite's own temporary file, gone when closed, so a practice of any size fits.
    with database.reading() as db, closing(sqlite3.connect("", isolation_level=None)) as scratch:
        scratch.execute("PRAGMA foreign_keys = ON")
        scratch.execute("BEGIN")
        marks = ", ".join("?" * len(DERIVED))
        shape = f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL ORDER BY type DESC"
        for (sql,) in db.execute(shape, DERIVED).fetchall():
            scratch.execute(sql)
        scratch.execute("INSERT INTO standings VALUES (0, '', NULL)")
        _derive(db, scratch)
        return [table for table in DERIVED if not _same(db, scratch, _query(db, table))]


def _derive(db: sqlite3.Connection, scratch: sqlite3.Connection) -> None:
    seq = 0

    def noted() -> Iterator[Any]:
        nonlocal seq
        for row in db.execute("SELECT * FROM ledger ORDER BY seq"):
            seq = row["seq"]
            yield entry_of(row)

    try:
        derive_all(db, scratch, noted())
    except sqlite3.DatabaseError:
        raise
    except Exception as error:
        # A body that this program didn't write can fail in any way.
        raise Underivable(seq) from error


def _query(db: sqlite3.Connection, table: str) -> str:
    """Reads a table in a defined order. A standing's number means nothing, only its key does."""
    if table == "standings":
        return "SELECT key FROM standings WHERE id <> 0 ORDER BY key"
    columns = ", ".join(
        "(SELECT key FROM standings WHERE id = standing)" if name == "standing" else name
        for name in opened(db).table(table).columns_dict
    )
    return (
        f"SELECT {columns} FROM {table} ORDER BY 1, 2"
        if "," in columns
        else f"SELECT {columns} FROM {table} ORDER BY 1"
    )


def _same(db: sqlite3.Connection, scratch: sqlite3.Connection, query: str) -> bool:
    return all(row == other_row for row, other_row in zip_longest(plain(db, query), plain(scratch, query)))
