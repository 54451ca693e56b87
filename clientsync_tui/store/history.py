"""The ledger for a screen: a few entries at a time, out of a million."""

import json
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ..practice.entries import Entry, Kind, iso, moment
from ..practice.filter import NONE, YOU, Term
from ..practice.text import searched
from .database import Database
from .ledger import entry_of
from .listing.find import find
from .people import People

_TEXT = "(replace(kind, '_', ' ') || ' ' || actor || ' ' || coalesce(software, '') || ' ' || body)"
# Most entries are ASCII, and SQLite's own `lower` is several times faster than folding accents.
_WORD = (
    f"(instr(lower({_TEXT}), ?1) OR (length({_TEXT}) < length(CAST({_TEXT} AS BLOB)) AND instr(searched({_TEXT}), ?1)) "
    "OR coalesce(client IN (SELECT id FROM clients WHERE instr(search, ?1)), 0))"
)

_ACTOR = (
    "(actor IN (SELECT actor FROM (SELECT DISTINCT actor FROM ledger) WHERE instr(searched(actor), ?1) "
    "UNION SELECT email FROM sign_ins WHERE instr(searched(name), ?1)))"
)


_ONE_OF = "(actor IN (SELECT value FROM json_each(?1)))"


class You(NamedTuple):
    """The user: the names they act under, and the sign-ins they hold."""

    actors: Collection[str] = ()
    sign_ins: Collection[str] = ()


class Step(NamedTuple):
    """Consecutive entries that one person made in the same way, such as by a job: from number `newest` down to `oldest`,
    about that many clients.
    """

    newest: int
    oldest: int
    clients: int


_SAME_WAY: Mapping[str, str] = {
    Kind.CLIENT_ADDED: "added",
    Kind.INTEGRATION_CONNECTED: "added",
    Kind.FOUND_EXPIRED: "checked",
    Kind.FOUND_BROKEN: "checked",
    Kind.FOUND_WORKING: "checked",
}
"""Kinds that one kind of work produces alternately."""
STEP_PAUSE_S = 300
"""A longer pause between two entries ends a step."""


def way_of(kind: str) -> str:
    """How an entry of this kind was made: its kind, or one word for several that belong together."""
    return _SAME_WAY.get(kind, kind)


class History:
    """Entries of the ledger by number. `you`: the user, for `by:you`."""

    def __init__(self, database: Database, you: You = You()) -> None:  # noqa: B008  (never changed)
        self._database = database
        self._you = you
        # The last step that was longer than the entries read.
        self._counted = (0, 0, 0)

    def last(self) -> int:
        """The newest entry's number; 0 when there is none."""
        row = self._database.connection.execute("SELECT coalesce(max(seq), 0) FROM ledger").fetchone()
        return int(row[0])

    def total(self, client: str | None) -> int:
        """How many entries there are (about one client)."""
        if client is None:
            return self.last()
        query = "SELECT count(*) FROM ledger WHERE client = ?"
        return int(self._database.connection.execute(query, (client,)).fetchone()[0])

    def find(self, client: str | None, terms: Sequence[Term], now: datetime, after: int = 0) -> "array[int]":
        """Numbers of the entries (about one client, after entry `after`) that match all terms, newest first.

        A word is searched in the kind, the actor, the app, the body, and the client's entry on the list.
        `by:` means the actor; `software:` and `since:` are the entry's own; all other fields refer to the entry's client today.
        """
        conditions, parameters = ["1"], list[object]()
        if client is not None:
            conditions.append("client = ?")
            parameters.append(client)
        if after:
            conditions.append(f"seq > ?{len(parameters) + 1}")
            parameters.append(after)
        for term in terms:
            condition, values = self._condition(term, now)
            # Each term's parameters have their own numbers.
            condition = condition.replace("?1", f"?{len(parameters) + 1}")
            conditions.append(f"NOT {condition}" if term.negated else condition)
            parameters += values
        connection = self._database.connection
        if terms:
            connection.create_function("searched", 1, searched, deterministic=True)
        # Only literals from this file are joined here; values are parameters.
        query = f"SELECT seq FROM ledger WHERE {' AND '.join(conditions)} ORDER BY seq DESC"
        rows = connection.execute(query, parameters)
        rows.row_factory = None
        return array("q", (row[0] for row in rows))

    def _condition(self, term: Term, now: datetime) -> tuple[str, list[object]]:
        match term.field:
            case None:
                return _WORD, [searched(term.value)]
            case "by":
                return self._by(term.value)
            case "software" if term.value == NONE:
                return "(software IS NULL)", []
            case "software":
                return "(coalesce(software, '') = ?1)", [term.value]
            case "since":
                return "(at >= ?1)", [iso(term.since(now))]
            case _:
                wanted = [term._replace(negated=False)]
                found = find(self._database, wanted, now, held=self._you.sign_ins, me=self._you.actors)
                clients = "SELECT c.id FROM json_each(?1) f JOIN clients c ON c.n = f.value"
                return f"(coalesce(client IN ({clients}), 0))", [json.dumps(found.tolist())]

    def _by(self, value: str) -> tuple[str, list[object]]:
        people = People(self._database)
        if value == YOU:
            actors = self._actors(lambda names: not names.isdisjoint(self._you.actors)) if people else []
            return _ONE_OF, [json.dumps([*self._you.actors, *actors])]
        if not people:
            return _ACTOR, [searched(value)]
        rows = self._database.connection.execute("SELECT email, name FROM sign_ins").fetchall()
        wanted = searched(value)
        named = {email for email, name in rows if wanted in searched(name)}
        return _ONE_OF, [
            json.dumps(
                self._actors(
                    lambda names: (
                        not names.isdisjoint(named) or any(wanted in searched(name) for name in names)
                    )
                )
            )
        ]

    def _actors(self, wanted: Callable[[Set[str]], bool]) -> list[str]:
        """The matching actors, by all names each of them has."""
        people = People(self._database)
        rows = self._database.connection.execute("SELECT DISTINCT actor FROM ledger").fetchall()
        return [row[0] for row in rows if wanted(people.names(row[0]))]

    def steps(self, most: int) -> list[Step]:
        """The newest `most` entries as steps, newest first. The last step is complete too, however long it is."""
        query = "SELECT seq, actor, kind, at, client FROM ledger ORDER BY seq DESC LIMIT ?"
        found: list[Step] = []
        made, since, clients = ("", ""), "", set[str]()
        for seq, actor, kind, at, client in map(tuple, self._database.connection.execute(query, (most,))):
            now = (actor, way_of(kind))
            begins = not found or now != made or _pause_s(at, since) > STEP_PAUSE_S
            if begins:
                clients.clear()
            clients.update([client] if client else ())
            newest = seq if begins else found.pop().newest
            found.append(Step(newest, seq, len(clients)))
            made, since = now, at
        if found and found[-1].oldest > 1:
            found[-1] = self._whole(found[-1], *made)
        return found

    def _whole(self, step: Step, actor: str, way: str) -> Step:
        """The step, extended by older entries than those that were read."""
        kinds = [kind for kind in Kind if way_of(kind) == way]
        query = (
            f"SELECT seq FROM ledger WHERE seq < ? AND NOT (actor = ? AND kind IN ({', '.join('?' * len(kinds))})) "
            "ORDER BY seq DESC LIMIT 1"
        )
        row = self._database.connection.execute(query, (step.oldest, actor, *kinds)).fetchone()
        oldest = int(row[0]) + 1 if row else 1
        return (
            step
            if oldest == step.oldest
            else Step(step.newest, oldest, self._clients_in(step.newest, oldest))
        )

    def _clients_in(self, newest: int, oldest: int) -> int:
        if self._counted[:2] != (newest, oldest):
            query = "SELECT count(DISTINCT client) FROM ledger WHERE seq BETWEEN ? AND ?"
            count = self._database.connection.execute(query, (oldest, newest)).fetchone()[0]
            self._counted = (newest, oldest, int(count))
        return self._counted[2]

    def fetch(self, numbers: Sequence[int]) -> tuple[list[Entry], dict[str, str]]:
        """The entries with these numbers, oldest first, and the names of the clients they are about."""
        marks = ", ".join("?" * len(numbers))
        query = f"SELECT * FROM ledger WHERE seq IN ({marks}) ORDER BY seq"
        people = People(self._database)
        rows = self._database.connection.execute(query, tuple(numbers))
        entries = [
            replace(entry, actor=people.one_name(entry.actor)) if people else entry
            for entry in map(entry_of, rows)
        ]
        return entries, self._names({entry.client for entry in entries if entry.client})

    def _names(self, clients: Set[str]) -> dict[str, str]:
        query = "SELECT id, name FROM clients WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._database.connection.execute(query, (json.dumps(list(clients)),))
        return {row["id"]: row["name"] for row in rows}


def _pause_s(at: str, before: str) -> float:
    """Seconds between two entries; zero if one of the times can't be read."""
    one, other = moment(at), moment(before)
    return abs((other - one).total_seconds()) if one and other else 0.0
