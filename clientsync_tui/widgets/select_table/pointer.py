"""The select table under the mouse: clicks, drags over the checkboxes, the scrollbar and the edges of columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from clientsync_tui.widgets.select_table.layout import Place
from clientsync_tui.widgets.select_table.messages import ColumnsChanged, Opened, SortRequested
from clientsync_tui.widgets.select_table.scrollbar import top_at
from clientsync_tui.widgets.select_table.selecting import SelectingView
from clientsync_tui.widgets.select_table.view import HEADER

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Offset

NARROWEST = 3
"""Cells that a column pulled narrower keeps."""


class PointerView(SelectingView, can_focus=True, inherit_bindings=False):
    """Whatever keys do, the mouse does as well."""

    # What the movement of the pressed mouse does, told where it is.
    _drag: Callable[[int, int], None] | None = None
    # Whether the mouse has pulled at the edge of a column: the click that ends it must not sort.
    _pulled = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button != 1:
            return
        event.stop()
        x, y = self._inside(event)
        if y < HEADER:
            if place := next((place for place in self.places if x == place.end), None):
                self._begin(partial(self._pull_edge, place))
        elif x >= self._width:
            self._begin(self._pull_thumb)
            self._pull_thumb(x, y)
        elif (index := self._index_at(y)) is not None:
            self._press(index, on_mark=x < self._gutter_width, extend=event.shift)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drag:
            event.stop()
            self._drag(*self._inside(event))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._drag:
            event.stop()
            self._drag = None
            self.release_mouse()
            if self._pulled:
                self.post_message(ColumnsChanged(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        pulled, self._pulled = self._pulled, False
        x, y = self._inside(event)
        if y < HEADER:
            if not pulled:
                self._click_title(x, add=event.shift or event.ctrl)
        elif (
            event.chain == 2
            and self._gutter_width <= x < self._width
            and (index := self._index_at(y)) is not None
        ):
            self.post_message(Opened(self, self._window.order[index], clicked=True))

    def _begin(self, drag: Callable[[int, int], None]) -> None:
        self._drag = drag
        self.capture_mouse()

    def _inside(self, event: events.MouseEvent) -> Offset:
        """Where the pointer is, counted from inside a border and padding."""
        return event.offset - self.gutter.top_left

    # Rows

    def _press(self, index: int, *, on_mark: bool, extend: bool) -> None:
        if extend and self._selecting and not on_mark:
            self.extend_to(index)
            return
        self.end_range()
        self.move_cursor(index)
        if on_mark and self.may_select(index):
            # All rows that are dragged over become what the first has become.
            change = self.clear if self._window.order[index] in self.selection else self.select
            change(index, index)
            self._begin(partial(self._tick, change))

    def _tick(self, change: Callable[[int, int], None], _x: int, y: int) -> None:
        top = self.scroll_offset.y
        # Beyond the page by one row at most, so that it scrolls at a pace that can be followed.
        index = max(0, top - 1, min(top + y - HEADER, top + self._page, self.row_count - 1))
        if index != self._cursor:
            change(self._cursor, index)
            self.move_cursor(index)

    def _pull_thumb(self, _x: int, y: int) -> None:
        self.scroll_to(y=top_at(y - HEADER, self._page, self.row_count), animate=False, force=True)

    def _index_at(self, y: int) -> int | None:
        index = self.scroll_offset.y + y - HEADER
        return index if y >= HEADER and index < self.row_count else None

    # Header

    def _click_title(self, x: int, *, add: bool) -> None:
        # `add` is ctrl or shift: terminals keep shift and click for their own selecting.
        for place in self.places:
            if place.start <= x < place.end and place.column.sortable:
                self.post_message(SortRequested(self, place.column.key, add))

    def _pull_edge(self, place: Place, x: int, _y: int) -> None:
        # A width that a person has chosen is neither stretched nor held back any more.
        wanted = max(NARROWEST, x - place.start)
        pulled = place.column._replace(width=wanted, flex=0, most=None)
        if self._arrange(tuple(pulled if column.key == pulled.key else column for column in self._columns)):
            self._pulled = True
