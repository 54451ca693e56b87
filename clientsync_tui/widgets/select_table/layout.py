"""Which columns a width has room for, and how wide each is. Taken from the width alone, never from the data."""

from collections.abc import Sequence
from dataclasses import dataclass

from clientsync_tui.widgets.select_table.rows import Column

GAP = 2
"""Blank cells between two columns."""


@dataclass(frozen=True, slots=True)
class Place:
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
    flex = sum(columns[i].flex for i in shown)
    places: list[Place] = []
    x, given, share = start, 0, 0
    for i in shown:
        column = columns[i]
        share += column.flex
        # Each takes the whole cells up to its share so far, so that the last one ends exactly at the edge.
        extra = spare * share // flex - given if flex else 0
        given += extra
        places.append(Place(column, x, column.width + extra))
        x += column.width + extra + GAP
    return tuple(places)


def _least(columns: Sequence[Column], shown: Sequence[int]) -> int:
    return sum(columns[i].width for i in shown) + GAP * (len(shown) - 1)


def _first_to_go(columns: Sequence[Column], shown: Sequence[int]) -> int:
    name = max(shown, key=lambda i: (columns[i].keep, -i))
    return min((i for i in shown if i != name), key=lambda i: (columns[i].keep, -i))
