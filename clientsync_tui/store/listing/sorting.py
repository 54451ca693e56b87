"""What the client list can be sorted by: each column has a key by client number, the smallest first."""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from ...practice.status import SEVERITY
from ...practice.text import sort_key
from ..derive import pairs
from ..standings import meanings, plain
from .client_list import Listing, Sort, Sorted, numbers
from .conditions import CODED, IN_TEAM

NONE_FIRST = -1

Key = Callable[[sqlite3.Connection, Listing, datetime], Sequence[int]]


def in_order(db: sqlite3.Connection, listing: Listing, now: datetime, columns: Sort) -> Sorted:
    """All clients sorted by `columns`, then by name. Cached until the ledger has new entries, so typing a filter sorts
    nothing.
    """
    meaning = meanings(db, now)
    by = (columns, meaning.usual, meaning.others)
    if listing.sorted is None or listing.sorted.by != by:
        found: Sequence[int] = listing.order(db)
        for column, down in reversed(columns):
            found = sorted(found, key=KEYS[column](db, listing, now).__getitem__, reverse=down)
        places = array("i", map(listing.places(db).__getitem__, found))
        listing.sorted = Sorted(by, array("q", found), places)
    return listing.sorted


def _name(db: sqlite3.Connection, listing: Listing, now: datetime) -> Sequence[int]:
    return listing.name_ranks(db)


def _refreshed(db: sqlite3.Connection, listing: Listing, now: datetime) -> Sequence[int]:
    return listing.refreshed(db)


def _code(db: sqlite3.Connection, listing: Listing, now: datetime) -> Sequence[int]:
    return _places(listing, db, enumerate([n] for n in numbers(db, f"{CODED} ORDER BY code_key")))


def _team(db: sqlite3.Connection, listing: Listing, now: datetime) -> Sequence[int]:
    names = sorted((row[0] for row in db.execute("SELECT name FROM teams")), key=sort_key)
    return _places(listing, db, enumerate(numbers(db, f"{IN_TEAM} = ?", (name,)) for name in names))


def _places(
    listing: Listing, db: sqlite3.Connection, places: Iterable[tuple[int, Sequence[int]]]
) -> Sequence[int]:
    """Clients without a place come last."""
    size = max(listing.order(db), default=0) + 1
    keys = [size] * size
    for place, inside in places:
        for n in inside:
            keys[n] = place
    return keys


def _status(db: sqlite3.Connection, listing: Listing, now: datetime) -> Sequence[int]:
    meaning = meanings(db, now)
    ranks = {number: NONE_FIRST if s is None else SEVERITY[s.status] for number, s in meaning.others.items()}
    return _by_standing(db, listing, ranks, SEVERITY[meaning.usual.status])


def _software(db: sqlite3.Connection, listing: Listing, now: datetime) -> Sequence[int]:
    return _by_sign_in(db, listing, dict(plain(db, "SELECT id, software FROM sign_ins")))


def _by(db: sqlite3.Connection, listing: Listing, now: datetime) -> Sequence[int]:
    return _by_sign_in(db, listing, dict(plain(db, "SELECT id, name FROM sign_ins")))


def _by_sign_in(db: sqlite3.Connection, listing: Listing, words: Mapping[str, str]) -> Sequence[int]:
    """A client with several sign-ins is sorted by the first of their texts; a client without any comes first."""
    places = {word: at for at, word in enumerate(sorted(set(words.values()), key=sort_key))}
    ranks = {
        number: min((places[words[sign_in]] for _, sign_in in pairs(key)), default=NONE_FIRST)
        for number, key in plain(db, "SELECT id, key FROM standings")
    }
    return _by_standing(db, listing, ranks, NONE_FIRST)


def _by_standing(
    db: sqlite3.Connection, listing: Listing, ranks: Mapping[int, int], usual: int
) -> Sequence[int]:
    standing = listing.standing(db)
    table = [usual] * (max(max(ranks, default=0), max(standing, default=0)) + 1)
    for number, rank in ranks.items():
        table[number] = rank
    return list(map(table.__getitem__, standing))


KEYS: dict[str, Key] = {
    "name": _name,
    "code": _code,
    "team": _team,
    "software": _software,
    "by": _by,
    "refreshed": _refreshed,
    "status": _status,
}
