"""How a select table looks: draws one line at a time, with its styles."""

import textwrap
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from rich.style import Style
from textual.geometry import Offset
from textual.strip import Strip

from clientsync_tui.widgets.select_table.layout import HEADER
from clientsync_tui.widgets.select_table.painting import ASCII_SIGNS, SIGNS, Looks, Painter, Signs
from clientsync_tui.widgets.select_table.scrollbar import thumb
from clientsync_tui.widgets.select_table.selection import Selection
from clientsync_tui.widgets.select_table.shown_columns import ShownColumns
from clientsync_tui.widgets.select_table.window import Window

_CELLS = ("ok", "warning", "error", "muted")
COMPONENTS = {f"select-table--{name}" for name in ("header", "cursor", "fixed", *_CELLS)}
STYLES = """
SelectTable {
    height: 1fr;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size-vertical: 0;

    & > .select-table--header { text-style: underline; color: $text-muted; }
    &:focus > .select-table--header { text-style: bold underline; color: $foreground; }
    & > .select-table--cursor { text-style: underline; }
    &:focus > .select-table--cursor { text-style: reverse; }
    & > .select-table--fixed { color: $text-muted; }
    & > .select-table--ok { color: $text-success; }
    & > .select-table--warning { color: $text-warning; }
    & > .select-table--error { color: $text-error; }
    & > .select-table--muted { color: $text-muted; }
}
"""


class Settings(NamedTuple):
    """What the screen sets. `empty_text`: shown if there are no rows."""

    sort: Sequence[tuple[str, bool]]
    ascii_marks: bool
    empty_text: str


class Drawn(Protocol):
    """What to draw, and where."""

    window: Window
    cursor: int

    @property
    def text_width(self) -> int:
        """The width of a line without the scrollbar."""
        ...

    @property
    def page(self) -> int:
        """How many rows fit."""
        ...

    @property
    def scroll_offset(self) -> Offset:
        """How far it is scrolled."""
        ...

    @property
    def rich_style(self) -> Style:
        """The style of plain text."""
        ...

    def get_component_rich_style(self, *names: str) -> Style:
        """The style of one of `COMPONENTS`."""
        ...


class Drawing:
    """Draws the header, the rows, and the text for no rows."""

    def __init__(
        self,
        table: Drawn,
        settings: Callable[[], Settings],
        columns: ShownColumns,
        selection: Selection | None,
    ) -> None:
        """`settings`: returns the current ones. `selection`: which rows to draw as selected; None: rows have no marks."""
        self._table = table
        self._settings = settings
        self._columns = columns
        self._selection = selection
        self._painter: Painter | None = None

    def forget(self) -> None:
        """Columns, signs or styles have changed."""
        self._painter = None

    @property
    def content_width(self) -> int | None:
        """How many cells differ from row to row; None: nothing has been drawn yet."""
        return None if self._painter is None else self._painter.content_width

    @property
    def mark_width(self) -> int:
        """How many cells are before a row."""
        return 0 if self._selection is None else self._signs.width

    def line(self, y: int) -> Strip:
        """The line `y` cells from the top."""
        table = self._table
        painter = self._painter = self._painter or self._make_painter()
        if y < HEADER:
            return painter.header(self._settings().sort)
        top = table.scroll_offset.y
        order = table.window.order
        index = top + y - HEADER
        if index < len(order):
            id = order[index]
            row = table.window.row(id)
            bar = y - HEADER in thumb(top, table.page, len(order))
            selection = self._selection
            selected = selection is not None and (selection.has_all_of(order) or id in selection)
            return painter.row(row, selected, index == table.cursor, bar)
        lines = [] if order else self._empty_lines()
        return painter.blank(lines[y - HEADER] if y - HEADER < len(lines) else "")

    def _empty_lines(self) -> list[str]:
        width = max(1, self._table.text_width - 2)
        parts = self._settings().empty_text.splitlines()
        return ["", *(" " + line for part in parts for line in textwrap.wrap(part, width) or [""])]

    def _make_painter(self) -> Painter:
        def style(name: str) -> Style:
            return self._table.get_component_rich_style(f"select-table--{name}")

        looks = Looks(
            plain=self._table.rich_style,
            header=style("header"),
            cursor=style("cursor"),
            fixed=style("fixed"),
            cells={name: style(name) for name in _CELLS},
        )
        selecting = self._selection is not None
        return Painter(self._table.text_width, self._columns.cells, looks, self._signs, selecting=selecting)

    @property
    def _signs(self) -> Signs:
        return ASCII_SIGNS if self._settings().ascii_marks else SIGNS
