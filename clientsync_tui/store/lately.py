"""What happened in the practice since a person last looked, and what ends soon."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ..practice.entries import Kind, iso
from ..practice.status import Reason
from .database import Database
from .people import People
from .standings import AFRESH

_BROKE = """
SELECT DISTINCT i.software, i.client FROM ledger l
JOIN clients c ON c.id = l.client AND c.removed = 0
JOIN integrations i ON i.software = l.software AND i.organisation_id = l.organisation_id AND i.client = c.n
WHERE l.seq > ? AND l.kind IN (?, ?) AND i.problem IS NOT NULL AND i.problem <> ?
"""
_LAPSED = """
SELECT i.software, i.client FROM sign_ins s JOIN integrations i ON i.sign_in = s.id AND i.problem IS NULL
JOIN clients c ON c.n = i.client AND c.removed = 0 WHERE s.ends_at > ? AND s.ends_at <= ?
"""
_FIXED = """
SELECT DISTINCT l.actor, l.software, l.kind, c.n FROM ledger l JOIN clients c ON c.id = l.client AND c.removed = 0
WHERE l.seq > ? AND l.kind IN (?, ?, ?)
"""
_ENDING = f"""
SELECT s.ends_at, i.software, i.client FROM sign_ins s JOIN integrations i ON i.sign_in = s.id AND i.problem IS NULL
JOIN clients c ON c.n = i.client AND c.removed = 0 WHERE s.ends_at > :now AND s.ends_at <= :until AND NOT {AFRESH.format(s="s.")}
ORDER BY s.ends_at
"""
_CHANGED = """
SELECT c.n, (SELECT json_group_array(key) FROM json_each(l.body, '$.details')) FROM ledger l JOIN clients c ON c.id = l.client AND c.removed = 0
WHERE l.seq > ? AND l.kind IN (?, ?) AND
CASE WHEN json_valid(l.body) THEN json_type(l.body, '$.details') = 'object' AND json_extract(l.body, '$.details') <> '{}' END
"""
_ADDED = """
SELECT DISTINCT c.n FROM ledger l JOIN clients c ON c.id = l.client AND c.removed = 0 WHERE l.seq > ? AND l.kind = ?
"""


class Fixed(NamedTuple):
    """Something that was fixed: by whom, in which accounting app, how, and which client."""

    actor: str
    software: str
    kind: Kind
    client: int


class Ending(NamedTuple):
    """When an integration ends, with its accounting app and client."""

    at: datetime
    software: str
    client: int


class Lately:
    """Queries about the end of the ledger and the near future. Clients are numbers; those off the list are left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _db(self) -> sqlite3.Connection:
        return self._database.connection

    def before(self, at: datetime) -> int:
        """The number of the last entry before a moment."""
        query = "SELECT coalesce(max(seq), 0) FROM ledger WHERE at < ?"
        return int(self._db.execute(query, (iso(at),)).fetchone()[0])

    def broke(self, after: int, since: datetime, now: datetime) -> list[tuple[str, int]]:
        """Accounting app and client of each integration that was found expired or broken after that entry, or whose sign-in
        has ended since, and that is still so.
        """
        values = (after, Kind.FOUND_EXPIRED, Kind.FOUND_BROKEN, Reason.DISCONNECTED_HERE)
        found = [(row[0], row[1]) for row in self._db.execute(_BROKE, values)]
        lapsed = [(row[0], row[1]) for row in self._db.execute(_LAPSED, (iso(since), iso(now)))]
        return list(dict.fromkeys(found + lapsed))

    def fixed(self, after: int) -> list[Fixed]:
        """What was reconnected, taken over or found working again after that entry."""
        values = (after, Kind.RECONNECTED, Kind.REASSIGNED, Kind.FOUND_WORKING)
        people = People(self._database)
        rows = self._db.execute(_FIXED, values)
        return [Fixed(people.one_name(row[0]), row[1], Kind(row[2]), row[3]) for row in rows]

    def ending(self, now: datetime, within: timedelta) -> list[Ending]:
        """The working integrations that end within that time unless their sign-in is used, soonest first, without
        short-lived sign-ins that were used only recently.
        """
        rows = self._db.execute(_ENDING, {"now": iso(now), "until": iso(now + within)})
        return [Ending(datetime.fromisoformat(row[0]), row[1], row[2]) for row in rows]

    def changed(self, after: int) -> Iterator[tuple[int, list[str]]]:
        """The client and the names of the changed details, for each change after that entry."""
        for n, details in self._db.execute(_CHANGED, (after, Kind.REFRESHED, Kind.DETAILS_SET)):
            yield n, list(json.loads(details))

    def added(self, after: int) -> list[int]:
        """The clients that were added after that entry."""
        return [row[0] for row in self._db.execute(_ADDED, (after, Kind.CLIENT_ADDED))]
