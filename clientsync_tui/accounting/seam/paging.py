"""Lists that come in pages, put together whatever a server does with them: pages that repeat, or that never end."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from . import shapes
from .software import Record

_MOST_PAGES = 1_000


class Page(NamedTuple):
    """One page. `rows`: how many lines it has, whether they can be used or not. `last`: whether the answer says that no page follows."""

    records: Sequence[Record]
    rows: int
    last: bool


async def whole(page: Callable[[int], Awaitable[Page]], what: str) -> Sequence[Record]:
    """Every record once, from the pages 1, 2, ... until the last one, an empty one, or one that brings nothing new.

    Raises PassingTrouble for a list `what` without an end.
    """
    found: dict[str, Record] = {}
    for number in range(1, _MOST_PAGES + 1):
        records, rows, last = await page(number)
        known = len(found)
        found.update((record["id"], record) for record in records)
        # A page on which no row can be used is not the last one for that.
        if last or not rows or (records and len(found) == known):
            return tuple(found.values())
    raise shapes.nonsense(f"{what} without an end")
