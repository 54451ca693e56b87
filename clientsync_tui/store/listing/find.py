"""Applies the filter language and the sort orders to the whole client list."""

from array import array
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import compress

from ...practice.filter import Term
from ..database import Database
from ..fixes import Cause
from .client_list import BY_NAME, PAGE, Sort
from .conditions import Conditions
from .sorting import in_order

AT_A_GLANCE = {None, "status"}
"""Kinds of terms that are evaluated within a frame."""
MOST_AT_A_GLANCE = 200_000
"""How many clients can be searched for a word within a frame."""


def find(
    database: Database,
    terms: Sequence[Term],
    now: datetime,
    sort: Sort = BY_NAME,
    cause: Cause | None = None,
    *,
    held: Collection[str] = (),
    me: Collection[str] = (),
) -> "array[int]":
    """Numbers of the clients that match all `terms` and have an integration with this cause (None: any client), in the
    order of `sort` (and then by name). Don't modify the result. `held`: the ids of the user's sign-ins, for `by:you`; `me`:
    the names they act under, for `claimed:you`.

    The first call reads what it needs about every client into memory (see client_list.py), later ones only the ledger's new entries.
    May be called from any thread; calls are answered one at a time.
    """
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        columns = sort if sort[-1:] != BY_NAME else sort[:-1]
        order = in_order(db, listing, now, columns) if columns else None
        found = order.numbers if order else listing.order(db)
        if terms or cause:
            conditions = Conditions(db, listing, now, held, me)
            mask = conditions.everyone
            for term in terms:
                mask &= conditions.holds(term)
            if cause:
                mask &= conditions.caused_by(cause)
            holds = mask.to_bytes(conditions.width, "little")
            if order:
                return array("q", compress(found, map(holds.__getitem__, order.places)))
            return _chosen(found, holds)
        return found


def _chosen(numbers: "array[int]", holds: bytes) -> "array[int]":
    """The clients for which `holds` has a 1. If they are few, the numbers between them are skipped."""
    chosen = array("q")
    for start in range(0, len(holds), PAGE):
        here = holds[start : start + PAGE]
        if 1 in here:
            chosen.extend(compress(numbers[start : start + PAGE], here))
    return chosen


def first_matching(
    database: Database,
    terms: Sequence[Term],
    now: datetime,
    most: int,
    *,
    held: Collection[str] = (),
    me: Collection[str] = (),
) -> "array[int]":
    """The first `most` of what `find` returns when sorted by name. The cost depends on how many clients it has to go
    through.
    """
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        return Conditions(db, listing, now, held, me).first(terms, most)


def glance(
    database: Database,
    terms: Sequence[Term],
    now: datetime,
    most: int,
    *,
    held: Collection[str] = (),
    me: Collection[str] = (),
) -> "array[int] | None":
    """The result of `first_matching`, for the drawing thread: None if it might take longer than a frame."""
    listing = database.listing
    if any(term.field not in AT_A_GLANCE for term in terms) or not listing.lock.acquire(blocking=False):
        return None
    try:
        with database.reading() as db:
            if not listing.is_read(db) or len(listing.order(db)) > MOST_AT_A_GLANCE:
                return None
            return Conditions(db, listing, now, held, me).first(terms, most)
    finally:
        listing.lock.release()


def warm(database: Database) -> None:
    """Reads the search texts in advance, so that the first letter of a filter doesn't wait for them."""
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        listing.pages(db)
        listing.few_standings(db)
