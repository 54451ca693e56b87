"""The filter language and the sort orders, over the whole client list."""

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
"""Kinds of terms that are answered within a frame."""
MOST_AT_A_GLANCE = 200_000
"""Clients among which a word is found within a frame, wherever it is."""


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
    """Numbers of the clients for which all `terms` hold and that have an integration with this cause (None: any client), in the
    order of `sort` (names last, to settle ties); not to be changed. `held`: the ids of the sign-ins of the person who asks, for
    `by:you`; `me`: the names that they act under, for `claimed:you`.

    The first call reads what it needs of every client into memory (see listing.py), later ones what the ledger has new. On any
    thread; one call is answered at a time.
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
    """Those for which `holds` has a 1: numbers between them are not even looked at where they are few."""
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
    """The first `most` of what `find` returns in the order by name. Takes as long for 100,000 clients as for as many as it goes through."""
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
    """What `first_matching` returns, for a thread that draws: None where it could take longer than a frame."""
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
    """Reads the search texts, so that the first letter of a filter need not wait for them."""
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        listing.pages(db)
        listing.few_standings(db)
