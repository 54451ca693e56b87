"""The select table: rows drawn on demand, and what its keys and the mouse do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from textual.geometry import Region, Size
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from clientsync_tui.widgets.select_table import messages
from clientsync_tui.widgets.select_table.drawing import COMPONENTS, STYLES, Drawing, Settings
from clientsync_tui.widgets.select_table.keys import MOVING, SELECTING, SELECTING_ACTIONS
from clientsync_tui.widgets.select_table.layout import HEADER, Place
from clientsync_tui.widgets.select_table.line_cache import LineCache, has_effects
from clientsync_tui.widgets.select_table.pointer import Pointer
from clientsync_tui.widgets.select_table.range_selection import RangeSelection
from clientsync_tui.widgets.select_table.rows import Column, NoRows, Row, RowId, Rows
from clientsync_tui.widgets.select_table.selection import Selection
from clientsync_tui.widgets.select_table.shown_columns import Page, ShownColumns
from clientsync_tui.widgets.select_table.window import Window

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType


class SelectTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows to browse, select and open: the one widget in which everything is selected.

    The screen does the sorting and filtering: it answers `SortRequested` with `show`. The cursor stays on its
    row's id. Drawing (Textual's Line API) does no I/O: rows are fetched when the view moves, for the page on screen and its neighbours.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*MOVING, *SELECTING]

    CursorMoved = messages.CursorMoved
    SelectionChanged = messages.SelectionChanged
    Opened = messages.Opened
    Refused = messages.Refused
    SortRequested = messages.SortRequested
    ColumnsChanged = messages.ColumnsChanged

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    DEFAULT_CSS = STYLES

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """Textual lays out the whole screen when this changes. Rows draw their own scrollbar, so nothing depends on it."""
    sort: reactive[tuple[tuple[str, bool], ...]] = reactive(())
    """The sort, primary column first: (column key, descending). The screen sets it, the header shows it."""
    ascii_marks: reactive[bool] = reactive(False)
    """ASCII marks and arrows only, for terminals whose font lacks ☑ or draws it two cells wide."""
    empty_text: reactive[str] = reactive("")
    """Shown if there are no rows: what to do next."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        rows: Rows | None = None,
        selecting: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`selecting`: whether rows can be selected; if not, they have no marks."""
        super().__init__(id=id, classes=classes)
        self._line_cache = LineCache()
        self._shown_columns = ShownColumns(columns, self._page_to_fit)
        self._ranges = RangeSelection(self, self._selection_changed, self._refused)
        self._selecting = selecting
        self._pointer = Pointer(self, self._ranges if selecting else None, self)
        self.window = Window(rows or NoRows())
        """The rows, and those in memory."""
        self.cursor = 0
        """The index of the row under the cursor. `move_cursor` moves it."""
        self._drawing = Drawing(
            self,
            lambda: Settings(self.sort, self.ascii_marks, self.empty_text),
            self._shown_columns,
            self._ranges.selection if selecting else None,
        )

    # Rows

    def show(self, rows: Rows) -> None:
        """Shows `rows` after filtering, sorting or refreshing. The cursor stays on its row and, if possible, at the same
        height on the screen. If its row is gone, it stays in place. The selection stays."""
        with self._ranges.other_rows():
            self._show(rows)

    def _show(self, rows: Rows) -> None:
        id, height = self.cursor_id, self.cursor - self.scroll_offset.y
        self.window = Window(rows)
        found = None if id is None else self.window.index(id)
        self.cursor = max(0, min(self.cursor if found is None else found, self.row_count - 1))
        self.virtual_size = Size(0, HEADER + self.row_count)
        self.scroll_to(y=self.cursor - height, animate=False, force=True)
        # If the user has scrolled away from the cursor, new rows don't take them back to it.
        if 0 <= height < self.page:
            self._show_cursor()
        self._look()
        self._fit_columns()
        self.refresh()
        if self.cursor_id != id:
            self.post_message(self.CursorMoved(self, self.cursor_id))

    def refresh_rows(self, ids: Iterable[RowId] | None = None) -> None:
        """These rows (None: any) have new content; their order and number are unchanged."""
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
        """The id of the row under the cursor; None if there are no rows."""
        return self.window.order[self.cursor] if self.row_count else None

    @property
    def cursor_row(self) -> Row | None:
        """The complete row under the cursor, for a status line. None if there is none, or it is gone."""
        return None if self.cursor_id is None else self.window.row(self.cursor_id)

    @property
    def visible_rows(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(top + self.page, self.row_count))

    @property
    def text_width(self) -> int:
        """The width of a line without the scrollbar."""
        return self.size.width - 1

    @property
    def page(self) -> int:
        return max(1, self.size.height - HEADER)

    def _look(self) -> None:
        # Before the first layout we don't know how many rows fit, but never more than the terminal has lines.
        page = self.page if self.size else self.app.size.height  # pyright: ignore[reportUnknownMemberType]
        self.window.look_at(self.scroll_offset.y, page)

    # Columns

    @property
    def columns(self) -> tuple[Column, ...]:
        """The shown columns, in order. Set it to choose, reorder or resize the columns that the table was created with; the
        cells of a row keep their original order. Raises `ValueError` for a key that the table was not created with."""
        return self._shown_columns.shown

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        self._shown_columns.check(columns)
        if self.set_columns(tuple(columns)):
            self.columns_changed()

    def set_columns(self, columns: tuple[Column, ...]) -> bool:
        """Shows these columns. Returns whether anything changed."""
        changed = self._shown_columns.choose(columns)
        if changed:
            self._repaint()
        return changed

    @property
    def places(self) -> tuple[Place, ...]:
        """The columns that fit, and their positions in cells."""
        return self._shown_columns.places

    def _page_to_fit(self) -> Page:
        order = self.window.order
        found = (self.window.row(order[i]) for i in self.visible_rows)
        rows = [row for row in found if row is not None] if order else None
        goes_on = len(rows or order) < len(order)
        return Page(self.text_width - 1, self.mark_width, rows, {key for key, _ in self.sort}, goes_on)

    def _fit_columns(self) -> bool:
        moved = self._shown_columns.fit()
        if moved:
            self._drawing.forget()
        return moved

    @property
    def mark_width(self) -> int:
        return self._drawing.mark_width

    # Cursor

    def move_cursor(self, index: int) -> None:
        """Moves the cursor to the row at `index` of the order (or the nearest), and scrolls to it."""
        old, self.cursor = self.cursor, max(0, min(index, self.row_count - 1))
        if old != self.cursor:
            self.redraw_rows(old, self.cursor)
            self.post_message(self.CursorMoved(self, self.cursor_id))
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
        return self._drawing.line(y)

    def _repaint(self) -> None:
        self._drawing.forget()
        self.refresh()

    def _lay_out_again(self) -> None:
        self._shown_columns.lay_out_again()
        self._repaint()

    def redraw_rows(self, *indices: int) -> None:
        """Draws only these rows again, because each costs bytes over a slow line."""
        if (width := self._drawing.content_width) is not None:
            top = self.scroll_offset.y - HEADER
            visible = self.visible_rows
            if regions := [Region(0, index - top, width, 1) for index in indices if index in visible]:
                self.refresh(*regions)

    # Changes from outside

    def on_mount(self) -> None:
        self.virtual_size = Size(0, HEADER + self.row_count)

    def on_resize(self) -> None:
        self._show_cursor()
        self._look()
        self._lay_out_again()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawing.forget()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        self._look()
        super().watch_scroll_y(old_value, new_value)

    def watch_ascii_marks(self) -> None:
        self._lay_out_again()

    def watch_sort(self) -> None:
        before = self._shown_columns.lay_out_again()
        if before is None or self.places == before:
            self.refresh(Region(0, 0, self.text_width, HEADER))
        else:
            self._repaint()

    def watch_empty_text(self) -> None:
        self.refresh()

    # Selection

    @property
    def selection(self) -> Selection:
        """The selected rows."""
        return self._ranges.selection

    @property
    def hidden_count(self) -> int:
        """How many selected rows the filter hides."""
        return self._ranges.hidden_count

    @property
    def ranging(self) -> bool:
        """Whether moving the cursor extends a range."""
        return self._ranges.ranging

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_range":
            return self.ranging
        return self._selecting or action not in SELECTING_ACTIONS

    # Moving

    def action_move(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        height = self.cursor - self.scroll_offset.y
        target = max(0, min(self.cursor + by * self.page, self.row_count - 1))
        # The view moves with the cursor, which so keeps its height on the screen.
        self.scroll_to(y=target - height, animate=False, force=True)
        self._go(target)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(self.row_count - 1)

    def action_open(self) -> None:
        if self.cursor_id is not None:
            self.post_message(self.Opened(self, self.cursor_id))

    def _go(self, index: int) -> None:
        if self.ranging:
            self._ranges.extend_to(index)
        else:
            self._ranges.end_range()
            self.move_cursor(index)

    # Selecting

    def action_toggle_row(self) -> None:
        self._ranges.end_range()
        if self.row_count:
            self._ranges.toggle(self.cursor)

    def action_range(self) -> None:
        ranging = self.ranging
        self._ranges.end_range()
        if not ranging and self.row_count:
            self._ranges.extend_to(self.cursor)
            self._ranges.ranging = True

    def action_end_range(self) -> None:
        self._ranges.end_range()

    def action_extend(self, by: int) -> None:
        self._ranges.extend_to(self.cursor + by)

    def action_select_all(self) -> None:
        self._ranges.end_range()
        self._ranges.select_all()
        # After the frame, so that it comes as soon for all rows as for a few.
        self.call_after_refresh(self.selection.settle)

    def action_select_none(self) -> None:
        self._ranges.end_range()
        self.selection.none()

    def action_invert(self) -> None:
        self._ranges.end_range()
        self._ranges.invert()

    def action_undo_selection(self) -> None:
        """Undoes the last change of the selection, for a screen that gives it a key."""
        self._ranges.end_range()
        self.selection.undo()

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._pointer.down(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._pointer.move(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._pointer.up(event)

    def on_click(self, event: events.Click) -> None:
        self._pointer.click(event)

    # Messages to the screen

    def columns_changed(self) -> None:
        """A column was dragged to another width."""
        self.post_message(self.ColumnsChanged(self))

    def opened(self, index: int) -> None:
        """A row was double-clicked."""
        self.post_message(self.Opened(self, self.window.order[index], clicked=True))

    def sort_requested(self, key: str, *, add: bool) -> None:
        """A column's title was clicked."""
        self.post_message(self.SortRequested(self, key, add))

    def _selection_changed(self, total: int, hidden: int) -> None:
        self.post_message(self.SelectionChanged(self, total, hidden))

    def _refused(self, id: RowId, reason: str) -> None:
        self.post_message(self.Refused(self, id, reason))
