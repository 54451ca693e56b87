"""Reads paged lists, whatever a server does with them: pages may repeat or never end."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ...practice.status import Reason
from ...practice.trouble import ListRefused, OrganisationTrouble
from . import shapes
from .software import Record

_MOST_PAGES = 1_000


class Page(NamedTuple):
    """One page. `rows`: how many lines it has, usable or not. `last`: whether the answer says that no page follows."""

    records: Sequence[Record]
    rows: int
    last: bool


@contextmanager
def refused_alone() -> Generator[None]:
    """Where a missing permission means only that this list can't be read, not that the integration is broken."""
    try:
        yield
    except OrganisationTrouble as trouble:
        if trouble.reason is Reason.PERMISSION_MISSING:
            raise ListRefused(str(trouble)) from None
        raise


async def whole(page: Callable[[int], Awaitable[Page]], what: str) -> Sequence[Record]:
    """Every record once, from pages 1, 2, ... up to the last one, an empty one, or one with nothing new.

    Raises PassingTrouble if the list `what` never ends.
    """
    found: dict[str, Record] = {}
    for number in range(1, _MOST_PAGES + 1):
        records, rows, last = await page(number)
        known = len(found)
        found.update((record["id"], record) for record in records)
        # A page without a usable row is not necessarily the last.
        if last or not rows or (records and len(found) == known):
            return tuple(found.values())
    raise shapes.nonsense(f"the list of {what} never ends")
