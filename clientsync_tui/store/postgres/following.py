"""Brings a host's own file up to date with the ledger on the server, in order and without gaps."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from ...practice.bodies import body_of
from ...practice.entries import Entry, Kind
from .. import projection
from ..chain import START, link
from .connecting import Connection

_KINDS = frozenset(map(str, Kind))
AT_ONCE = 20_000
"""Entries in one transaction of the file."""
BYTES_AT_ONCE = 32 * 1024 * 1024
"""The total length of their texts. A single entry can have a megabyte."""

SELECT = """
SELECT seq, at, actor, kind, client, software, organisation_id, body, hash FROM (
    SELECT *, row_number() OVER (ORDER BY seq) AS n, sum(octet_length(body)) OVER (ORDER BY seq) AS bytes FROM (
        SELECT * FROM clientsync.ledger WHERE seq >= %s ORDER BY seq LIMIT %s
    ) AS next
) AS counted WHERE n <= 2 OR bytes <= %s ORDER BY seq
"""
Row = Sequence[Any]
"""An entry's columns in the order of `SELECT`."""


class Differs(Exception):
    """The file's ledger differs from the server's: it belongs to another practice, or someone changed one of them."""


class Newer(Exception):
    """The next entry is of a kind that this version does not know. `version`: the first that does."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


def head_of(db: sqlite3.Connection) -> tuple[int, bytes]:
    """The number and hash of the file's last entry."""
    row = db.execute("SELECT seq, hash FROM head").fetchone()
    return (int(row[0]), bytes(row[1])) if row else (0, START)


def missing(server: Connection, seq: int, digest: bytes) -> Sequence[Row]:
    """The next entries after number `seq`, whose hash is `digest`. Raises Differs if the server's entry `seq` has another hash."""
    rows: Sequence[Row] = server.execute(SELECT, (max(seq, 1), AT_ONCE, BYTES_AT_ONCE)).fetchall()
    if seq == 0:
        return rows
    if not rows or rows[0][0] != seq or bytes(rows[0][8]) != digest:
        raise Differs
    return rows[1:]


def catch_up(db: sqlite3.Connection, server: Connection) -> int:
    """Applies the next entries within the caller's transaction. Returns how many. Raises Differs, and Newer if the very next entry
    needs a newer version.
    """
    rows = missing(server, *head_of(db))
    known = list(_until_unknown(rows))
    if rows and not known:
        raise Newer(_version_of(server, str(rows[0][3])))
    apply_rows(db, known)
    return len(known)


def apply_rows(db: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Appends entries from the server and derives the tables. Raises Differs if they don't fit."""
    seq, before = head_of(db)
    entries: list[Entry] = []
    for row in rows:
        if row[0] != seq + 1 or link(before, row[:8]) != row[8]:
            raise Differs
        seq, before = row[0], row[8]
        entries.append(Entry(Kind(row[3]), row[2], row[4], row[5], row[6], body_of(row[7]), row[0], row[1]))
    db.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.execute("UPDATE head SET seq = ?, hash = ?", (seq, before))
    projection.apply_valid(db, entries)


def _until_unknown(rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        if row[3] not in _KINDS:
            return
        yield row


def _version_of(server: Connection, kind: str) -> str:
    row = server.execute("SELECT since FROM clientsync.kinds WHERE kind = %s", (kind,)).fetchone()
    return str(row[0]) if row else "newer than this one"
