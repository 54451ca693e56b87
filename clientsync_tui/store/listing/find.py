"""The filter language and the sort orders, over the whole client list."""

from array import array
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import compress

from ...practice.filter import Term
from ..database import Database
from ..fixes import Cause
from .client_list import BY_NAME, Sort
from .conditions import Conditions
from .sorting import in_order


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
            found = array("q", compress(found, map(holds.__getitem__, order.places) if order else holds))
        return found


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


def warm(database: Database) -> None:
    """Reads the search texts, so that the first letter of a filter need not wait for them."""
    listing = database.listing
    with listing.lock, database.reading() as db:
        listing.update(db)
        listing.pages(db)
