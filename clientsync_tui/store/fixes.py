"""Fixes: integrations with the same accounting app, person and problem, so that one action fixes them all."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from ..practice.entries import Kind, moment
from ..practice.model import Integration
from ..practice.people import Person
from ..practice.status import STATUS_OF_PROBLEM, Reason, Standing, Status
from .database import Database
from .derive import pairs
from .standings import UNUSUAL, Judge, plain

_FOUND = (Kind.FOUND_EXPIRED, Kind.FOUND_BROKEN)

Link = tuple[str, str]
"""An integration's problem (empty: none) and its sign-in."""


class Cause(NamedTuple):
    """What the integrations of a fix have in common. `person`: the accounting app's own id."""

    software: str
    person: str
    reason: Reason


def cause_of(link: Integration) -> Cause | None:
    """What an integration has in common with the others of its fix; None if nothing needs fixing."""
    reason = link.standing.reason
    return Cause(link.software, link.integrated_by.id, reason) if reason else None


class Fix(NamedTuple):
    """`integrations`: how many. `first_end`, `last_end`: when the first and last sign-ins end or ended (None: no known
    end).

    `own`: the organisations with their own sign-in.
    """

    cause: Cause
    person: Person
    integrations: int
    first_end: datetime | None
    last_end: datetime | None
    own: frozenset[str] = frozenset()

    @property
    def each_own(self) -> bool:
        """Whether every organisation has its own sign-in."""
        return bool(self.own)

    def joined(self, other: "Fix") -> "Fix":
        """Merges both into one."""
        firsts = [end for end in (self.first_end, other.first_end) if end]
        lasts = [end for end in (self.last_end, other.last_end) if end]
        return self._replace(
            integrations=self.integrations + other.integrations,
            first_end=min(firsts, default=None),
            last_end=max(lasts, default=None),
            own=self.own | other.own,
        )


def fixes(
    database: Database, clients: Sequence[int], statuses: Collection[Status], now: datetime
) -> list[Fix]:
    """The fixes for these clients' integrations with one of `statuses`, the largest first.

    Clients share standings, so each standing is judged once, however many clients have it.
    """
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        standing = listing.standing(db)
        having = Counter(map(standing.__getitem__, clients))
        judge = Judge(db, now)
        counted: Counter[tuple[Standing, Link]] = Counter()
        for number, key in plain(db, f"SELECT id, key FROM standings WHERE {UNUSUAL}", judge.soon):
            if count := having[number]:
                for pair in pairs(key):
                    found = judge.pair(*pair)
                    if found.status in statuses:
                        counted[found, pair] += count
        signers = _signers(db, {sign_in for _, (_, sign_in) in counted})
        shown: set[int] = set()
        for found, pair in counted:
            if signers[pair[1]].organisation_id is None:
                more = listing.repeated(db, *pair)
                shown = shown or (set(clients) if more else shown)
                counted[found, pair] += sum(n in shown for n in more)
    return _joined(signers, counted)


class _Signer(NamedTuple):
    software: str
    person: Person
    ends: datetime | None
    organisation_id: str | None


def _signers(db: sqlite3.Connection, sign_ins: Collection[str]) -> dict[str, _Signer]:
    query = (
        "SELECT id, software, person_id, name, email, ends_at, organisation_id FROM sign_ins "
        "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY used_at"
    )
    return {
        id: _Signer(software, Person(person, name, email), moment(ends), organisation_id)
        for id, software, person, name, email, ends, organisation_id in plain(
            db, query, json.dumps(list(sign_ins))
        )
    }


def _joined(signers: dict[str, _Signer], counted: Counter[tuple[Standing, Link]]) -> list[Fix]:
    found: dict[Cause, Fix] = {}
    # In order of last use, so that a person gets the name from their newest sign-in.
    places = {sign_in: place for place, sign_in in enumerate(signers)}
    for (standing, (_, sign_in)), count in sorted(counted.items(), key=lambda entry: -places[entry[0][1][1]]):
        software, person, ends, organisation_id = signers[sign_in]
        assert standing.reason is not None
        cause = Cause(software, person.id, standing.reason)
        own = frozenset({organisation_id} if organisation_id is not None else ())
        fix = Fix(cause, person, count, ends, ends, own)
        found[cause] = found[cause].joined(fix) if cause in found else fix
    return sorted(found.values(), key=lambda fix: (-fix.integrations, fix.cause))


def with_cause(
    database: Database, cause: Cause, clients: Sequence[int], now: datetime
) -> list[tuple[int, str]]:
    """Client and organisation of each of these clients' integrations with this cause, in the order of the clients."""
    shown = {n: place for place, n in enumerate(clients)}
    query = "SELECT client, organisation_id FROM integrations WHERE sign_in = ? AND coalesce(problem, '') = ?"
    found: list[tuple[int, str]] = []
    with database.reading() as db:
        for problem, sign_in in _links(db, Judge(db, now), cause):
            found += (row for row in plain(db, query, sign_in, problem) if row[0] in shown)
    return sorted(found, key=lambda link: (shown[link[0]], link[1]))


def last_found(database: Database, client: int, organisation_id: str) -> datetime | None:
    """When a check last found a client's organisation expired or broken."""
    query = (
        "SELECT max(l.at) FROM ledger l JOIN clients c ON c.id = l.client WHERE c.n = ? AND l.organisation_id = ? "
        "AND l.kind IN (?, ?)"
    )
    with database.reading() as db:
        return moment(db.execute(query, (client, organisation_id, *_FOUND)).fetchone()[0])


def standings_with(db: sqlite3.Connection, cause: Cause, now: datetime) -> Iterator[int]:
    """The standings of clients that have an integration with this cause."""
    judge = Judge(db, now)
    wanted = set(_links(db, judge, cause))
    for number, key in plain(db, f"SELECT id, key FROM standings WHERE {UNUSUAL}", judge.soon):
        if not wanted.isdisjoint(pairs(key)):
            yield number


def _links(db: sqlite3.Connection, judge: Judge, cause: Cause) -> Iterator[Link]:
    query = "SELECT id FROM sign_ins WHERE software = ? AND person_id = ?"
    for (sign_in,) in plain(db, query, cause.software, cause.person):
        # That a sign-in ends soon is never recorded, only computed.
        for problem in ("", cause.reason.value) if cause.reason in STATUS_OF_PROBLEM else ("",):
            if judge.pair(problem, sign_in).reason is cause.reason:
                yield problem, sign_in
