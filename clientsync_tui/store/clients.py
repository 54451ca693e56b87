"""Queries about the client list."""

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ..practice.claims import Claim
from ..practice.entries import moment
from ..practice.model import Client, Integration, LastFault, Settings
from ..practice.people import Person
from ..practice.status import Reason, Status, standing_of
from ..practice.text import clean, code_key, sort_key
from ..practice.trouble import Trouble, UsageError
from .claims import claims_on
from .database import Database
from .listing.client_list import BY_NAME, Sort
from .own_rows import REBUILDS, UNREADABLE, is_fault, time_of
from .standings import UNUSUAL, meanings, plain

if TYPE_CHECKING:
    from ..practice.filter import Term
    from .fixes import Cause, Fix
    from .listing.tally import Tally


class Integrated(NamedTuple):
    """The client that an organisation belongs to: id, name, practice code, and the integration's problem, if any."""

    client: str
    name: str
    practice_code: str | None
    problem: str | None

    @property
    def is_active(self) -> bool:
        """Whether it was not disconnected here."""
        return self.problem != Reason.DISCONNECTED_HERE


AT_ONCE = 500
"""How many ids go into one query."""


INTEGRATIONS = (
    "SELECT i.*, s.person_id, s.name AS person_name, s.email, s.ends_at, s.used_at, s.signed_out, c.checked_at, c.fault, c.fault_at FROM integrations i "
    "JOIN sign_ins s ON s.id = i.sign_in LEFT JOIN contacts c ON c.software = i.software AND c.organisation_id = i.organisation_id "
)


COUNTED = (
    f"SELECT s.id, count(*) FROM (SELECT id FROM standings WHERE {UNUSUAL}) s CROSS JOIN clients c INDEXED BY clients_standing "
    "ON c.standing = s.id AND c.removed = 0 GROUP BY s.id"
)


class Clients:
    """The client list, read from the derived tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _db(self) -> sqlite3.Connection:
        return self._database.connection

    def find(
        self,
        terms: "Sequence[Term]",
        now: datetime,
        sort: Sort = BY_NAME,
        cause: "Cause | None" = None,
        *,
        held: Collection[str] = (),
        me: Collection[str] = (),
    ) -> "array[int]":
        """The numbers of the matching clients, in the order of `sort`: see `listing.find`."""
        from .listing.find import find

        return find(self._database, terms, now, sort, cause, held=held, me=me)

    def first_matching(
        self,
        terms: "Sequence[Term]",
        now: datetime,
        most: int,
        *,
        held: Collection[str] = (),
        me: Collection[str] = (),
    ) -> "array[int]":
        """The first `most` of what `find` returns when sorted by name: see `listing.find`."""
        from .listing.find import first_matching

        return first_matching(self._database, terms, now, most, held=held, me=me)

    def glance(
        self,
        terms: "Sequence[Term]",
        now: datetime,
        most: int,
        *,
        held: Collection[str] = (),
        me: Collection[str] = (),
    ) -> "array[int] | None":
        """The same, or None if it might take longer than a frame: see `listing.glance`."""
        from .listing.find import glance

        return glance(self._database, terms, now, most, held=held, me=me)

    def warm(self) -> None:
        """Reads the search texts in advance, so that the first letter of a filter doesn't wait for them."""
        from .listing.find import warm

        warm(self._database)

    def first_page(self, most: int) -> "array[int]":
        """The first `most` clients by name: the beginning of what `find` returns without terms."""
        query = "SELECT n FROM clients WHERE removed = 0 ORDER BY name_key, n LIMIT ?"
        return array("q", (row[0] for row in self._db.execute(query, (most,))))

    def ids_of(self, numbers: Sequence[int]) -> list[str]:
        """The ids of the clients with these numbers, if they are on the list, sorted by name."""
        query = "SELECT id, name_key FROM clients WHERE removed = 0 AND n IN ({marks})"
        return [row[0] for row in sorted(self._in_parts(query, numbers), key=lambda row: row[1])]

    def softwares_of(self, numbers: Sequence[int]) -> list[str]:
        """The accounting apps that these clients have integrations with, including disconnected ones."""
        query = "SELECT DISTINCT software FROM integrations WHERE client IN ({marks})"
        return sorted({row[0] for row in self._in_parts(query, numbers)})

    def _in_parts(self, query: str, numbers: Sequence[int]) -> "Iterator[sqlite3.Row]":
        for start in range(0, len(numbers), AT_ONCE):
            part = list(numbers[start : start + AT_ONCE])
            yield from self._db.execute(query.format(marks=", ".join("?" * len(part))), part)

    def fixes(self, numbers: Sequence[int], statuses: Collection[Status], now: datetime) -> "list[Fix]":
        """The fixes for these clients' integrations with one of `statuses`, the largest first."""
        from .fixes import fixes

        return fixes(self._database, numbers, statuses, now)

    def with_cause(self, cause: "Cause", numbers: Sequence[int], now: datetime) -> list[tuple[int, str]]:
        """Client and organisation of each of these clients' integrations with this cause, in the order of the clients."""
        from .fixes import with_cause

        return with_cause(self._database, cause, numbers, now)

    def last_found(self, number: int, organisation_id: str) -> datetime | None:
        """When a check last found a client's organisation expired or broken."""
        from .fixes import last_found

        return last_found(self._database, number, organisation_id)

    def tally(self, software: str, now: datetime, used: str | None = None) -> "Tally":
        """The integrations with one accounting app, counted by today's status. `used`: the sign-in that Reconnect all will
        use.
        """
        from .listing.tally import tally

        return tally(self._database, software, now, used)

    def counts(self, now: datetime) -> Counter[Status | None]:
        """How many clients have each status (the worst of their integrations'); None: no integration."""
        counts: Counter[Status | None] = Counter()
        with self._database.reading() as db:
            meaning = meanings(db, now)
            counts[meaning.usual.status] = self.total()
            for number, count in plain(db, COUNTED, meaning.soon):
                standing = meaning.others[number]
                counts[standing.status if standing else None] += count
                counts[meaning.usual.status] -= count
        return counts

    def total(self) -> int:
        """How many clients are on the list."""
        return int(self._db.execute("SELECT count(*) FROM clients WHERE removed = 0").fetchone()[0])

    def codes(self) -> Iterator[tuple[str, str, str | None]]:
        """Every client on the list: id, name, practice code."""
        query = "SELECT id, name, practice_code FROM clients WHERE removed = 0"
        for row in self._db.execute(query):
            yield row[0], row[1], row[2]

    def teams(self) -> list[str]:
        """The practice's teams, by name."""
        return [row[0] for row in self._db.execute("SELECT name FROM teams ORDER BY name")]

    def in_team(self, team: str) -> list[str]:
        """The ids of the clients on the list in a team."""
        query = "SELECT id FROM clients WHERE removed = 0 AND team = ? COLLATE NOCASE ORDER BY n"
        return [row[0] for row in self._db.execute(query, (team,))]

    def team_sizes(self) -> dict[str, int]:
        """How many clients on the list are in each team, by the team's name."""
        query = (
            "SELECT t.name, count(c.n) FROM teams t LEFT JOIN clients c ON c.team = t.name AND c.removed = 0 "
            "GROUP BY t.name ORDER BY t.name"
        )
        return {row[0]: row[1] for row in self._db.execute(query)}

    def by_number(self, numbers: Sequence[int], now: datetime) -> list[Client]:
        """The clients with these numbers, in that order, with their integrations. Clients that no longer exist are left
        out.
        """
        found: dict[int, Client] = {}
        for start in range(0, len(numbers), AT_ONCE):
            part = list(numbers[start : start + AT_ONCE])
            marks = ", ".join("?" * len(part))
            links: dict[int, list[Integration]] = {}
            for row in self._db.execute(f"{INTEGRATIONS} WHERE i.client IN ({marks})", part):
                links.setdefault(row["client"], []).append(integration_of(row, now))
            rows = self._db.execute(f"SELECT * FROM clients WHERE n IN ({marks})", part).fetchall()
            claims = claims_on(self._db, (row["id"] for row in rows), now)
            for row in rows:
                found[row["n"]] = client_of(row, tuple(links.get(row["n"], ())), claims.get(row["id"]))
        return [found[n] for n in numbers if n in found]

    def last_changes(self, ids: Sequence[str]) -> dict[str, datetime]:
        """When anything about each of these clients last changed. A refresh that found everything unchanged doesn't count."""
        query = (
            "SELECT value, (SELECT at FROM ledger WHERE client = value AND "
            "(kind <> 'refreshed' OR CASE WHEN json_valid(body) THEN coalesce(json_extract(body, '$.details'), '{}') <> '{}' END) "
            "ORDER BY seq DESC LIMIT 1) FROM json_each(?)"
        )
        rows = self._db.execute(query, (json.dumps(list(ids)),))
        return {row[0]: at for row in rows if (at := moment(row[1]))}

    def each(self, numbers: Sequence[int], now: datetime) -> Iterator[Client]:
        """Like `by_number`, but a few hundred at a time, for exports."""
        for start in range(0, len(numbers), AT_ONCE):
            yield from self.by_number(numbers[start : start + AT_ONCE], now)

    def by_id(self, ids: Sequence[str], now: datetime) -> dict[str, Client]:
        """The clients with these ids."""
        numbers: list[int] = []
        for start in range(0, len(ids), AT_ONCE):
            part = list(ids[start : start + AT_ONCE])
            marks = ", ".join("?" * len(part))
            numbers += [
                row[0] for row in self._db.execute(f"SELECT n FROM clients WHERE id IN ({marks})", part)
            ]
        return {client.id: client for client in self.by_number(numbers, now)}

    def named(self, words: str, now: datetime) -> Client:
        """The client that `words` names by id, practice code or exact name.

        Raises UsageError if there is none, or several have that name.
        """
        for condition, values in (
            ("id = ?", (words,)),
            ("code_key = ?", (code_key(words),)),
            # The key has an index, the name hasn't.
            ("name_key = ? AND name = ?", (sort_key(words), words)),
        ):
            query = f"SELECT n FROM clients WHERE removed = 0 AND {condition}"
            rows = self._db.execute(query, values).fetchall()
            if len(rows) > 1:
                raise UsageError(
                    f'{len(rows)} clients are called "{words}": use a practice code or an id instead.'
                )
            if rows:
                return self.by_number([rows[0][0]], now)[0]
        raise UsageError(f'There is no client with the practice code, name or id "{words}".')

    def integrations(self, software: str | None, now: datetime) -> list[tuple[Client, Integration]]:
        """Every integration (of one app) with its client."""
        query = "SELECT client FROM integrations WHERE ? IS NULL OR software = ?"
        numbers = sorted({row[0] for row in self._db.execute(query, (software, software))})
        return [
            (client, link)
            for client in self.each(numbers, now)
            for link in client.integrations
            if software is None or link.software == software
        ]

    def without(self, software: str, now: datetime) -> Iterator[Client]:
        """Clients on the list without an active integration with this app."""
        query = (
            "SELECT n FROM clients WHERE removed = 0 AND n NOT IN (SELECT client FROM integrations WHERE software = ? AND "
            "(problem IS NULL OR problem <> 'disconnected_here'))"
        )
        yield from self.each([row[0] for row in self._db.execute(query, (software,))], now)

    def with_tax_number(self, number: str, now: datetime) -> list[Client]:
        """Clients on the list with exactly this tax number."""
        query = "SELECT n FROM clients WHERE json_extract(details, '$.tax_number') = ? AND removed = 0"
        return self.by_number([row[0] for row in self._db.execute(query, (number,))], now)

    def integrated(self, software: str, organisation_id: str | None = None) -> dict[str, Integrated]:
        """The client that each organisation (or this one) belongs to, by the organisation's id."""
        query = (
            "SELECT organisation_id, c.id, c.name, c.practice_code, i.problem FROM integrations i JOIN clients c ON c.n = i.client "
            "WHERE i.software = ?"
        )
        if organisation_id is not None:
            rows = self._db.execute(f"{query} AND i.organisation_id = ?", (software, organisation_id))
        else:
            rows = self._db.execute(query, (software,))
        return {row[0]: Integrated(*row[1:]) for row in rows}

    def still(self, link: Integration) -> bool:
        """Whether an integration still has the sign-in it had when `link` was read, and has neither ended nor been
        reconnected since.
        """
        query = "SELECT sign_in, connected_at, problem FROM integrations WHERE software = ? AND organisation_id = ?"
        row = self._db.execute(query, (link.software, link.organisation_id)).fetchone()
        gone = Reason.DISCONNECTED_HERE
        return row is not None and (row[0], datetime.fromisoformat(row[1]), row[2] == gone) == (
            link.sign_in,
            link.connected_at,
            link.problem is gone,
        )

    def is_removed(self, client: str) -> bool:
        """Whether the client was taken off the list."""
        return bool(
            self._db.execute("SELECT 1 FROM clients WHERE id = ? AND removed = 1", (client,)).fetchone()
        )


@lru_cache(maxsize=4096)
def _settings(text: str) -> Settings:
    saved = json.loads(text)
    lists = saved.get("lists")
    return Settings(
        tuple(lists) if lists is not None else None,
        int(saved.get("refresh_days", 0)),
        bool(saved.get("follow_details", True)),
        str(saved.get("note", "")),
    )


def integration_of(row: Mapping[str, str] | sqlite3.Row, now: datetime) -> Integration:
    """The integration in a row of `INTEGRATIONS`. Raises Trouble if this program did not write it."""
    try:
        return _integration_of(row, now)
    except UNREADABLE:
        name = clean(str(row["organisation_name"]))
        raise Trouble(f"The integration of {name} can't be read. {REBUILDS}") from None


def _integration_of(row: Mapping[str, str] | sqlite3.Row, now: datetime) -> Integration:
    problem = Reason(row["problem"]) if row["problem"] else None
    ends = moment(row["ends_at"])
    # No ledger entry backs what was last seen, so another program may have written anything there.
    fault_at = time_of(row["fault_at"]) if is_fault(row["fault"]) else None
    return Integration(
        client=int(row["client"]),
        software=row["software"],
        organisation_id=row["organisation_id"],
        organisation_name=row["organisation_name"],
        sign_in=row["sign_in"],
        integrated_by=Person(row["person_id"], row["person_name"], row["email"]),
        connected_at=datetime.fromisoformat(row["connected_at"]),
        standing=standing_of(problem, ends, now, datetime.fromisoformat(row["used_at"])),
        problem=problem,
        refreshed_at=moment(row["refreshed_at"]),
        checked_at=time_of(row["checked_at"]),
        expires_at=ends,
        last_fault=LastFault(fault_at, row["fault"]) if fault_at else None,
        settings=_settings(row["settings"]),
        signed_out=bool(row["signed_out"]),
    )


def client_of(row: sqlite3.Row, integrations: tuple[Integration, ...], claim: Claim | None = None) -> Client:
    """The client in a row of `clients`."""
    return Client(
        row["n"],
        row["id"],
        row["name"],
        row["practice_code"],
        row["team"],
        row["note"],
        json.loads(row["details"]),
        integrations,
        claim=claim,
    )
