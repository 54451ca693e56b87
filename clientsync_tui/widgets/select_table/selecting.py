"""Selecting in a view of rows: ranges, bulk changes, and the count of what the filter hides."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from textual.reactive import var

from clientsync_tui.widgets.select_table.messages import Refused, SelectionChanged
from clientsync_tui.widgets.select_table.rows import RowId, Rows
from clientsync_tui.widgets.select_table.view import RowsView


class SelectingView(RowsView, can_focus=True, inherit_bindings=False):
    """Adds to the view what can be done to its selection, whichever key or button does it.

    After each change `SelectionChanged` says how many are selected, and how many of them the filter hides.
    """

    ranging: var[bool] = var(False)
    """Whether moving the cursor extends a range, until it is ended."""

    # Where the range under way began, as an index of the order.
    _anchor: int | None = None
    # How many of the selected the filter hides; None: to be counted. Our own changes touch only rows that are shown, so
    # they leave it as it is, and toggling one row costs the same however many are selected.
    _hidden: int | None = 0
    # The rows that such a change touches, while it is made.
    _own_change: tuple[int, ...] | None = None

    def show(self, rows: Rows) -> None:
        self.end_range()
        before = self.hidden_count
        self._hidden = None
        super().show(rows)
        if self.hidden_count != before:
            self._tell()

    @property
    def hidden_count(self) -> int:
        """How many of the selected the filter hides."""
        if self._hidden is None:
            self._hidden = self._selection.hidden(self._window.order)
        return self._hidden

    # Changes

    def toggle(self, index: int) -> None:
        """Select the row at `index`, or clear it; says why where it cannot be selected."""
        if self.may_select(index):
            with self._changing(index):
                self._selection.toggle(self._window.order[index])

    def select(self, one: int, other: int) -> None:
        """Select the rows from one index to the other, both included, in whichever direction."""
        low, high = sorted((one, other))
        with self._changing(*self._visible_between(one, other)):
            self._selection.add(self._window.rows.selectable(self._window.order[low : high + 1]))

    def clear(self, one: int, other: int) -> None:
        """The reverse of `select`."""
        low, high = sorted((one, other))
        with self._changing(*self._visible_between(one, other)):
            self._selection.remove(self._window.order[low : high + 1])

    def select_all(self) -> None:
        """Select everything that is shown and may be."""
        shown = self._window.order
        selectable = self._window.rows.selectable(shown)
        with self._changing(*self._visible):
            if selectable is shown:
                self._selection.add_whole(shown, self.hidden_count)
            else:
                self._selection.add(selectable)
        # Behind the frame, so that it comes as soon for all as for a few.
        self.call_after_refresh(self._selection.settle)

    def invert(self) -> None:
        """Turn over everything that is shown and may be selected."""
        with self._changing(*self._visible):
            self._selection.invert(self._window.rows.selectable(self._window.order))

    def may_select(self, index: int) -> bool:
        """Whether the row at `index` may be selected; posts `Refused` where not."""
        id = self._window.order[index]
        if self._window.rows.selectable([id]):
            return True
        row = self._window.row(id)
        self.post_message(Refused(self, id, (row and row.fixed) or ""))
        return False

    # Ranges

    def extend_to(self, index: int) -> None:
        """Move the cursor to `index` and the end of the range with it; a range begins where there was none."""
        if not self.row_count:
            return
        if self._anchor is None:
            self._anchor = self._cursor
            self._selection.start_range()
            self._stretch([self._window.order[self._cursor]], [], self._cursor, self._cursor)
        old = self._cursor
        self.move_cursor(index)
        low, high = sorted((self._anchor, old))
        new_low, new_high = sorted((self._anchor, self._cursor))
        order = self._window.order
        # Only the rows that were stepped over, so that a step costs the same however long the range is.
        entering = [*order[new_low:low], *order[high + 1 : new_high + 1]]
        leaving = [*order[low:new_low], *order[new_high + 1 : high + 1]]
        self._stretch(entering, leaving, old, self._cursor)

    def end_range(self) -> None:
        """What is selected stays so, and the next range begins anew."""
        self._anchor = None
        self.ranging = False

    def _stretch(self, entering: list[RowId], leaving: list[RowId], old: int, new: int) -> None:
        with self._changing(*self._visible_between(old, new)):
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
        self._tell()

    def _tell(self) -> None:
        self.post_message(SelectionChanged(self, self._selection.total, self.hidden_count))

    def _visible_between(self, one: int, other: int) -> range:
        low, high = sorted((one, other))
        return range(max(low, self._visible.start), min(high + 1, self._visible.stop))
