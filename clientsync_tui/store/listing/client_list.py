"""What the program keeps in memory about every client, so that it can filter and sort 100,000 of them within a frame.

Four numbers and a line of text per client, each read when first needed (about 30 bytes per client without the text, 80
with it), and updated from the ledger's new entries: an entry changes only its own client.
"""

import json
import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from itertools import accumulate, repeat
from typing import Literal, NamedTuple

from ...practice.entries import Kind

Sort = tuple[tuple[str, bool], ...]
"""Sort columns, primary first, and whether each is descending."""

BY_NAME: Sort = (("name", False),)

PAGE = 128
"""Search texts joined into one string, which is searched at once."""

FAR_BEHIND = 2000
"""After this many new entries, everything is read again."""

MOST_WORDS = 16
"""Words whose matches are cached, a byte per client, so that deleting letters from a filter shows its result at once."""

MOST_BYTES = 256

BETWEEN = "\x1f"
"""Ends each search text; `searched` removes this character from the texts."""

CHUNK = 32_768
NEVER = NOWHERE = -1
_RELIST = (Kind.CLIENT_ADDED, Kind.CLIENT_REMOVED, Kind.CLIENT_RESTORED, Kind.CLIENT_RENAMED)
_NEW = f"SELECT count(*), coalesce(max(kind IN ({', '.join(map(repr, map(str, _RELIST)))})), 0) FROM ledger WHERE seq > ?"
_STATE = "SELECT (SELECT coalesce(max(seq), 0) FROM ledger), (SELECT value FROM meta WHERE key = 'rebuilt')"
_CHANGED = (
    "SELECT n, standing, search, (SELECT max(refreshed_at) FROM integrations WHERE client = n) FROM clients WHERE id IN "
    "(SELECT client FROM ledger WHERE seq > ? AND client IS NOT NULL)"
)


def numbers(db: sqlite3.Connection, query: str, values: Iterable[object] = ()) -> "array[int]":
    """The first column (`n`) of a query, in order. Several times faster than row by row."""
    return _numbers(db.execute(f"SELECT group_concat(n) FROM ({query})", tuple(values)).fetchone()[0])


def _numbers(text: str | None) -> "array[int]":
    """Parses what `group_concat` wrote, in parts: until a number is in the array, it takes five times the space."""
    found = array("q")
    start = 0
    while text and start < len(text):
        end = text.find(",", start + CHUNK)
        end = len(text) if end < 0 else end
        found.extend(json.loads(f"[{text[start:end]}]"))
        start = end + 1
    return found


class Sorted(NamedTuple):
    """The list in an order other than by name. `by`: what the order depends on besides the ledger. `places`: each client's
    place by name, in that order.
    """

    by: object
    numbers: "array[int]"
    places: "array[int]"


class Listing:
    """The columns of the client list in memory. Hold `lock` while using one. "By number" is indexed by a client's number,
    "by place" by its position in `order`.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._state: tuple[int, str | None] | None = None
        self._forget()

    def _forget(self) -> None:
        self._order: array[int] | None = None
        self._places: array[int] | None = None
        self._name_ranks: array[int] | None = None
        self._standing: array[int] | None = None
        self._refreshed: array[int] | None = None
        self._pages: list[str] | None = None
        self.sorted: Sorted | None = None
        self._with_words: dict[str, bytes] = {}
        self._few_standings: bytes | None = None
        self._repeated: dict[tuple[str, str], list[int]] = {}

    def update(self, db: sqlite3.Connection) -> None:
        """Updates what was read earlier. Keep `db` in one transaction until the columns have been used."""
        state = tuple(db.execute(_STATE).fetchone())
        if state == self._state:
            return
        before, self._state = self._state, state
        self.sorted, self._few_standings, self._with_words, self._repeated = None, None, {}, {}
        if before is None or before[1] != state[1] or before[0] > state[0]:
            self._forget()
            return
        new, relist = db.execute(_NEW, (before[0],)).fetchone()
        if new > FAR_BEHIND:
            self._forget()
            return
        if relist:
            self._order = self._places = self._name_ranks = self._pages = None
        changed: Iterable[tuple[int, int, str, str | None]] = db.execute(_CHANGED, (before[0],))
        for n, standing, search, refreshed in changed:
            if self._standing is not None:
                _put(self._standing, n, standing, 0)
            if self._refreshed is not None:
                _put(self._refreshed, n, _ms(refreshed), NEVER)
            self._renew_text(db, n, search)

    def order(self, db: sqlite3.Connection) -> "array[int]":
        """The numbers of the clients on the list, sorted by name."""
        if self._order is None:
            self._order = numbers(db, "SELECT n FROM clients WHERE removed = 0 ORDER BY name_key, n")
        return self._order

    def places(self, db: sqlite3.Connection) -> "array[int]":
        """By number: the place in `order`; NOWHERE for clients that are not on the list."""
        if self._places is None:
            places = _column("i", NOWHERE, self._size(db))
            for place, n in enumerate(self.order(db)):
                places[n] = place
            self._places = places
        return self._places

    def name_ranks(self, db: sqlite3.Connection) -> "array[int]":
        """By number: the rank of the name, the same for equal names; 0 for clients that are not on the list."""
        if self._name_ranks is None:
            ranks = _column("i", 0, self._size(db))
            rank, before = 0, None
            for n, name in db.execute(
                "SELECT n, name_key FROM clients WHERE removed = 0 ORDER BY name_key, n"
            ):
                rank += name != before
                ranks[n], before = rank, name
            self._name_ranks = ranks
        return self._name_ranks

    def standing(self, db: sqlite3.Connection) -> "array[int]":
        """By number: the standing."""
        if self._standing is None:
            found = _column("i", 0, self._size(db))
            rows = db.execute("SELECT standing, group_concat(n) FROM clients GROUP BY standing")
            for standing, text in rows:
                for n in _numbers(text):
                    found[n] = standing
            self._standing = found
        return self._standing

    def few_standings(self, db: sqlite3.Connection) -> bytes | None:
        """By place: the standing; None if there are more standings than fit in a byte."""
        standing = self.standing(db)
        if self._few_standings is None and max(standing, default=0) < MOST_BYTES:
            self._few_standings = bytes(map(standing.__getitem__, self.order(db)))
        return self._few_standings

    def refreshed(self, db: sqlite3.Connection) -> "array[int]":
        """By number: the last refresh of any of its integrations, in milliseconds since 1970; NEVER if there is none."""
        if self._refreshed is None:
            self._refreshed = _column("q", NEVER, self._size(db))
            # SQLite would look up every row to group by client; finding the latest here is quicker.
            for n, at in db.execute("SELECT client, refreshed_at FROM integrations"):
                if (ms := _ms(at)) > self._refreshed[n]:
                    self._refreshed[n] = ms
        return self._refreshed

    def repeated(self, db: sqlite3.Connection, problem: str, sign_in: str) -> list[int]:
        """The clients with several integrations with this problem (empty: none) and sign-in, listed once for each after the
        first, because a standing counts them once.
        """
        key = problem, sign_in
        if key not in self._repeated:
            query = "SELECT client, count(*) FROM integrations WHERE sign_in = ? AND problem IS ? GROUP BY client HAVING count(*) > 1"
            rows = db.execute(query, (sign_in, problem or None))
            self._repeated[key] = [n for n, count in rows for _ in range(count - 1)]
        return self._repeated[key]

    def pages(self, db: sqlite3.Connection) -> list[str]:
        """By place: the search texts, with PAGE of them per string."""
        if self._pages is None:
            self._pages = []
            rows = db.execute("SELECT search FROM clients WHERE removed = 0 ORDER BY name_key, n")
            while page := rows.fetchmany(PAGE):
                self._pages.append("".join(search + BETWEEN for (search,) in page))
        return self._pages

    def _renew_text(self, db: sqlite3.Connection, n: int, search: str) -> None:
        if self._pages is None:
            return
        place = self.places(db)[n]
        if place != NOWHERE:
            texts = self._pages[place // PAGE].split(BETWEEN)
            texts[place % PAGE] = search
            self._pages[place // PAGE] = BETWEEN.join(texts)

    def is_read(self, db: sqlite3.Connection) -> bool:
        """Whether everything that words and statuses need is in memory and up to date."""
        needed = (self._order, self._pages, self._few_standings)
        return None not in needed and tuple(db.execute(_STATE).fetchone()) == self._state

    def containing(self, db: sqlite3.Connection, word: str) -> bytes:
        """By place: 1 if the search text contains the word."""
        mask = self._with_words.get(word)
        if mask is None:
            mask = b"".join(map(self.finder(db, word), range(len(self.pages(db)))))
            while len(self._with_words) >= MOST_WORDS:
                del self._with_words[next(iter(self._with_words))]
            self._with_words[word] = mask
        return mask

    def finder(self, db: sqlite3.Connection, word: str) -> Callable[[int], bytes]:
        """A function that does the same for one page, by its number. Filters are typed letter by letter, so if a word
        begins or ends with one that was searched before, only the pages containing that one are searched.
        """
        pages, width, nothing = self.pages(db), len(self.order(db)), bytes(PAGE)
        whole, search = self._with_words.get(word), _finder(word)
        parts = [part for part in self._with_words if part in word]
        possible = self._with_words[max(parts, key=len)] if parts else None

        def find(number: int) -> bytes:
            start = number * PAGE
            if whole is not None:
                return whole[start : start + PAGE]
            if possible is not None and 1 not in possible[start : start + PAGE]:
                return nothing[: width - start]
            return search(pages[number], min(PAGE, width - start))

        return find

    @staticmethod
    def _size(db: sqlite3.Connection) -> int:
        return int(db.execute("SELECT coalesce(max(n), 0) + 1 FROM clients").fetchone()[0])


def _column(code: Literal["i", "q"], nothing: int, size: int) -> "array[int]":
    return array(code, [nothing]) * size


def _put(column: "array[int]", n: int, value: int, nothing: int) -> None:
    while n >= len(column):
        column.append(nothing)
    column[n] = value


def _finder(word: str) -> Callable[[str, int], bytes]:
    if len(word.encode()) > 1:
        return partial(_with_word, word=word)
    return partial(
        _with_letter, letter=word, others=bytes({*range(256)} - {*word.encode(), *BETWEEN.encode()})
    )


def _with_word(page: str, size: int, word: str) -> bytes:
    """By place within a page: 1 if the text contains the word. It counts separators before a match instead of cutting out
    texts.
    """
    held = bytearray(size)
    for place in accumulate(map(str.count, page.split(word)[:-1], repeat(BETWEEN))):
        held[place] = 1
    return bytes(held)


def _with_letter(page: str, size: int, letter: str, others: bytes) -> bytes:
    """The same for a one-byte word, which is in so many texts that removing all other bytes at once is faster."""
    if letter not in page:
        return bytes(size)
    one, behind = letter.encode(), BETWEEN.encode()
    left = page.encode().translate(None, others)
    # If a text contains it several times, those before the last are still there.
    return left.replace(one + behind, b"\1").replace(behind, b"\0").translate(None, one)


def _ms(at: str | None) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000) if at else NEVER
