"""The ledger's hash chain: each entry's hash covers the previous hash and the entry itself.

So an entry that anything but this program changed, removed or inserted is detected (`verify`). Anyone who can write to the file
can also recompute the chain; only a hash saved elsewhere, as in every backup, reveals that.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

LAST_HEAD = "SELECT rowid, seq, hash FROM head ORDER BY seq DESC, rowid LIMIT 1"
"""The head. There is only one: otherwise, someone could add another and pass off a truncated ledger as a whole one."""

START = bytes(32)
"""Stands for the hash before the first entry."""

COLUMNS = "seq, at, actor, kind, client, software, organisation_id, body"
_to_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def link(before: bytes, row: Sequence[int | str | None]) -> bytes:
    """The hash of an entry: SHA-256 over the previous hash's 32 bytes, then the entry's `COLUMNS` as stored, as a JSON
    array in ASCII without spaces.
    """
    return sha256(before + _to_json(row).encode()).digest()


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first place where the ledger is not as this program left it. `last`: the last of several missing entries."""

    what: Literal["altered", "removed", "inserted"]
    seq: int
    last: int


def verify(db: sqlite3.Connection) -> Flaw | None:
    """Reads the whole ledger, entry by entry, from one state of the database. None: it is intact."""
    # Without a head, nobody can know whether entries at the end were cut off.
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
    """Whether the chain ends just before entry `seq`, or continues past it."""
    if head is not None and seq > head:
        return True
    following = db.execute(f"SELECT hash, {COLUMNS} FROM ledger WHERE seq = ?", (seq + 1,)).fetchone()
    return following is not None and link(before, tuple(following)[1:]) == following[0]
