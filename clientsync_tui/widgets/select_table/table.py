"""The select table: what its keys and the mouse do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from clientsync_tui.widgets.select_table import messages
from clientsync_tui.widgets.select_table.keys import MOVING, SELECTING, SELECTING_ACTIONS
from clientsync_tui.widgets.select_table.pointer import Pointer
from clientsync_tui.widgets.select_table.range_selection import RangeSelection
from clientsync_tui.widgets.select_table.rows import Column, RowId, Rows
from clientsync_tui.widgets.select_table.selection import Selection
from clientsync_tui.widgets.select_table.view import RowsView

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType


class SelectTable(RowsView, can_focus=True, inherit_bindings=False):
    """Rows to look through, select and open: the one widget that everything is selected with.

    Sorting and filtering belong to the screen, which answers with `show`: `SortRequested` asks for it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*MOVING, *SELECTING]

    CursorMoved = messages.CursorMoved
    SelectionChanged = messages.SelectionChanged
    Opened = messages.Opened
    Refused = messages.Refused
    SortRequested = messages.SortRequested
    ColumnsChanged = messages.ColumnsChanged

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        rows: Rows | None = None,
        selecting: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self._ranges = RangeSelection(self, self._selection_changed, self._refused)
        self._selecting = selecting
        selection = self._ranges.selection if selecting else None
        super().__init__(columns, rows=rows, selection=selection, id=id, classes=classes)
        self._pointer = Pointer(self, self._ranges if selecting else None, self)

    @property
    def selection(self) -> Selection:
        """The selected rows."""
        return self._ranges.selection

    @property
    def hidden_count(self) -> int:
        """How many of the selected rows the filter hides."""
        return self._ranges.hidden_count

    @property
    def ranging(self) -> bool:
        """Whether moving the cursor extends a range."""
        return self._ranges.ranging

    def show(self, rows: Rows) -> None:
        with self._ranges.other_rows():
            super().show(rows)

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
        # The view moves with the cursor, which so stays at its height of the screen.
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
        # After the frame, so that it comes as soon for all as for a few.
        self.call_after_refresh(self.selection.settle)

    def action_select_none(self) -> None:
        self._ranges.end_range()
        self.selection.none()

    def action_invert(self) -> None:
        self._ranges.end_range()
        self._ranges.invert()

    def action_undo_selection(self) -> None:
        """Take back the last change of the selection; for a screen that gives it a key."""
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

    # What the screen hears

    def columns_changed(self) -> None:
        """A column was pulled to another width."""
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
