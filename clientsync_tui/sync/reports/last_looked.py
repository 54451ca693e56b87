"""When a person last looked at the practice, saved in `Workplace.visits`."""

from datetime import datetime, timedelta
from typing import NamedTuple

from ...practice.entries import iso
from ...store.store import Store
from ..preferences import Preferences

LAST_LOOKED = "last_looked"


class Since(NamedTuple):
    """When the person last looked, and the number of the ledger's last entry at that time. `is_first_look`: they never
    looked, so it is this time yesterday.
    """

    at: datetime
    seq: int
    is_first_look: bool = False


def since(store: Store, visits: Preferences, now: datetime) -> Since:
    """When the person last looked; if that is not known, this time yesterday."""
    try:
        at, seq = visits.get(LAST_LOOKED, [])
        return Since(datetime.fromisoformat(at), min(int(seq), store.ledger.last()))
    except (TypeError, ValueError):
        yesterday = now - timedelta(days=1)
        return Since(yesterday, store.lately.before(yesterday), is_first_look=True)


def save(store: Store, visits: Preferences, now: datetime) -> None:
    """Records that the person is leaving now."""
    visits.save(LAST_LOOKED, [iso(now), store.ledger.last()])


def save_as_of(store: Store, visits: Preferences, at: datetime) -> None:
    """Records that the person left at that time, having seen everything up to then."""
    visits.save(LAST_LOOKED, [iso(at), store.lately.before(at)])
