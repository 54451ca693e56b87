"""The select table: what its keys and the mouse do to the cursor and the selection."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from textual.reactive import var

from clientsync_tui.widgets.select_table import messages
from clientsync_tui.widgets.select_table.keys import MOVING, SELECTING, SELECTING_ACTIONS
from clientsync_tui.widgets.select_table.rows import RowId, Rows
from clientsync_tui.widgets.select_table.scrollbar import top_at
from clientsync_tui.widgets.select_table.view import HEADER, RowsView

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType


class SelectTable(RowsView, can_focus=True, inherit_bindings=False):
    """Rows to look through, select and open.

    The selection is a set of ids apart from what is filtered and sorted; after each change `SelectionChanged` says how
    many are selected, and how many of them the filter hides.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*MOVING, *SELECTING]

    CursorMoved = messages.CursorMoved
    SelectionChanged = messages.SelectionChanged
    Opened = messages.Opened
    Refused = messages.Refused
    SortRequested = messages.SortRequested
    ColumnsChanged = messages.ColumnsChanged

    ranging: var[bool] = var(False)
    """Whether moving the cursor extends a range, until `v` again."""

    # Where the range under way began, as an index of the order.
    _anchor: int | None = None
    # How many of the selected the filter hides; None: to be counted. Our own keys touch only rows that are shown, so
    # they leave it as it is, and toggling one row costs the same however many are selected.
    _hidden: int | None = 0
    # The rows that a change by our own keys touches, while it is made.
    _own_change: tuple[int, ...] | None = None
    # While the mouse drags over the checkboxes: whether it selects or clears, and the index it was last on.
    _drag: tuple[bool, int] | None = None
    # While the mouse pulls the scrollbar.
    _pulling = False

    def show(self, rows: Rows) -> None:
        self._end_range()
        before = self.hidden_count
        self._hidden = None
        super().show(rows)
        if self.hidden_count != before:
            self._tell_selection()

    @property
    def hidden_count(self) -> int:
        """How many of the selected the filter hides."""
        if self._hidden is None:
            self._hidden = self._selection.hidden(self._window.order)
        return self._hidden

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._selecting or action not in SELECTING_ACTIONS

    # Moving

    def action_move(self, by: int) -> None:
        self._go(self._cursor + by, extend=self.ranging)

    def action_page(self, by: int) -> None:
        height = self._cursor - self.scroll_offset.y
        target = max(0, min(self._cursor + by * self._page, self.row_count - 1))
        # The view moves with the cursor, which so stays at its height of the screen.
        self.scroll_to(y=target - height, animate=False, force=True)
        self._go(target, extend=self.ranging)

    def action_first(self) -> None:
        self._go(0, extend=self.ranging)

    def action_last(self) -> None:
        self._go(self.row_count - 1, extend=self.ranging)

    def action_open(self) -> None:
        if self.cursor_id is not None:
            self.post_message(self.Opened(self, self.cursor_id))

    def _go(self, index: int, *, extend: bool) -> None:
        if extend:
            self._start_range()
        else:
            self._end_range()
        old = self._cursor
        self.move_cursor(index)
        if extend:
            self._stretch(old, self._cursor)

    # Selecting

    def action_toggle_row(self) -> None:
        self._end_range()
        if (id := self.cursor_id) is not None and self._may_select(id):
            with self._changing(self._cursor):
                self._selection.toggle(id)

    def action_range(self) -> None:
        if self.ranging:
            self._end_range()
        elif self.row_count:
            self._end_range()
            self._start_range()
            self.ranging = True
            self._stretch(self._cursor, self._cursor)

    def action_extend(self, by: int) -> None:
        self._go(self._cursor + by, extend=True)

    def action_select_all(self) -> None:
        self._end_range()
        with self._changing(*self._visible):
            self._selection.add(self._window.rows.selectable(self._window.order))

    def action_select_none(self) -> None:
        self._end_range()
        self._selection.none()

    def action_invert(self) -> None:
        self._end_range()
        with self._changing(*self._visible):
            self._selection.invert(self._window.rows.selectable(self._window.order))

    def action_undo_selection(self) -> None:
        """Take back the last change of the selection; for a screen that gives it a key."""
        self._end_range()
        self._selection.undo()

    def _may_select(self, id: RowId) -> bool:
        if self._window.rows.selectable([id]):
            return True
        row = self._window.row(id)
        self.post_message(self.Refused(self, id, (row and row.fixed) or ""))
        return False

    # Ranges

    def _start_range(self) -> None:
        if self._anchor is None and self.row_count:
            self._anchor = self._cursor
            self._selection.start_range()
            self._stretch(self._cursor, self._cursor)

    def _end_range(self) -> None:
        self._anchor = None
        self.ranging = False

    def _stretch(self, old: int, new: int) -> None:
        """The end of the range went from index `old` to `new`: a step costs the rows stepped over, not the range."""
        if self._anchor is None:
            return
        low, high = sorted((self._anchor, old))
        new_low, new_high = sorted((self._anchor, new))
        order = self._window.order
        entering = [*order[new_low:low], *order[high + 1 : new_high + 1]]
        if old == new:
            entering = [order[new]]
        leaving = [*order[low:new_low], *order[new_high + 1 : high + 1]]
        # Between the two ends lie all the rows that were stepped over.
        with self._changing(*self._between(old, new)):
            self._selection.stretch(self._window.rows.selectable(entering), leaving)

    # Telling

    @contextmanager
    def _changing(self, *indices: int) -> Generator[None]:
        """The change inside touches only the rows at these indices of the order, and others that are shown but not
        visible: nothing hidden, so what is hidden need not be counted again."""
        self._own_change = indices
        try:
            yield
        finally:
            self._own_change = None

    def _selection_changed(self) -> None:
        if self._own_change is None:
            self._hidden = None
            self._refresh_rows(*self._visible)
        else:
            self._refresh_rows(*self._own_change)
        self._tell_selection()

    def _between(self, one: int, other: int) -> range:
        """The visible ones of the rows from one index to the other, both included."""
        low, high = sorted((one, other))
        return range(max(low, self._visible.start), min(high + 1, self._visible.stop))

    def _tell_selection(self) -> None:
        self.post_message(self.SelectionChanged(self, self._selection.total, self.hidden_count))

    # Mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        index = self._index_at(event.y)
        if event.button != 1 or index is None:
            return
        event.stop()
        if event.x >= self._width:
            self._pulling = True
            self.capture_mouse()
            self._pull_to(event.y)
            return
        if not self._selecting or event.x >= self._gutter_width:
            self._go(index, extend=event.shift and self._selecting)
            return
        self._go(index, extend=False)
        id = self._window.order[index]
        if self._may_select(id):
            self._drag = (id not in self._selection, index)
            self.capture_mouse()
            self._drag_over(index, index)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pulling:
            self._pull_to(event.y)
        if self._drag is None:
            return
        event.stop()
        last = self._drag[1]
        top = self.scroll_offset.y
        index = max(0, min(top + event.y - HEADER, self.row_count - 1, top + self._page))
        if index != last:
            self._drag_over(last, index)
            self.move_cursor(index)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._drag is not None or self._pulling:
            self._drag, self._pulling = None, False
            self.release_mouse()
            event.stop()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.y < HEADER:
            self._click_header(event)
        elif (
            event.chain == 2
            and self._index_at(event.y) is not None
            and self._gutter_width <= event.x < self._width
        ):
            self.action_open()

    def _click_header(self, event: events.Click) -> None:
        for place in self._places:
            if place.start <= event.x < place.end and place.column.sortable:
                # Terminals keep shift and click for their own selecting, so ctrl does the same.
                self.post_message(self.SortRequested(self, place.column.key, event.shift or event.ctrl))

    def _drag_over(self, last: int, index: int) -> None:
        if self._drag is None:
            return
        select = self._drag[0]
        low, high = sorted((last, index))
        ids = self._window.order[low : high + 1]
        self._drag = (select, index)
        with self._changing(*self._between(last, index)):
            if select:
                self._selection.add(self._window.rows.selectable(ids))
            else:
                self._selection.remove(ids)

    def _pull_to(self, y: int) -> None:
        self.scroll_to(y=top_at(y - HEADER, self._page, self.row_count), animate=False, force=True)

    def _index_at(self, y: int) -> int | None:
        index = self.scroll_offset.y + y - HEADER
        return index if y >= HEADER and index < self.row_count else None
