"""The ledger for a screen: a few entries at a time, of a million."""

import json
from array import array
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from ..practice.entries import Entry, iso
from ..practice.filter import NONE, YOU, Term
from ..practice.text import searched
from .database import Database
from .ledger import entry_of, names
from .listing.find import find

_TEXT = "(replace(kind, '_', ' ') || ' ' || actor || ' ' || coalesce(software, '') || ' ' || body)"
# Most entries are ASCII: SQLite's own `lower` is several times as fast as folding accents.
_WORD = (
    f"(instr(lower({_TEXT}), ?1) OR (length({_TEXT}) < length(CAST({_TEXT} AS BLOB)) AND instr(searched({_TEXT}), ?1)) "
    "OR coalesce(client IN (SELECT id FROM clients WHERE instr(search, ?1)), 0))"
)

_ACTOR = (
    "(actor IN (SELECT actor FROM (SELECT DISTINCT actor FROM ledger) WHERE instr(searched(actor), ?1) "
    "UNION SELECT email FROM sign_ins WHERE instr(searched(name), ?1)))"
)


class You(NamedTuple):
    """The person who asks: the names under which they act, and the sign-ins that they hold."""

    actors: Collection[str] = ()
    sign_ins: Collection[str] = ()


class History:
    """Entries of the ledger by their numbers. `you`: who asks, for `by:you`."""

    def __init__(self, database: Database, you: You = You()) -> None:  # noqa: B008  (never changed)
        self._database = database
        self._you = you

    def last(self) -> int:
        """The newest entry's number; 0 when there is none."""
        row = self._database.connection.execute("SELECT coalesce(max(seq), 0) FROM ledger").fetchone()
        return int(row[0])

    def total(self, client: str | None) -> int:
        """How many entries there are (of one client)."""
        if client is None:
            return self.last()
        query = "SELECT count(*) FROM ledger WHERE client = ?"
        return int(self._database.connection.execute(query, (client,)).fetchone()[0])

    def find(self, client: str | None, terms: Sequence[Term], now: datetime, after: int = 0) -> "array[int]":
        """Numbers of the entries (of one client, after entry `after`) for which all terms hold, the newest first.

        A word is searched in the kind, the actor, the app, what the entry holds, and the client as the list has it.
        `by:` is who acted, `software:` and `since:` are the entry's own; what the other fields say holds for the entry's client today.
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
            # Each term's parameters have numbers of their own.
            condition = condition.replace("?1", f"?{len(parameters) + 1}")
            conditions.append(f"NOT {condition}" if term.negated else condition)
            parameters += values
        connection = self._database.connection
        connection.create_function("searched", 1, searched, deterministic=True)
        # Only literals of this file are put together here; values are parameters.
        query = f"SELECT seq FROM ledger WHERE {' AND '.join(conditions)} ORDER BY seq DESC"
        rows = connection.execute(query, parameters)
        rows.row_factory = None
        return array("q", (row[0] for row in rows))

    def _condition(self, term: Term, now: datetime) -> tuple[str, list[object]]:
        match term.field:
            case None:
                return _WORD, [searched(term.value)]
            case "by" if term.value == YOU:
                return "(actor IN (SELECT value FROM json_each(?1)))", [json.dumps(list(self._you.actors))]
            case "by":
                return _ACTOR, [searched(term.value)]
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

    def fetch(self, numbers: Sequence[int]) -> tuple[list[Entry], dict[str, str]]:
        """The entries of these numbers, and the names of the clients they speak of."""
        marks = ", ".join("?" * len(numbers))
        query = f"SELECT * FROM ledger WHERE seq IN ({marks})"
        entries = [entry_of(row) for row in self._database.connection.execute(query, tuple(numbers))]
        return entries, names(entries, self._database)
