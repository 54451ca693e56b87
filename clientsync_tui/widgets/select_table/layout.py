"""Which columns fit a width, and how wide each is: as wide as its texts on the page, if there is room."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from clientsync_tui.widgets.select_table.rows import Column

HEADER = 1
"""Lines above the rows."""
GAP = 2
"""Blank cells between two columns."""
ARROW = 2
"""Space for the sort arrow in a column's title."""
Lengths = Sequence[int]
"""The width of each text in a column, shortest first; blank ones are left out."""


class Place(NamedTuple):
    """The position of a column, in cells from the left edge."""

    column: Column
    start: int
    width: int

    @property
    def end(self) -> int:
        return self.start + self.width


class _Want(NamedTuple):
    """What a column asks for. `wish`: enough for all its texts; `usual`: its minimum before another column is dropped."""

    column: Column
    lengths: Lengths
    wish: int
    usual: int
    least: int

    @property
    def is_empty(self) -> bool:
        return not self.lengths

    @property
    def fair(self) -> int:
        """How narrow it gets so that the name column keeps its usual width, and cuts fewer texts."""
        return self.usual if self.column.chosen else (self.usual + self.least) // 2

    def loss(self, width: int) -> tuple[int, int]:
        """The cost of taking away one more cell: how many texts it cuts. On a tie, the less important column gives way."""
        cut = len(self.lengths) - bisect_left(self.lengths, width)
        return cut + (width <= len(self.column.title)), self.column.keep


def lay_out(
    columns: Sequence[Column],
    width: int,
    start: int = 0,
    lengths: Sequence[Lengths] | None = None,
    sorted_by: Collection[str] = (),
    *,
    goes_on: bool = False,
) -> tuple[Place, ...]:
    """The columns that fit between `start` and `width`, left to right, always including the name column.

    `lengths` has those of each column's texts; None: nothing is shown yet, so each column gets its usual width.
    `sorted_by`: keys of the columns with an arrow in their title. `goes_on`: more rows follow, and since columns don't move
    while rows scroll by, the name column keeps at least its usual width for them.
    """
    room = width - start
    name = _name_column(columns) if goes_on else None
    # With several sort columns, a number follows the arrow.
    arrow = ARROW + (len(sorted_by) > 1)
    wants = [
        _want(
            column,
            lengths[i] if lengths else None,
            room,
            arrow if column.key in sorted_by else 0,
            at_least=column.width if column is name else 0,
        )
        for i, column in enumerate(columns)
    ]
    shown = _that_fit(wants, room, known=lengths is not None)
    widths = _widths(shown, room)
    places: list[Place] = []
    for want, cells in zip(shown, widths, strict=True):
        places.append(Place(want.column, start, cells))
        start = places[-1].end + GAP
    return tuple(places)


def still_fit(places: Sequence[Place], columns: Sequence[Column], lengths: Sequence[Lengths]) -> bool:
    """Whether every column is shown, and no title or text is cut: then columns need not move with each letter of a filter."""
    if [place.column for place in places] != list(columns):
        return False
    return all(
        max(len(place.column.title), of[-1] if of else 0) <= place.width or place.column.chosen
        for place, of in zip(places, lengths, strict=True)
    )


def _want(column: Column, lengths: Lengths | None, room: int, arrow: int, *, at_least: int = 0) -> _Want:
    if column.chosen:
        return _Want(column, lengths or (), column.width, column.width, column.least or column.width)
    if lengths is None:
        wish = max(column.width, len(column.title) + arrow)
        return _Want(column, (), wish, column.width, column.least or column.width)
    longest = lengths[-1] if lengths else 0
    wish = min(max(len(column.title) + arrow, longest, at_least), max(room, 1))
    usual = min(wish, column.width)
    return _Want(column, lengths, wish, usual, min(usual, column.least or column.width))


def _that_fit(wants: Sequence[_Want], room: int, *, known: bool) -> list[_Want]:
    """Empty columns give way before any text is cut; then the least important columns shrink below their usual width before
    those left.
    """
    shown = list(wants)
    name = _name_column([want.column for want in wants])
    while known and len(shown) > 1 and _sum(want.wish for want in shown) > room:
        empty = [want for want in shown if want.is_empty and want.column is not name]
        if not empty:
            break
        shown.remove(_first_to_go(empty))
    while len(shown) > 1:
        # Of two columns, the last one to go stays as long as the name can still shrink.
        taken = (want.least if len(shown) == 2 else want.usual for want in shown)
        if _sum(taken) <= room:
            break
        shown.remove(_first_to_go([want for want in shown if want.column is not name]))
    return shown


def _widths(shown: Sequence[_Want], room: int) -> list[int]:
    widths = [want.wish for want in shown]
    over = _sum(widths) - room
    if over <= 0:
        extra = _shared_out(-over, shown)
        return [width + more for width, more in zip(widths, extra, strict=True)]
    if len(shown) == 1:
        return [max(room, 0)]
    name = _name_column([want.column for want in shown])
    floors = [want.usual if want.column is name else want.fair for want in shown]
    if _sum(floors) > room:
        floors = [want.least for want in shown]
    for _ in range(over):
        able = [i for i, width in enumerate(widths) if width > floors[i]]
        narrower = min(able, key=lambda i: (*shown[i].loss(widths[i]), -widths[i], -i))
        widths[narrower] -= 1
    return widths


def _shared_out(spare: int, wants: Sequence[_Want]) -> list[int]:
    """How much of `spare` each column gets by its flex, for longer texts further down. What one can't use goes to the
    others.
    """
    extra = [0] * len(wants)
    while spare:
        growing = [i for i, want in enumerate(wants) if want.column.flex and _room(want, extra[i]) > 0]
        if not growing:
            break
        flex = sum(wants[i].column.flex for i in growing)
        shares = {i: min(spare * wants[i].column.flex // flex, _room(wants[i], extra[i])) for i in growing}
        if not any(shares.values()):
            # What is left is less than a cell each.
            shares = {max(growing, key=lambda i: wants[i].column.flex): 1}
        for i, more in shares.items():
            extra[i] += more
            spare -= more
    return extra


def _room(want: _Want, extra: int) -> int:
    column = want.column
    if column.chosen:
        return 0
    return 10_000 if column.most is None else column.most - want.wish - extra


def _sum(widths: Iterable[int]) -> int:
    cells = list(widths)
    return sum(cells) + GAP * (len(cells) - 1)


def _name_column(columns: Sequence[Column]) -> Column | None:
    return max(columns, key=lambda column: column.keep, default=None)


def _first_to_go(wants: Sequence[_Want]) -> _Want:
    """The least important; on a tie the rightmost."""
    return min(reversed(wants), key=lambda want: want.column.keep)
