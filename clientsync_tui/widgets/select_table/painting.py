"""A row, and the header, as one line of the terminal with as few changes of style as it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from clientsync_tui.widgets.select_table.fit import fit
from clientsync_tui.widgets.select_table.layout import Place
from clientsync_tui.widgets.select_table.rows import Cell, Row

_BOLD = Style(bold=True)


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs in front of a row and in the header; each mark is as wide as the others."""

    on: str
    off: str
    fixed: str
    up: str
    down: str
    ellipsis: str

    @property
    def width(self) -> int:
        """Cells of a mark with the blank after it."""
        return len(self.on) + 1


SIGNS = Signs("☑", "☐", "·", "▲", "▼", "…")
ASCII_SIGNS = Signs("[x]", "[ ]", " - ", "^", "v", "~")


@dataclass(frozen=True, slots=True)
class Looks:
    """The styles of one theme and focus state; `cells` maps a `Cell.style` to its style."""

    plain: Style
    header: Style
    cursor: Style
    fixed: Style
    cells: Mapping[str, Style]


class Painter:
    """Paints lines of one width, for one layout of columns, one set of marks and one theme."""

    def __init__(
        self, width: int, places: Sequence[tuple[int, Place]], looks: Looks, signs: Signs, *, selecting: bool
    ) -> None:
        """`places` has with each place the index of its cell in a row."""
        self._width = width
        self._places = places
        self._looks = looks
        self._signs = signs
        self._selecting = selecting
        self._rows: dict[tuple[Row, bool, bool], Strip] = {}

    def row(self, row: Row, selected: bool, cursor: bool) -> Strip:
        key = (row, selected, cursor)
        strip = self._rows.get(key)
        if strip is None:
            if len(self._rows) > 1000:
                self._rows.clear()
            strip = self._rows[key] = self._paint(row, selected, cursor)
        return strip

    def header(self, sort: Sequence[tuple[str, bool]]) -> Strip:
        signs = self._signs
        # With one column sorted by, its arrow says all; with several, their order matters too.
        arrows = {
            key: (signs.down if descending else signs.up) + (str(n) if len(sort) > 1 else "")
            for n, (key, descending) in enumerate(sort, 1)
        }
        text, x = "", 0
        for _, place in self._places:
            text += " " * (place.start - x) + self._title(place, arrows.get(place.column.key, ""))
            x = place.end
        return self._line([(text, self._looks.header)], self._looks.header)

    def blank(self, text: str = "") -> Strip:
        """A line without a row, and with `text` where there are no rows at all."""
        return self._line([(fit(text, self._width), self._looks.plain)], self._looks.plain)

    def _title(self, place: Place, arrow: str) -> str:
        title, width = place.column.title, place.width
        if arrow and width > len(arrow) + 1:
            title = (
                fit(title, min(len(title), width - len(arrow) - 1), ellipsis=self._signs.ellipsis)
                + " "
                + arrow
            )
        return fit(title, width, align=place.column.align, ellipsis=self._signs.ellipsis)

    def _paint(self, row: Row, selected: bool, cursor: bool) -> Strip:
        looks = self._looks
        plain = looks.cursor if cursor else looks.fixed if row.fixed is not None else looks.plain
        runs: list[tuple[str, Style]] = []
        x = 0
        if self._selecting:
            signs = self._signs
            mark = signs.fixed if row.fixed is not None else signs.on if selected else signs.off
            runs.append((mark + " ", plain))
            x = signs.width
        for index, place in self._places:
            cell = row.cells[index]
            text, name = (cell.text, cell.style) if isinstance(cell, Cell) else (cell, "")
            # Under the cursor one style holds for the whole line: it stands out, and costs fewest bytes.
            style = plain if cursor or not name else looks.cells.get(name, plain)
            column = place.column
            fitted = fit(
                text, place.width, align=column.align, shorten=column.shorten, ellipsis=self._signs.ellipsis
            )
            runs.append((" " * (place.start - x) + fitted, style))
            x = place.end
        if selected:
            plain += _BOLD
            runs = [(text, style + _BOLD) for text, style in runs]
        return self._line(runs, plain)

    def _line(self, runs: list[tuple[str, Style]], plain: Style) -> Strip:
        strip = Strip([Segment(text, style) for text, style in runs if text])
        return strip.adjust_cell_length(self._width, plain).simplify()
