"""Which columns a width has room for, and how wide each is. Taken from the width alone, never from the data."""

from collections.abc import Sequence
from typing import NamedTuple

from clientsync_tui.widgets.select_table.rows import Column

GAP = 2
"""Blank cells between two columns."""


class Place(NamedTuple):
    """Where a column stands, in cells from the left edge."""

    column: Column
    start: int
    width: int

    @property
    def end(self) -> int:
        return self.start + self.width


def lay_out(columns: Sequence[Column], width: int, start: int = 0) -> tuple[Place, ...]:
    """The columns that fit between `start` and `width`, left to right; the name column is always among them."""
    room = width - start
    shown = list(range(len(columns)))
    while len(shown) > 1 and _least(columns, shown) > room:
        shown.remove(_first_to_go(columns, shown))
    if not shown:
        return ()
    spare = room - _least(columns, shown)
    if spare < 0:
        return (Place(columns[shown[0]], start, max(room, 0)),)
    extra = _shared_out(spare, [columns[i] for i in shown])
    places: list[Place] = []
    x = start
    for i, more in zip(shown, extra, strict=True):
        places.append(Place(columns[i], x, columns[i].width + more))
        x = places[-1].end + GAP
    return tuple(places)


def _shared_out(spare: int, columns: Sequence[Column]) -> list[int]:
    """What of `spare` each column gets by its flex; what one is too narrow to take goes to the others."""
    extra = [0] * len(columns)
    while spare:
        growing = [i for i, column in enumerate(columns) if column.flex and _room(column, extra[i]) > 0]
        if not growing:
            break
        flex = sum(columns[i].flex for i in growing)
        shares = {i: min(spare * columns[i].flex // flex, _room(columns[i], extra[i])) for i in growing}
        if not any(shares.values()):
            # What is left is less than a cell for each.
            shares = {max(growing, key=lambda i: columns[i].flex): 1}
        for i, more in shares.items():
            extra[i] += more
            spare -= more
    return extra


def _room(column: Column, extra: int) -> int:
    return 10_000 if column.most is None else column.most - column.width - extra


def _least(columns: Sequence[Column], shown: Sequence[int]) -> int:
    return sum(columns[i].width for i in shown) + GAP * (len(shown) - 1)


def _first_to_go(columns: Sequence[Column], shown: Sequence[int]) -> int:
    name = max(shown, key=lambda i: (columns[i].keep, -i))
    return min((i for i in shown if i != name), key=lambda i: (columns[i].keep, -i))
