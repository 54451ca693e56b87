"""The columns that a table shows, and their positions."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from clientsync_tui.widgets.select_table.layout import Lengths, Place, lay_out, still_fit
from clientsync_tui.widgets.select_table.rows import Column, Row, text_of


class Page(NamedTuple):
    """What columns are laid out for: the cells from `start` to `width`, and the rows on the page.

    `rows`: None if the table has none. `sorted_by`: keys of the columns with an arrow in their title. `goes_on`: whether the
    table has more rows than these.
    """

    width: int
    start: int
    rows: Sequence[Row] | None
    sorted_by: Collection[str]
    goes_on: bool = False


class ShownColumns:
    """Lays out columns for what the page shows. While rows scroll by, the columns stay in place."""

    def __init__(self, columns: Sequence[Column], page: Callable[[], Page]) -> None:
        """`page`: returns the current page."""
        self.shown = tuple(columns)
        self._index_of = {column.key: index for index, column in enumerate(columns)}
        self._page = page
        self._places: tuple[Place, ...] | None = None
        # Without rows, columns have their usual widths, which is no reason to keep these once there are rows.
        self._are_for_rows = False

    def check(self, columns: Sequence[Column]) -> None:
        """Raises `ValueError` for a key that the table was not created with."""
        if unknown := [column.key for column in columns if column.key not in self._index_of]:
            raise ValueError(f"columns the table was not made with: {', '.join(unknown)}")

    def choose(self, columns: tuple[Column, ...]) -> bool:
        """Shows these. Returns whether anything changed."""
        changed = columns != self.shown
        if changed:
            self.shown = columns
            self.lay_out_again()
        return changed

    def lay_out_again(self) -> tuple[Place, ...] | None:
        """Has them laid out again when they are next needed. Returns their old positions."""
        before, self._places = self._places, None
        return before

    @property
    def places(self) -> tuple[Place, ...]:
        """Those that fit the width, and their positions in cells."""
        if self._places is None:
            page = self._page()
            lengths = None if page.rows is None else self._lengths(page.rows)
            self._are_for_rows = lengths is not None
            self._places = lay_out(
                self.shown, page.width, page.start, lengths, page.sorted_by, goes_on=page.goes_on
            )
        return self._places

    @property
    def cells(self) -> list[tuple[int, Place]]:
        """The places, each with the index of its cell in a row."""
        return [(self._index_of[place.column.key], place) for place in self.places]

    def fit(self) -> bool:
        """Whether new rows moved them. They stay in place as long as no text there is cut."""
        if self._places is None:
            return False
        rows = self._page().rows
        if (
            self._are_for_rows
            and rows is not None
            and still_fit(self._places, self.shown, self._lengths(rows))
        ):
            return False
        return self.lay_out_again() != self.places

    def _lengths(self, rows: Sequence[Row]) -> list[Lengths]:
        """The lengths of each column's texts. This is needed between a key and its frame, so it must be quick."""
        wanted = [self._index_of[column.key] for column in self.shown]
        return [sorted(filter(None, (cell_len(text_of(row.cells[i])) for row in rows))) for i in wanted]
