"""Draws a row, or the header, as one terminal line with as few style changes as possible."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from clientsync_tui.widgets.select_table.fit import fit
from clientsync_tui.widgets.select_table.layout import Place
from clientsync_tui.widgets.select_table.rows import Cell, Row

_BOLD = Style(bold=True)


class Signs(NamedTuple):
    """The signs in front of a row and in the header. All marks have the same width."""

    on: str
    off: str
    fixed: str
    up: str
    down: str
    ellipsis: str
    bar: str

    @property
    def width(self) -> int:
        """The width of a mark and the blank after it."""
        return len(self.on) + 1


SIGNS = Signs("☑", "☐", "·", "▲", "▼", "…", "▐")
ASCII_SIGNS = Signs("[x]", "[ ]", " - ", "^", "v", "~", "#")


class Looks(NamedTuple):
    """The styles for one theme and focus state; `cells` maps a `Cell.style` to its style."""

    plain: Style
    header: Style
    cursor: Style
    fixed: Style
    cells: Mapping[str, Style]


class Painter:
    """Draws lines of one width, for one column layout, one set of marks and one theme."""

    def __init__(
        self, width: int, places: Sequence[tuple[int, Place]], looks: Looks, signs: Signs, *, selecting: bool
    ) -> None:
        """`places`: each place with the index of its cell in a row. `width`: of a line without the scrollbar's cell."""
        self._width = width
        self.content_width = min(width, places[-1][1].end) if places else width
        """How many cells differ from row to row; to their right a line is always blank."""
        self._places = places
        self._looks = looks
        self._signs = signs
        self._selecting = selecting
        self._rows: dict[tuple[Row | None, bool, bool, bool], Strip] = {}

    def row(self, row: Row | None, selected: bool, cursor: bool, bar: bool) -> Strip:
        """A row's line (None: the row is gone), with or without the scrollbar's thumb at its end."""
        key = (row, selected, cursor, bar)
        strip = self._rows.get(key)
        if strip is None:
            if len(self._rows) > 1000:
                self._rows.clear()
            runs = self._runs(row, selected, cursor) if row else [(" " * self._width, self._looks.plain)]
            runs.append((self._signs.bar if bar else " ", self._looks.plain))
            strip = self._rows[key] = self._line(runs)
        return strip

    def header(self, sort: Sequence[tuple[str, bool]]) -> Strip:
        signs = self._signs
        # With one sort column its arrow says everything; with several, their order matters too.
        arrows = {
            key: (signs.down if descending else signs.up) + (str(n) if len(sort) > 1 else "")
            for n, (key, descending) in enumerate(sort, 1)
        }
        text, x = "", 0
        for _, place in self._places:
            text += " " * (place.start - x) + self._title(place, arrows.get(place.column.key, ""))
            x = place.end
        return self._line([(fit(text, self._width + 1), self._looks.header)])

    def blank(self, text: str = "") -> Strip:
        """A line without a row, and with `text` if there are no rows at all."""
        return self._line([(fit(text, self._width + 1), self._looks.plain)])

    def _title(self, place: Place, arrow: str) -> str:
        column, ellipsis = place.column, self._signs.ellipsis
        room = place.width - len(arrow) - 1
        if not arrow or room < 1:
            return fit(column.title, place.width, align=column.align, ellipsis=ellipsis)
        title = fit(column.title, min(cell_len(column.title), room), ellipsis=ellipsis)
        return fit(f"{title} {arrow}", place.width, align=column.align)

    def _runs(self, row: Row, selected: bool, cursor: bool) -> list[tuple[str, Style]]:
        looks, signs = self._looks, self._signs
        plain = looks.cursor if cursor else looks.fixed if row.fixed is not None else looks.plain
        runs: list[tuple[str, Style]] = []
        x = 0
        if self._selecting:
            mark = signs.fixed if row.fixed is not None else signs.on if selected else signs.off
            runs.append((mark + " ", plain))
            x = signs.width
        for index, place in self._places:
            cell, column = row.cells[index], place.column
            text, name = (cell.text, cell.style) if isinstance(cell, Cell) else (cell, "")
            # Under the cursor one style covers the whole line: it stands out, and costs the fewest bytes.
            style = plain if cursor or not name or not text else looks.cells.get(name, plain)
            text = fit(text, place.width, align=column.align, shorten=column.shorten, ellipsis=signs.ellipsis)
            runs.append((" " * (place.start - x) + text, style))
            x = place.end
        if selected:
            runs = [(text, style + _BOLD) for text, style in runs]
        if x < self._width:
            runs.append((" " * (self._width - x), looks.plain))
        return runs

    def _line(self, runs: list[tuple[str, Style]]) -> Strip:
        segments = [
            Segment("".join([text for text, _ in group]), style)
            for style, group in groupby(runs, itemgetter(1))
        ]
        # Only on a screen too narrow for the marks is a line longer than it should be.
        return Strip(segments).crop(0, self._width + 1)
