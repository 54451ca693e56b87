"""The terms of a filter as masks: a byte for each client's number, 1 where the term holds; kept in one integer, so that masks
are joined at once."""

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime

from ..practice.entries import iso
from ..practice.filter import NONE, Term
from ..practice.status import Status
from ..practice.text import folded
from .derive import pairs
from .listing import PAGE, Listing, numbers
from .standings import standings

NO_INTEGRATION = 0
"""The standing of a client without integrations."""

# Left to itself SQLite goes through the list by name and looks every row up.
IN_TEAM = "SELECT n FROM clients INDEXED BY clients_team WHERE removed = 0 AND team"
CODED = "SELECT n FROM clients INDEXED BY clients_code WHERE removed = 0 AND code_key IS NOT NULL"


class Conditions:
    """Answers terms of one filter at one moment."""

    def __init__(self, db: sqlite3.Connection, listing: Listing, now: datetime) -> None:
        self._db = db
        self._listing = listing
        self._now = now
        last: int = db.execute("SELECT coalesce(max(n), 0) FROM clients").fetchone()[0]
        self.width = (last // PAGE + 1) * PAGE
        self.everyone = _mask(b"\x01" * self.width)

    def holds(self, term: Term) -> int:
        """The mask of a term."""
        mask = self._of_field(term) if term.field else self._word(term.value)
        return mask ^ self.everyone if term.negated else mask

    def _of_field(self, term: Term) -> int:
        value = term.value
        match term.field:
            case "status" | "reason":
                return self._with_standing(self._judged(term))
            case "by":
                return self._nobody() if value == NONE else self._signed_in_by(value)
            case "software":
                return self._nobody() if value == NONE else self._authenticated("software = ?", value)
            case "team":
                return self._in_team(value)
            case "code":
                return self._with_code(value)
            case _:
                since = iso(self._now - term.age)
                return self._numbered("SELECT client AS n FROM integrations WHERE since >= ?", (since,))

    def _word(self, word: str) -> int:
        return _mask(self._listing.containing(self._db, word)) | self._signed_in_by(word)

    def _judged(self, term: Term) -> list[int]:
        found = standings(self._db, self._now).items()
        if term.field == "reason":
            return [number for number, standing in found if standing and standing.reason == term.value]
        wanted = None if term.value == NONE else Status(term.value)
        return [number for number, standing in found if (standing.status if standing else None) is wanted]

    def _nobody(self) -> int:
        return self._with_standing([NO_INTEGRATION])

    def _signed_in_by(self, words: str) -> int:
        known: dict[tuple[str, str], bool] = {}
        sign_ins: set[str] = set()
        for sign_in, *person in self._db.execute("SELECT id, name, email FROM sign_ins"):
            name, email = person
            if (name, email) not in known:
                known[name, email] = words in folded(name) or words in folded(email)
            if known[name, email]:
                sign_ins.add(sign_in)
        return self._with_sign_in(sign_ins)

    def _authenticated(self, condition: str, value: str) -> int:
        rows = self._db.execute(f"SELECT id FROM sign_ins WHERE {condition}", (value,))
        return self._with_sign_in({row[0] for row in rows})

    def _with_sign_in(self, sign_ins: Collection[str]) -> int:
        if not sign_ins:
            return 0
        rows = self._db.execute("SELECT id, key FROM standings")
        return self._with_standing(
            [number for number, key in rows if any(sign_in in sign_ins for _, sign_in in pairs(key))]
        )

    def _with_standing(self, wanted: Collection[int]) -> int:
        if not wanted:
            return 0
        standing = self._listing.standing(self._db)
        table = bytearray(max(*wanted, max(standing)) + 1)
        for number in wanted:
            table[number] = 1
        return _mask(bytes(map(table.__getitem__, standing)))

    def _in_team(self, words: str) -> int:
        if words == NONE:
            return self._numbered(f"{IN_TEAM} IS NULL")
        teams = [name for (name,) in self._db.execute("SELECT name FROM teams") if words in folded(name)]
        if not teams:
            return 0
        marks = ", ".join("?" * len(teams))
        return self._numbered(f"{IN_TEAM} IN ({marks})", teams)

    def _with_code(self, start: str) -> int:
        if start == NONE:
            return self._numbered(CODED) ^ self.everyone
        return self._numbered(f"{CODED} AND code_key >= ? AND code_key < ?", (start, start + "\U0010ffff"))

    def _numbered(self, query: str, values: Iterable[object] = ()) -> int:
        mask = bytearray(self.width)
        for n in numbers(self._db, query, values):
            mask[n] = 1
        return _mask(mask)


def _mask(held: bytes | bytearray) -> int:
    return int.from_bytes(held, "little")
