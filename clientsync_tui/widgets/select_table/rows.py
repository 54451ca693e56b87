"""What a select table shows: its columns, its rows, and where a screen takes them from."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

RowId = int | str


class Column(NamedTuple):
    """One column. The one with the highest `keep` (the first of equals) is the name column and is never dropped."""

    key: str
    title: str
    width: int
    """Usual width, in cells: as narrow as it gets before a less important column is dropped. Where its texts need less, it is narrower."""
    flex: int = 0
    """Share of the width that is left over; 0 gets no more than its texts need."""
    keep: int = 0
    """On a narrow screen the lowest goes first, and of equals the rightmost."""
    align: Literal["left", "right"] = "left"
    sortable: bool = True
    shorten: Literal["end", "middle"] = "end"
    """Where a text that is too long loses its cells."""
    most: int | None = None
    """Greatest width that `flex` lets it grow to. What a very wide screen has beyond stays empty at the right: the eye has
    less far to go from a name to its status, and a moving cursor fewer bytes to send."""
    least: int | None = None
    """How narrow it gets before it goes, or the only other column does; None: not below `width`."""
    chosen: bool = False
    """Whether the user chose the width: then nothing else changes it."""


class Cell(NamedTuple):
    """Text with a meaning that the theme gives a colour: "ok", "warning", "error", "muted" or "" for none."""

    text: str
    style: str = ""


def text_of(cell: Cell | str) -> str:
    return cell.text if isinstance(cell, Cell) else cell


class Row(NamedTuple):
    """One row: a cell for each column the table was made with, in that order."""

    id: RowId
    cells: tuple[Cell | str, ...]
    fixed: str | None = None
    """Why the row cannot be selected, in words ("already added as IVY01"); None: it can."""


class Rows(Protocol):
    """What a screen supplies: rows in memory, or in SQLite."""

    def order(self) -> Sequence[RowId]:
        """The ids as shown, already filtered and sorted: a list or an `array("q")`, which must not change later."""
        ...

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        """The rows of these ids, in any order; an id that is gone is left out. Never called while drawing."""
        ...

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        """Those of `ids` that may be selected, in bulk: called with everything shown."""
        ...


class NoRows:
    """What a table shows before it is given any rows."""

    def order(self) -> Sequence[RowId]:
        return ()

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        return ()

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        return ()
