"""What a select table shows: its columns and rows, and where a screen gets them from."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

RowId = int | str


class Column(NamedTuple):
    """A column. The one with the highest `keep` (the first on a tie) is the name column and is never dropped."""

    key: str
    title: str
    width: int
    """Usual width in cells: its minimum before a less important column is dropped. If its texts need less, it is narrower."""
    flex: int = 0
    """Its share of the remaining width; 0 gets no more than its texts need."""
    keep: int = 0
    """On a narrow screen, the lowest is dropped first; on a tie, the rightmost."""
    align: Literal["left", "right"] = "left"
    sortable: bool = True
    shorten: Literal["end", "middle"] = "end"
    """Where a text that is too long is cut."""
    most: int | None = None
    """The maximum width for `flex`. On a very wide screen the rest stays empty at the right, so that the eye has less far
    to go from a name to its status, and a moving cursor sends fewer bytes.
    """
    least: int | None = None
    """Its minimum before it, or the only other column, is dropped; None: `width`."""
    chosen: bool = False
    """Whether the user chose the width: then nothing else changes it."""


class Cell(NamedTuple):
    """Text with a meaning that the theme colours: "ok", "warning", "error", "muted" or "" for none."""

    text: str
    style: str = ""


def text_of(cell: Cell | str) -> str:
    return cell.text if isinstance(cell, Cell) else cell


class Row(NamedTuple):
    """A row: a cell for each column the table was created with, in that order."""

    id: RowId
    cells: tuple[Cell | str, ...]
    fixed: str | None = None
    """Why the row can't be selected, in words ("already added as IVY01"); None: it can."""


class Rows(Protocol):
    """What a screen provides: rows in memory, or in SQLite."""

    def order(self) -> Sequence[RowId]:
        """The ids as shown, filtered and sorted: a list or an `array("q")` that must not change later."""
        ...

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        """The rows with these ids, in any order, without those that are gone. Never called while drawing."""
        ...

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        """Those of `ids` that can be selected; called with everything shown at once."""
        ...


class NoRows:
    """What a table shows before it is given any rows."""

    def order(self) -> Sequence[RowId]:
        return ()

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        return ()

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        return ()
