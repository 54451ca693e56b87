"""The filter language and the sort orders, over the whole client list."""

import sqlite3
from array import array
from collections.abc import Sequence
from datetime import datetime
from itertools import compress

from ..practice.filter import Term
from .conditions import Conditions
from .database import Database
from .listing import NOWHERE, Listing
from .orders import KEYS, Sort

SOME = 10
BY_NAME: Sort = (("name", False),)


def find(database: Database, terms: Sequence[Term], now: datetime, sort: Sort = BY_NAME) -> "array[int]":
    """Numbers of the clients for which all `terms` hold, in the order of `sort` (names last, to settle ties); not to be changed.

    The first call reads what it needs of every client into memory (see listing.py), later ones what the ledger has new. On any
    thread; one call is answered at a time.
    """
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        found: Sequence[int] = listing.order(db)
        if terms:
            conditions = Conditions(db, listing, now)
            mask = conditions.everyone
            for term in terms:
                mask &= conditions.holds(term)
            found = _by_name(db, listing, mask, conditions.width)
        columns = sort if sort[-1:] != BY_NAME else sort[:-1]
        for column, down in reversed(columns):
            found = sorted(found, key=KEYS[column](db, listing, now).__getitem__, reverse=down)
        return found if isinstance(found, array) else array("q", found)


def _by_name(db: sqlite3.Connection, listing: Listing, mask: int, width: int) -> Sequence[int]:
    held = mask.to_bytes(width, "little")
    if mask.bit_count() > width // SOME:
        order = listing.order(db)
        return array("q", compress(order, map(held.__getitem__, order)))
    # Of few it is cheaper to look up each one's place than to go through the whole order.
    places = listing.places(db)
    few = [n for n in compress(range(width), held) if places[n] != NOWHERE]
    return sorted(few, key=places.__getitem__)


def warm(database: Database) -> None:
    """Reads the search texts, so that the first letter of a filter need not wait for them."""
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        listing.pages(db)
