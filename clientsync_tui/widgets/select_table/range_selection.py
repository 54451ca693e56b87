"""Selects rows one by one, in ranges and in bulk, and counts those that the filter hides."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from clientsync_tui.widgets.select_table.rows import RowId
from clientsync_tui.widgets.select_table.selection import Selection
from clientsync_tui.widgets.select_table.window import Window


class Shown(Protocol):
    """What it needs to know about the shown rows."""

    @property
    def window(self) -> Window:
        """The rows."""
        ...

    @property
    def cursor(self) -> int:
        """The index of the row under the cursor."""
        ...

    @property
    def visible_rows(self) -> range:
        """The indices of the rows on the screen."""
        ...

    def move_cursor(self, index: int) -> None:
        """Moves the cursor to the row nearest to this index."""
        ...

    def redraw_rows(self, *indices: int) -> None:
        """Draws these rows again."""
        ...


class RangeSelection:
    """Everything that can be done to the selection, whichever key or button does it."""

    def __init__(
        self, shown: Shown, report: Callable[[int, int], None], refuse: Callable[[RowId, str], None]
    ) -> None:
        """After each change, `report` receives how many rows are selected, and how many of them the filter hides.

        `refuse` receives a row that can't be selected, and the reason.
        """
        self.selection = Selection(self._changed)
        self.ranging = False
        """Whether moving the cursor extends a range, until that is ended."""
        self._shown = shown
        self._report_counts = report
        self._refuse = refuse
        # Where the current range started, as an index of the order.
        self._anchor: int | None = None
        # How many selected rows the filter hides; None: not counted yet. Our own changes only touch shown rows,
        # so they don't affect it, and toggling one row costs the same however many are selected.
        self._hidden: int | None = 0
        # The rows that such a change touches, while it is made.
        self._own_change: tuple[int, ...] | None = None

    @contextmanager
    def other_rows(self) -> Generator[None]:
        """Within this, other rows may become visible: filtered, sorted or refreshed."""
        self.end_range()
        before = self.hidden_count
        self._hidden = None
        yield
        if self.hidden_count != before:
            self._report()

    @property
    def hidden_count(self) -> int:
        """How many selected rows the filter hides."""
        if self._hidden is None:
            self._hidden = self.selection.hidden(self._shown.window.order)
        return self._hidden

    # Changes

    def toggle(self, index: int) -> None:
        """Selects or unselects the row at `index`. If it can't be selected, says why."""
        if self.may_select(index):
            with self._changing(index):
                self.selection.toggle(self._shown.window.order[index])

    def select(self, one: int, other: int) -> None:
        """Selects the rows from one index to the other, inclusive, in either direction."""
        low, high = sorted((one, other))
        with self._changing(*self._visible_between(one, other)):
            self.selection.add(self._shown.window.rows.selectable(self._shown.window.order[low : high + 1]))

    def clear(self, one: int, other: int) -> None:
        """The opposite of `select`."""
        low, high = sorted((one, other))
        with self._changing(*self._visible_between(one, other)):
            self.selection.remove(self._shown.window.order[low : high + 1])

    def select_all(self) -> None:
        """Selects everything shown that can be selected."""
        shown = self._shown.window.order
        selectable = self._shown.window.rows.selectable(shown)
        with self._changing(*self._shown.visible_rows):
            if selectable is shown:
                self.selection.add_whole(shown, self.hidden_count)
            else:
                self.selection.add(selectable)

    def invert(self) -> None:
        """Inverts everything shown that can be selected."""
        with self._changing(*self._shown.visible_rows):
            self.selection.invert(self._shown.window.rows.selectable(self._shown.window.order))

    def may_select(self, index: int) -> bool:
        """Whether the row at `index` can be selected; says why if not."""
        id = self._shown.window.order[index]
        if self._shown.window.rows.selectable([id]):
            return True
        row = self._shown.window.row(id)
        self._refuse(id, (row and row.fixed) or "")
        return False

    # Ranges

    def extend_to(self, index: int) -> None:
        """Moves the cursor to `index` and the end of the range with it; starts a range if there is none."""
        if not self._shown.window.order:
            return
        if self._anchor is None:
            self._anchor = self._shown.cursor
            self.selection.start_range()
            self._stretch(
                [self._shown.window.order[self._shown.cursor]], [], self._shown.cursor, self._shown.cursor
            )
        old = self._shown.cursor
        self._shown.move_cursor(index)
        low, high = sorted((self._anchor, old))
        new_low, new_high = sorted((self._anchor, self._shown.cursor))
        order = self._shown.window.order
        # Only the rows that were stepped over, so that a step costs the same however long the range is.
        entering = [*order[new_low:low], *order[high + 1 : new_high + 1]]
        leaving = [*order[low:new_low], *order[new_high + 1 : high + 1]]
        self._stretch(entering, leaving, old, self._shown.cursor)

    def end_range(self) -> None:
        """Ends the range. Selected rows stay selected."""
        self._anchor = None
        self.ranging = False

    def _stretch(self, entering: list[RowId], leaving: list[RowId], old: int, new: int) -> None:
        with self._changing(*self._visible_between(old, new)):
            self.selection.stretch(self._shown.window.rows.selectable(entering), leaving)

    # Reporting

    @contextmanager
    def _changing(self, *indices: int) -> Generator[None]:
        """The change inside only touches the rows at these indices of the order, and other rows that are in the list but
        not on screen: nothing hidden, so hidden rows need not be counted again.
        """
        self._own_change = indices
        try:
            yield
        finally:
            self._own_change = None

    def _changed(self) -> None:
        if self._own_change is None:
            self._hidden = None
            self._shown.redraw_rows(*self._shown.visible_rows)
        else:
            self._shown.redraw_rows(*self._own_change)
        self._report()

    def _report(self) -> None:
        self._report_counts(self.selection.total, self.hidden_count)

    def _visible_between(self, one: int, other: int) -> range:
        low, high = sorted((one, other))
        return range(max(low, self._shown.visible_rows.start), min(high + 1, self._shown.visible_rows.stop))
