"""Rows drawn on demand: columns, header, cursor and scrolling of a select table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import ClassVar, Self

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from clientsync_tui.widgets.select_table.layout import Place, lay_out, still_fit
from clientsync_tui.widgets.select_table.line_cache import LineCache, has_effects
from clientsync_tui.widgets.select_table.messages import ColumnsChanged, CursorMoved
from clientsync_tui.widgets.select_table.painting import ASCII_SIGNS, SIGNS, Looks, Painter, Signs
from clientsync_tui.widgets.select_table.rows import Column, NoRows, Row, RowId, Rows, text_of
from clientsync_tui.widgets.select_table.scrollbar import thumb
from clientsync_tui.widgets.select_table.selection import Selection
from clientsync_tui.widgets.select_table.window import Window

HEADER = 1
"""Lines above the rows."""


class RowsView(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws the visible rows (Textual's Line API) and keeps the cursor on its row's id.

    Drawing does no I/O: rows are fetched when the view moves, for the page on screen and its neighbours.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "select-table--header",
        "select-table--cursor",
        "select-table--fixed",
        "select-table--ok",
        "select-table--warning",
        "select-table--error",
        "select-table--muted",
    }
    DEFAULT_CSS = """
    RowsView {
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

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """Textual lays out the whole screen when this changes; where rows have their own scrollbar, nothing moves with it."""
    sort: reactive[tuple[tuple[str, bool], ...]] = reactive(())
    """What the rows are sorted by, first thing first: (column key, descending). The screen sets it, the header shows it."""
    ascii_marks: reactive[bool] = reactive(False)
    """Marks and arrows of ASCII alone, for terminals whose font lacks ☑ or draws it two cells wide."""
    empty_text: reactive[str] = reactive("")
    """Shown where there are no rows: says what to do next."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        rows: Rows | None,
        selection: Selection | None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`selection`: which rows are drawn as selected; None: rows have no marks."""
        super().__init__(id=id, classes=classes)
        self._line_cache = LineCache()
        self._index_of = {column.key: index for index, column in enumerate(columns)}
        self._columns = tuple(columns)
        self._selected = selection
        self.window = Window(rows or NoRows())
        """The rows shown, and those of them that are at hand."""
        self.cursor = 0
        """The index of the row under the cursor. `move_cursor` moves it."""
        self._painter: Painter | None = None
        # None: to be laid out for what the page shows. While rows scroll by, columns stay where they are.
        self._places: tuple[Place, ...] | None = None

    # Rows

    def show(self, rows: Rows) -> None:
        """Show `rows` after filtering, sorting or refreshing. The cursor stays on its row and, if possible, at the same height
        of the screen. If its row is gone, it stays at its place. The selection stays."""
        id, height = self.cursor_id, self.cursor - self.scroll_offset.y
        self.window = Window(rows)
        found = None if id is None else self.window.index(id)
        self.cursor = max(0, min(self.cursor if found is None else found, self.row_count - 1))
        self.virtual_size = Size(0, HEADER + self.row_count)
        self.scroll_to(y=self.cursor - height, animate=False, force=True)
        # Users who scrolled away from the cursor are not taken back to it when rows change.
        if 0 <= height < self.page:
            self._show_cursor()
        self._look()
        self._fit_columns()
        self.refresh()
        if self.cursor_id != id:
            self.post_message(CursorMoved(self, self.cursor_id))

    def refresh_rows(self, ids: Iterable[RowId] | None = None) -> None:
        """The content of these rows (None: of any) has changed, but not their order and number."""
        changed = None if ids is None else set(ids)
        self.window.forget(changed)
        self._look()
        if self._fit_columns():
            self.refresh()
        order = self.window.order
        self.redraw_rows(*(i for i in self.visible_rows if changed is None or order[i] in changed))

    @property
    def row_count(self) -> int:
        return len(self.window.order)

    @property
    def cursor_id(self) -> RowId | None:
        """The id of the row under the cursor; None when there are no rows."""
        return self.window.order[self.cursor] if self.row_count else None

    @property
    def cursor_row(self) -> Row | None:
        """The whole row under the cursor, for a status line. None if there is none, or it is gone."""
        return None if self.cursor_id is None else self.window.row(self.cursor_id)

    @property
    def visible_rows(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(top + self.page, self.row_count))

    @property
    def text_width(self) -> int:
        """Cells of a line, the scrollbar's not counted."""
        return self.size.width - 1

    @property
    def page(self) -> int:
        return max(1, self.size.height - HEADER)

    def _look(self) -> None:
        # Before the first layout it is unknown how many rows fit, but never more than the terminal has lines.
        page = self.page if self.size else self.app.size.height  # pyright: ignore[reportUnknownMemberType]
        self.window.look_at(self.scroll_offset.y, page)

    # Columns

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns shown, in order. Set it to choose, order or widen among those the table was made with; the cells of
        a row stay in the order of those. Raises `ValueError` for a key the table was not made with."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        if unknown := [column.key for column in columns if column.key not in self._index_of]:
            raise ValueError(f"columns the table was not made with: {', '.join(unknown)}")
        if self.set_columns(tuple(columns)):
            self.post_message(ColumnsChanged(self))

    def set_columns(self, columns: tuple[Column, ...]) -> bool:
        """Whether that changed anything."""
        changed = columns != self._columns
        if changed:
            self._columns = columns
            self._lay_out_again()
        return changed

    @property
    def places(self) -> tuple[Place, ...]:
        """The columns that the width has room for, and where each stands, in cells."""
        if self._places is None:
            width, lengths = self.text_width - 1, self._lengths() if self.row_count else None
            by = {key for key, _ in self.sort}
            self._places = lay_out(self._columns, width, self.mark_width, lengths, by)
        return self._places

    def _fit_columns(self) -> bool:
        """Whether other rows moved the columns. They stay where they are as long as nothing is cut there."""
        before = self._places
        if before is None or (self.row_count and still_fit(before, self._columns, self._lengths())):
            return False
        self._places = None
        if self.places == before:
            return False
        self._painter = None
        return True

    def _lengths(self) -> list[list[int]]:
        """How long the texts of each column are in the rows on the page: this is asked for between a key and its frame."""
        order = self.window.order
        rows = [row for i in self.visible_rows if (row := self.window.row(order[i])) is not None]
        wanted = [self._index_of[column.key] for column in self._columns]
        return [sorted(filter(None, (cell_len(text_of(row.cells[i])) for row in rows))) for i in wanted]

    @property
    def mark_width(self) -> int:
        return 0 if self._selected is None else self._signs.width

    # Cursor

    def move_cursor(self, index: int) -> None:
        """Put the cursor on the row at `index` of the order (the nearest there is) and scroll to it."""
        old, self.cursor = self.cursor, max(0, min(index, self.row_count - 1))
        if old != self.cursor:
            self.redraw_rows(old, self.cursor)
            self.post_message(CursorMoved(self, self.cursor_id))
        self._show_cursor()

    def _show_cursor(self) -> None:
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + self.page:
            self.scroll_to(y=self.cursor - self.page + 1, animate=False, force=True)

    # Drawing

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        if regions or repaint:
            self._line_cache.forget(regions)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        if has_effects(self.styles, self.opacity):
            return super().render_lines(crop)
        background = self.background_colors[1]
        return self._line_cache.lines(crop, self.size, self.get_line_filters(), background, self.render_line)

    def render_line(self, y: int) -> Strip:
        painter = self._painter = self._painter or self._make_painter()
        if y < HEADER:
            return painter.header(self.sort)
        top = self.scroll_offset.y
        order = self.window.order
        index = top + y - HEADER
        if index < len(order):
            id = order[index]
            row = self.window.row(id)
            bar = y - HEADER in thumb(top, self.page, len(order))
            selection = self._selected
            selected = selection is not None and (selection.has_all_of(order) or id in selection)
            return painter.row(row, selected, index == self.cursor, bar)
        lines = [] if order or not self.empty_text else ["", *self._empty_lines()]
        return painter.blank(lines[y - HEADER] if y - HEADER < len(lines) else "")

    def _empty_lines(self) -> list[str]:
        width = max(1, self.text_width - 2)
        return [
            " " + line for part in self.empty_text.splitlines() for line in textwrap.wrap(part, width) or [""]
        ]

    def _make_painter(self) -> Painter:
        def style(name: str) -> Style:
            return self.get_component_rich_style(f"select-table--{name}")

        looks = Looks(
            plain=self.rich_style,
            header=style("header"),
            cursor=style("cursor"),
            fixed=style("fixed"),
            cells={name: style(name) for name in ("ok", "warning", "error", "muted")},
        )
        places = [(self._index_of[place.column.key], place) for place in self.places]
        return Painter(self.text_width, places, looks, self._signs, selecting=self._selected is not None)

    @property
    def _signs(self) -> Signs:
        return ASCII_SIGNS if self.ascii_marks else SIGNS

    def _repaint(self) -> None:
        self._painter = None
        self.refresh()

    def _lay_out_again(self) -> None:
        self._places = None
        self._repaint()

    def redraw_rows(self, *indices: int) -> None:
        """Draw these rows again, and no others: over a slow line each one costs."""
        if painter := self._painter:
            top = self.scroll_offset.y - HEADER
            visible = self.visible_rows
            if regions := [
                Region(0, index - top, painter.content_width, 1) for index in indices if index in visible
            ]:
                self.refresh(*regions)

    # Changes from outside

    def on_mount(self) -> None:
        self.virtual_size = Size(0, HEADER + self.row_count)
        super().on_mount()

    def on_resize(self) -> None:
        self._show_cursor()
        self._look()
        self._lay_out_again()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter = None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        self._look()
        super().watch_scroll_y(old_value, new_value)

    def watch_ascii_marks(self) -> None:
        self._lay_out_again()

    def watch_sort(self) -> None:
        before, self._places = self._places, None
        if before is None or self.places == before:
            self.refresh(Region(0, 0, self.text_width, HEADER))
        else:
            self._repaint()

    def watch_empty_text(self) -> None:
        self.refresh()
