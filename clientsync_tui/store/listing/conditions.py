"""The terms of a filter as masks: one byte per client in name order, 1 if the term holds. A mask is a single integer, so
masks are combined in one step.
"""

import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import compress

from ...practice.entries import iso
from ...practice.filter import NONE, YOU, Term
from ...practice.status import Standing, Status
from ...practice.text import searched
from ..clock import ahead
from ..derive import pairs
from ..fixes import Cause, standings_with
from ..standings import meanings, plain
from .client_list import MOST_BYTES, NOWHERE, PAGE, Listing, numbers

OPPOSITE = bytes.maketrans(b"\0\1", b"\1\0")

NO_INTEGRATION = 0
"""The standing of a client without integrations."""

# Otherwise SQLite would go through the list by name and look up every row.
IN_TEAM = "SELECT n FROM clients INDEXED BY clients_team WHERE removed = 0 AND team"
CODED = "SELECT n FROM clients INDEXED BY clients_code WHERE removed = 0 AND code_key IS NOT NULL"


class Conditions:
    """Evaluates the terms of one filter at one moment."""

    def __init__(
        self,
        db: sqlite3.Connection,
        listing: Listing,
        now: datetime,
        held: Collection[str],
        me: Collection[str],
    ) -> None:
        """`held`: the ids of the user's sign-ins. `me`: the names they act under."""
        self._db = db
        self._held = held
        self._me = me
        self._listing = listing
        self._now = now
        self.width = len(listing.order(db))
        self.everyone = _mask(b"\x01" * self.width)

    def holds(self, term: Term) -> int:
        """A term's mask."""
        mask = self._of_field(term) if term.field else self._word(term.value)
        return mask ^ self.everyone if term.negated else mask

    def first(self, terms: Sequence[Term], most: int) -> "array[int]":
        """The numbers of the first `most` clients that match all terms. Words are searched only as far as necessary."""
        order, found = self._listing.order(self._db), array("q")
        mask = self.everyone
        for term in terms:
            mask &= self.holds(term) if term.field else self.everyone
        held = mask.to_bytes(self.width, "little")
        words = [(searched(term.value), term.negated) for term in terms if not term.field]
        searches = [
            (self._listing.finder(self._db, word), self._signed_in_by(word), negated)
            for word, negated in words
        ]
        by_people = [person.to_bytes(self.width, "little") if person else b"" for _, person, _ in searches]
        for number, start in enumerate(range(0, self.width, PAGE)):
            page = slice(start, start + PAGE)
            here = held[page]
            for (find, _, negated), people in zip(searches, by_people, strict=True):
                if 1 not in here:
                    break
                hit = _or(find(number), people[page]) if people else find(number)
                here = _and(here, hit.translate(OPPOSITE) if negated else hit)
            if 1 in here:
                found.extend(compress(order[page], here))
                if len(found) >= most:
                    break
        return found[:most]

    def caused_by(self, cause: Cause) -> int:
        """The mask of the clients that have an integration with this cause."""
        return self._by_standing(False, dict.fromkeys(standings_with(self._db, cause, self._now), True))

    def _of_field(self, term: Term) -> int:
        value = term.value
        match term.field:
            case "status":
                wanted = None if value == NONE else Status(value)
                return self._meaning(lambda standing: (standing.status if standing else None) is wanted)
            case "reason":
                return self._meaning(lambda standing: standing is not None and standing.reason == value)
            case "by":
                if value == YOU:
                    return self._with_sign_in(self._held)
                return self._nobody() if value == NONE else self._signed_in_by(searched(value))
            case "software":
                return self._nobody() if value == NONE else self._of_software(value)
            case "team":
                return self._in_team(value)
            case "code":
                return self._with_code(value)
            case "claimed":
                return self._claimed(value)
            case _:
                since = iso(term.since(self._now))
                return self._numbered("SELECT client AS n FROM integrations WHERE since >= ?", (since,))

    def _word(self, words: str) -> int:
        word = searched(words)
        return _mask(self._listing.containing(self._db, word)) | self._signed_in_by(word)

    def _meaning(self, wanted: Callable[[Standing | None], bool]) -> int:
        meaning = meanings(self._db, self._now)
        return self._by_standing(
            wanted(meaning.usual), {number: wanted(standing) for number, standing in meaning.others.items()}
        )

    def _nobody(self) -> int:
        return self._by_standing(False, {NO_INTEGRATION: True})

    def _signed_in_by(self, words: str) -> int:
        people = plain(self._db, "SELECT DISTINCT name, email FROM sign_ins")
        found = [person for person in people if any(words in searched(text) for text in person)]
        sign_ins = {
            row[0]
            for person in found
            for row in plain(self._db, "SELECT id FROM sign_ins WHERE name = ? AND email = ?", *person)
        }
        return self._with_sign_in(sign_ins)

    def _of_software(self, software: str) -> int:
        rows = plain(self._db, "SELECT id FROM sign_ins WHERE software = ?", software)
        return self._with_sign_in({row[0] for row in rows})

    def _with_sign_in(self, sign_ins: Collection[str]) -> int:
        if not sign_ins:
            return 0
        rows = plain(self._db, "SELECT id, key FROM standings")
        return self._by_standing(
            False,
            {number: True for number, key in rows if any(sign_in in sign_ins for _, sign_in in pairs(key))},
        )

    def _by_standing(self, usual: bool, others: Mapping[int, bool]) -> int:
        """The mask of clients whose standing is true in `others`, or is missing there if `usual` is set."""
        standing, few = self._listing.standing(self._db), self._listing.few_standings(self._db)
        last = max(max(others, default=0), max(standing, default=0) if few is None else MOST_BYTES - 1)
        table = bytearray([usual]) * (last + 1)
        for number, holds in others.items():
            table[number] = holds
        if few is not None:
            return _mask(few.translate(table[:MOST_BYTES]))
        return _mask(bytes(map(table.__getitem__, map(standing.__getitem__, self._listing.order(self._db)))))

    def _in_team(self, words: str) -> int:
        if words == NONE:
            return self._numbered(f"{IN_TEAM} IS NULL")
        wanted = searched(words)
        teams = [name for (name,) in self._db.execute("SELECT name FROM teams") if wanted in searched(name)]
        if not teams:
            return 0
        marks = ", ".join("?" * len(teams))
        return self._numbered(f"{IN_TEAM} IN ({marks})", teams)

    def _with_code(self, start: str) -> int:
        if start == NONE:
            return self._numbered(CODED) ^ self.everyone
        return self._numbered(f"{CODED} AND code_key >= ? AND code_key < ?", (start, start + "\U0010ffff"))

    def _claimed(self, words: str) -> int:
        query = (
            "SELECT c.n, k.person, k.name FROM claims k JOIN clients c ON c.id = k.client WHERE k.until > ?"
        )
        rows = plain(self._db, query, iso(self._now + ahead(self._db)))
        if words == NONE:
            return self._masked(n for n, _, _ in rows) ^ self.everyone
        if words == YOU:
            return self._masked(n for n, person, _ in rows if person in self._me)
        wanted = searched(words)
        return self._masked(n for n, *names in rows if any(wanted in searched(name) for name in names))

    def _numbered(self, query: str, values: Iterable[object] = ()) -> int:
        return self._masked(numbers(self._db, query, values))

    def _masked(self, clients: Iterable[int]) -> int:
        mask = bytearray(self.width)
        places = self._listing.places(self._db)
        for n in clients:
            if places[n] != NOWHERE:
                mask[places[n]] = 1
        return _mask(mask)


def _and(a: bytes, b: bytes) -> bytes:
    return b if 0 not in a else (_mask(a) & _mask(b)).to_bytes(len(a), "little")


def _or(a: bytes, b: bytes) -> bytes:
    return (_mask(a) | _mask(b)).to_bytes(len(a), "little")


def _mask(held: bytes | bytearray) -> int:
    return int.from_bytes(held, "little")
