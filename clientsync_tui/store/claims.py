"""Who is working on which clients, from this host's table. A practice on a server has the same table there."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..practice.claims import USUAL_MINUTES, Claim, Claimed
from ..practice.entries import Kind, NewEntry, iso
from ..practice.text import clean
from .clock import ahead
from .database import Database
from .own_rows import is_claim

if TYPE_CHECKING:
    from .ledger import Ledger

_OF = "SELECT * FROM claims WHERE until > ? AND client IN (SELECT value FROM json_each(?))"
_LATER = "strftime('%Y-%m-%dT%H:%M:%fZ', ?, '+' || minutes || ' minutes')"
RENEWED_BELOW = 5 / 6
"""Activity renews a claim only if less than this fraction of its time is left. Otherwise every key would be a change that all hosts
copy.
"""


class Claims:
    """The practice's claims."""

    def __init__(self, database: Database, ledger: "Ledger") -> None:
        self._database = database
        self._ledger = ledger

    def active(self, now: datetime) -> list[Claim]:
        """Every active claim, oldest first."""
        query = "SELECT * FROM claims WHERE until > ? ORDER BY since, client"
        db = self._database.connection
        by = ahead(db)
        return list(_readable(db.execute(query, (iso(now + by),)), by))

    def next_end(self, now: datetime) -> datetime | None:
        """When the next claim expires without further activity; None if there are no claims."""
        return min((claim.until for claim in self.active(now)), default=None)

    def of(self, clients: Iterable[str], now: datetime) -> dict[str, Claim]:
        """The claims on these clients (their ids)."""
        return claims_on(self._database.connection, clients, now)

    def take(self, clients: Sequence[str], person: str, minutes: int = USUAL_MINUTES) -> Claimed:
        """Claims clients, except those that are no longer on the list. If a colleague had claimed one, the history records that this
        person took it over. Raises what `Home` raises."""
        with self._database.writing(shared=True) as db:
            home = self._database.home
            at, person = home.at(), home.actor(person)
            clients = _on_the_list(db, clients)
            taken_at_home = home.claim(db, clients, minutes)
            if taken_at_home is None:
                name, before = person, claims_on(db, clients, datetime.fromisoformat(at)).values()
                others = tuple(claim for claim in before if claim.person != person)
                if others:
                    self._ledger.append(*(_taken_over(claim, person) for claim in others))
            else:
                name, others = taken_at_home.name, tuple(_readable(taken_at_home.rows, ahead(db)))
            db.execute("DELETE FROM claims WHERE until <= ?", (at,))
            db.executemany(
                "INSERT INTO claims VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%dT%H:%M:%fZ', ?4, '+' || ?5 || ' minutes'), ?5) "
                "ON CONFLICT DO UPDATE SET since = iif(person = excluded.person, since, excluded.since), person = excluded.person, "
                "name = excluded.name, until = excluded.until, minutes = excluded.minutes",
                [(client, person, name, at, minutes) for client in clients],
            )
        return Claimed(len(clients), others)

    def release(self, clients: Sequence[str], person: str) -> int:
        """Ends this person's claims on these clients. Returns how many there were. Raises what `Home` raises."""
        with self._database.writing(shared=True) as db:
            home = self._database.home
            person = home.actor(person)
            there = home.release(clients)
            query = "DELETE FROM claims WHERE person = ? AND client IN (SELECT value FROM json_each(?)) RETURNING until > ?"
            here = db.execute(query, (person, json.dumps(list(clients)), home.at())).fetchall()
            return sum(row[0] for row in here) if there is None else there

    def note_activity(self, person: str, now: datetime) -> bool:
        """Extends this person's claims, because they are active, if one is due (`RENEWED_BELOW`). Returns whether it did."""
        if not any(_is_due(claim, now) for claim in self.active(now) if claim.person == person):
            return False
        with self._database.writing(shared=True) as db:
            home = self._database.home
            at, person = home.at(), home.actor(person)
            home.renew_claims()
            db.execute(f"UPDATE claims SET until = {_LATER} WHERE person = ? AND until > ?", (at, person, at))
        return True


def claims_on(db: sqlite3.Connection, clients: Iterable[str], now: datetime) -> dict[str, Claim]:
    """The claims on these clients. Most of the time a practice has none, and then this is almost free."""
    if db.execute("SELECT 1 FROM claims LIMIT 1").fetchone() is None:
        return {}
    by = ahead(db)
    rows = db.execute(_OF, (iso(now + by), json.dumps(list(clients))))
    return {claim.client: claim for claim in _readable(rows, by)}


def _on_the_list(db: sqlite3.Connection, clients: Sequence[str]) -> list[str]:
    query = "SELECT id FROM clients WHERE removed = 0 AND id IN (SELECT value FROM json_each(?))"
    return [str(row[0]) for row in db.execute(query, (json.dumps(list(clients)),))]


def _readable(rows: Iterable[sqlite3.Row | Mapping[str, Any]], by: timedelta) -> Iterable[Claim]:
    for row in rows:
        # Anyone who can write to the file may have put another row there.
        if is_claim(row):
            since, until = datetime.fromisoformat(row["since"]), datetime.fromisoformat(row["until"])
            yield Claim(row["client"], row["person"], clean(row["name"]), since, until - by, row["minutes"])


def _is_due(claim: Claim, now: datetime) -> bool:
    return claim.until - now < timedelta(minutes=claim.minutes * RENEWED_BELOW)


def _taken_over(claim: Claim, person: str) -> NewEntry:
    body = {"from": {"role": claim.person, "name": claim.name}, "since": iso(claim.since)}
    return NewEntry(Kind.CLAIM_TAKEN_OVER, person, claim.client, body=body)
