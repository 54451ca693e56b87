"""The ledger: the one place where the practice is changed. Appending an entry also applies it to the derived tables."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ..practice.entries import Entry, Kind, NewEntry, iso
from . import projection
from .database import Database

DERIVED = ("integrations", "clients", "standings", "sign_ins", "teams")


class Ledger:
    """The ledger in the practice's own SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, *entries: NewEntry) -> list[Entry]:
        """Appends `entries` in one transaction (of its own, or the one that this thread is in) and applies them.

        Raises projection.Clash where what is there contradicts them, and Trouble on a full disk: then nothing is kept.
        """
        with self._database.writing() as db:
            return [self._append(db, entry) for entry in entries]

    def _append(self, db: sqlite3.Connection, new: NewEntry) -> Entry:
        at = iso(datetime.now(UTC))
        cursor = db.execute(
            "INSERT INTO ledger (at, actor, kind, client, software, organisation_id, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                at,
                new.actor,
                new.kind,
                new.client,
                new.software,
                new.organisation_id,
                json.dumps(dict(new.body), ensure_ascii=False),
            ),
        )
        entry = Entry(
            new.kind,
            new.actor,
            new.client,
            new.software,
            new.organisation_id,
            new.body,
            cursor.lastrowid or 0,
            at,
        )
        projection.apply(db, entry)
        return entry

    def entries(
        self,
        *,
        client: str | None = None,
        after: int = 0,
        match: str | None = None,
        newest_first: bool = False,
        most: int = -1,
    ) -> Iterator[Entry]:
        """Entries behind `after`, in order. `client`: of one client, with what became of the sign-ins it used.
        `match`: those whose kind, actor, client's name or body contain this text. `most`: at the most so many (-1: all)."""
        where, values = ["seq > ?"], [after]
        parameters: list[object] = list(values)
        if client is not None:
            where.append("client = ?")
            parameters.append(client)
        if match:
            where.append(
                "(instr(lower(kind || ' ' || actor || ' ' || body || ' ' || coalesce(software, '')), ?) OR client IN "
                "(SELECT id FROM clients WHERE instr(search, ?)))"
            )
            parameters += [match.casefold(), match.casefold()]
        order = "DESC" if newest_first else "ASC"
        # Only literals of this function are put together here; values are parameters.
        query = f"SELECT * FROM ledger WHERE {' AND '.join(where)} ORDER BY seq {order} LIMIT ?"
        for row in self._database.connection.execute(query, (*parameters, most)):
            yield entry_of(row)

    def last(self) -> int:
        """The newest entry's number; 0 when there is none."""
        return int(
            self._database.connection.execute("SELECT coalesce(max(seq), 0) FROM ledger").fetchone()[0]
        )

    def rebuild(self) -> int:
        """Throws the derived tables away and derives them anew; returns how many entries there were."""
        with self._database.writing() as db:
            for table in DERIVED:
                db.execute(f"DELETE FROM {table}")
            db.execute("INSERT INTO standings VALUES (0, '[]')")
            count = 0
            for row in db.execute("SELECT * FROM ledger ORDER BY seq").fetchall():
                projection.apply(db, entry_of(row))
                count += 1
            return count


def entry_of(row: sqlite3.Row) -> Entry:
    """The entry that a row of the ledger holds."""
    return Entry(
        Kind(row["kind"]), row["actor"], row["client"], row["software"], row["organisation_id"], json.loads(row["body"]),
        row["seq"], row["at"],
    )  # fmt: skip


def names(entries: Sequence[Entry], database: Database) -> dict[str, str]:
    """The names of the clients that `entries` speak of, by id."""
    ids = sorted({entry.client for entry in entries if entry.client})
    found: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ", ".join("?" * len(part))
        found.update(
            database.connection.execute(
                f"SELECT id, name FROM clients WHERE id IN ({marks})", part
            ).fetchall()
        )
    return found
