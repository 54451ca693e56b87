"""When a person last looked at the practice, from `Workplace.visits`."""

from datetime import datetime, timedelta
from typing import NamedTuple

from ...practice.entries import iso
from ...store.store import Store
from ..preferences import Preferences

LAST_LOOKED = "last_looked"


class Since(NamedTuple):
    """When the person last looked, and the number of the ledger's last entry then."""

    at: datetime
    seq: int


def since(store: Store, visits: Preferences, now: datetime) -> Since:
    """When the person last looked; yesterday at this time where that is not known."""
    try:
        at, seq = visits.get(LAST_LOOKED, [])
        return Since(datetime.fromisoformat(at), min(int(seq), store.ledger.last()))
    except (TypeError, ValueError):
        yesterday = now - timedelta(days=1)
        return Since(yesterday, store.lately.before(yesterday))


def save(store: Store, visits: Preferences, now: datetime) -> None:
    """The person leaves now."""
    visits.save(LAST_LOOKED, [iso(now), store.ledger.last()])


def save_as_of(store: Store, visits: Preferences, at: datetime) -> None:
    """The person left at that time, and saw what had happened until then."""
    visits.save(LAST_LOOKED, [iso(at), store.lately.before(at)])
