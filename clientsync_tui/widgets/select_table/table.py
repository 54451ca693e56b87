"""The select table: what its keys and the mouse do."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from clientsync_tui.widgets.select_table import messages
from clientsync_tui.widgets.select_table.keys import MOVING, SELECTING, SELECTING_ACTIONS
from clientsync_tui.widgets.select_table.pointer import PointerView

if TYPE_CHECKING:
    from textual.binding import BindingType


class SelectTable(PointerView, can_focus=True, inherit_bindings=False):
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_range":
            return self.ranging
        return self._selecting or action not in SELECTING_ACTIONS

    # Moving

    def action_move(self, by: int) -> None:
        self._go(self._cursor + by)

    def action_page(self, by: int) -> None:
        height = self._cursor - self.scroll_offset.y
        target = max(0, min(self._cursor + by * self._page, self.row_count - 1))
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
            self.extend_to(index)
        else:
            self.end_range()
            self.move_cursor(index)

    # Selecting

    def action_toggle_row(self) -> None:
        self.end_range()
        if self.row_count:
            self.toggle(self._cursor)

    def action_range(self) -> None:
        ranging = self.ranging
        self.end_range()
        if not ranging and self.row_count:
            self.extend_to(self._cursor)
            self.ranging = True

    def action_end_range(self) -> None:
        self.end_range()

    def action_extend(self, by: int) -> None:
        self.extend_to(self._cursor + by)

    def action_select_all(self) -> None:
        self.end_range()
        self.select_all()

    def action_select_none(self) -> None:
        self.end_range()
        self.selection.none()

    def action_invert(self) -> None:
        self.end_range()
        self.invert()

    def action_undo_selection(self) -> None:
        """Take back the last change of the selection; for a screen that gives it a key."""
        self.end_range()
        self.selection.undo()
