"""The mouse on a select table: clicks, drags over the checkboxes, the scrollbar and column edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from clientsync_tui.widgets.select_table.layout import HEADER, Place
from clientsync_tui.widgets.select_table.range_selection import Shown
from clientsync_tui.widgets.select_table.scrollbar import top_at

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Offset, Spacing

    from clientsync_tui.widgets.select_table.range_selection import RangeSelection
    from clientsync_tui.widgets.select_table.rows import Column

NARROWEST = 3
"""The minimum width of a column when it is dragged narrower."""


class Pointed(Shown, Protocol):
    """The rows and columns under the mouse."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns shown."""
        ...

    @property
    def places(self) -> Sequence[Place]:
        """Where each column is."""
        ...

    @property
    def text_width(self) -> int:
        """The width of a line without the scrollbar."""
        ...

    @property
    def mark_width(self) -> int:
        """How many cells are before a row."""
        ...

    @property
    def row_count(self) -> int:
        """How many rows there are."""
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
    def gutter(self) -> Spacing:
        """Border and padding."""
        ...

    def set_columns(self, columns: tuple[Column, ...]) -> bool:
        """Shows these columns. Returns whether anything changed."""
        ...

    def scroll_to(self, *, y: float | None, animate: bool, force: bool) -> None:
        """Scrolls."""
        ...

    def capture_mouse(self) -> None:
        """Sends all mouse events here."""
        ...

    def release_mouse(self) -> None:
        """Stops sending all mouse events here."""
        ...


class PointerListener(Protocol):
    """What the mouse asks the table's screen to do."""

    def columns_changed(self) -> None:
        """A column was dragged to another width."""
        ...

    def opened(self, index: int) -> None:
        """A row was double-clicked."""
        ...

    def sort_requested(self, key: str, *, add: bool) -> None:
        """A column's title was clicked. `add`: sort by it after the present ones."""
        ...


class Pointer:
    """The mouse can do everything that keys do."""

    def __init__(self, view: Pointed, ranges: RangeSelection | None, listener: PointerListener) -> None:
        """`ranges`: None if nothing can be selected."""
        self._view = view
        self._ranges = ranges
        self._listener = listener
        # What moving the pressed mouse does, given its position.
        self._drag: Callable[[int, int], None] | None = None
        # Whether the mouse has dragged a column's edge: the click that ends this must not sort.
        self._pulled = False

    def down(self, event: events.MouseDown) -> None:
        if event.button != 1:
            return
        event.stop()
        x, y = self._inside(event)
        if y < HEADER:
            if place := next((place for place in self._view.places if x == place.end), None):
                self._begin(partial(self._pull_edge, place))
        elif x >= self._view.text_width:
            self._begin(self._pull_thumb)
            self._pull_thumb(x, y)
        elif (index := self._index_at(y)) is not None:
            self._press(index, on_mark=x < self._view.mark_width, extend=event.shift)

    def move(self, event: events.MouseMove) -> None:
        if self._drag:
            event.stop()
            self._drag(*self._inside(event))

    def up(self, event: events.MouseUp) -> None:
        if self._drag:
            event.stop()
            self._drag = None
            self._view.release_mouse()
            if self._pulled:
                self._listener.columns_changed()

    def click(self, event: events.Click) -> None:
        event.stop()
        pulled, self._pulled = self._pulled, False
        x, y = self._inside(event)
        if y < HEADER:
            if not pulled and self._ranges is not None and x < self._view.mark_width:
                self._toggle_all(self._ranges)
            elif not pulled:
                self._click_title(x, add=event.shift or event.ctrl)
        elif (
            event.chain == 2
            and self._view.mark_width <= x < self._view.text_width
            and (index := self._index_at(y)) is not None
        ):
            self._listener.opened(index)

    def _begin(self, drag: Callable[[int, int], None]) -> None:
        self._drag = drag
        self._view.capture_mouse()

    def _inside(self, event: events.MouseEvent) -> Offset:
        """The pointer's position inside border and padding."""
        return event.offset - self._view.gutter.top_left

    # Rows

    def _press(self, index: int, *, on_mark: bool, extend: bool) -> None:
        ranges = self._ranges
        if ranges is None:
            self._view.move_cursor(index)
            return
        if extend and not on_mark:
            ranges.extend_to(index)
            return
        ranges.end_range()
        self._view.move_cursor(index)
        if on_mark and ranges.may_select(index):
            # All rows that are dragged over get the state that the first one got.
            selected = self._view.window.order[index] in ranges.selection
            change = ranges.clear if selected else ranges.select
            change(index, index)
            self._begin(partial(self._tick, change))

    def _tick(self, change: Callable[[int, int], None], _x: int, y: int) -> None:
        top = self._view.scroll_offset.y
        # At most one row beyond the page, so that it scrolls at a pace that the eye can follow.
        index = max(0, top - 1, min(top + y - HEADER, top + self._view.page, self._view.row_count - 1))
        if index != self._view.cursor:
            change(self._view.cursor, index)
            self._view.move_cursor(index)

    def _pull_thumb(self, _x: int, y: int) -> None:
        self._view.scroll_to(
            y=top_at(y - HEADER, self._view.page, self._view.row_count), animate=False, force=True
        )

    def _index_at(self, y: int) -> int | None:
        index = self._view.scroll_offset.y + y - HEADER
        return index if y >= HEADER and index < self._view.row_count else None

    # Header

    @staticmethod
    def _toggle_all(ranges: RangeSelection) -> None:
        ranges.end_range()
        if ranges.selection.total:
            ranges.selection.none()
        else:
            ranges.select_all()

    def _click_title(self, x: int, *, add: bool) -> None:
        # `add` is ctrl or shift. Terminals reserve shift+click for their own selection.
        for place in self._view.places:
            if place.start <= x < place.end and place.column.sortable:
                self._listener.sort_requested(place.column.key, add=add)

    def _pull_edge(self, place: Place, x: int, _y: int) -> None:
        wanted = max(NARROWEST, x - place.start)
        pulled = place.column._replace(width=wanted, chosen=True)
        if self._view.set_columns(
            tuple(pulled if column.key == pulled.key else column for column in self._view.columns)
        ):
            self._pulled = True
