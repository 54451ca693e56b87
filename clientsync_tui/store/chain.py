"""The chain through the ledger: each entry's hash is over the one before it and the entry itself.

So an entry that was changed, taken out or put in by anything but this program shows (`verify`). Anyone who can write to the file
can also recompute the chain: that shows only against a hash that was saved elsewhere, as every backup does.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

LAST_HEAD = "SELECT rowid, seq, hash FROM head ORDER BY seq DESC, rowid LIMIT 1"
"""The head, of which there is one: anyone who adds another can't have fewer entries taken for the whole ledger."""

START = bytes(32)
"""Stands for the hash before the first entry."""

COLUMNS = "seq, at, actor, kind, client, software, organisation_id, body"
_to_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def link(before: bytes, row: Sequence[int | str | None]) -> bytes:
    """The hash of an entry: SHA-256 over the former one's 32 bytes, then the entry's `COLUMNS` as they are stored, as a JSON array
    in ASCII without spaces."""
    return sha256(before + _to_json(row).encode()).digest()


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first place where the ledger is not as this program left it; `last` is the last of several entries that were removed."""

    what: Literal["altered", "removed", "inserted"]
    seq: int
    last: int


def verify(db: sqlite3.Connection) -> Flaw | None:
    """Reads the whole ledger, an entry at a time, in one state of the database; None: it is whole."""
    # Without a head it can't be known whether entries were cut off behind the last.
    _, head, head_hash = db.execute(LAST_HEAD).fetchone() or (0, None, b"")
    seq, before = 0, START
    rows = db.execute(f"SELECT hash, {COLUMNS} FROM ledger ORDER BY seq")
    rows.row_factory = None
    for found, *row in rows:
        if row[0] <= seq:
            return Flaw("inserted", row[0], row[0])
        if row[0] > seq + 1:
            return Flaw("removed", seq + 1, row[0] - 1)
        seq += 1
        if link(before, row) != found:
            return Flaw("inserted" if _is_between(db, seq, before, head) else "altered", seq, seq)
        before = found
    if head is None or seq < head:
        return Flaw("removed", seq + 1, head or seq + 1)
    if seq > head:
        return Flaw("inserted", head + 1, seq)
    return None if (seq, before) == (head, head_hash) else Flaw("altered", seq, seq)


def _is_between(db: sqlite3.Connection, seq: int, before: bytes, head: int | None) -> bool:
    """Whether the chain ends in front of entry `seq`, or passes it by."""
    if head is not None and seq > head:
        return True
    following = db.execute(f"SELECT hash, {COLUMNS} FROM ledger WHERE seq = ?", (seq + 1,)).fetchone()
    return following is not None and link(before, tuple(following)[1:]) == following[0]
