"""Which rows are selected, whether or not the filter shows them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from clientsync_tui.widgets.select_table.rows import RowId


class Selection:
    """A set of row ids that can undo its last change.

    A change costs what it touches, not what is selected; `changed` is called after each.
    """

    def __init__(self, changed: Callable[[], None] | None = None) -> None:
        self._ids: set[RowId] = set()
        # The last change is undone in one of two ways: the whole set before a bulk change (a swap is free,
        # comparing 100,000 ids is not), or the few ids that a small change flipped.
        self._before: set[RowId] | None = None
        self._flipped: set[RowId] = set()
        self._changed = changed
        self._whole: Sequence[RowId] | None = None
        self._total = 0
        # `settle` frees it too, because freeing 100,000 ids takes as long as adding them.
        self._forgotten: set[RowId] | None = None

    @property
    def total(self) -> int:
        return self._total if self._whole is not None else len(self._ids)

    @property
    def ids(self) -> frozenset[RowId]:
        """A copy of the selected ids that is safe to keep."""
        return frozenset(self._settled())

    def __contains__(self, id: RowId) -> bool:
        return id in self._settled()

    def __iter__(self) -> Iterator[RowId]:
        return iter(self._settled())

    def __len__(self) -> int:
        return self.total

    def hidden(self, shown: Iterable[RowId]) -> int:
        """How many selected ids are not among `shown`."""
        ids = self._settled()
        return len(ids) - len(ids.intersection(shown)) if ids else 0

    def has_all_of(self, shown: Sequence[RowId]) -> bool:
        """Whether these are known to be selected without checking each one, because `add_whole` has just added them."""
        return self._whole is shown

    def toggle(self, id: RowId) -> None:
        self._settled().symmetric_difference_update({id})
        self._before, self._flipped = None, {id}
        self._report()

    def add(self, ids: Iterable[RowId]) -> None:
        """Selects these too: a range, or rows that were dragged over."""
        self._become(self._settled().union(ids))

    def add_whole(self, shown: Sequence[RowId], hidden: int) -> None:
        """Selects everything shown, which must not change, besides `hidden` others. The same as `add` at the cost of a
        single row: `settle`, or the first question that needs it, does the work later.
        """
        total = len(shown) + hidden
        if total != self.total:
            self._forgotten, self._before, self._flipped = self._before, self._settled(), set()
            self._whole, self._total = shown, total
            self._report()

    def settle(self) -> None:
        """Does what `add_whole` left for later."""
        self._settled()

    def remove(self, ids: Iterable[RowId]) -> None:
        self._become(self._settled().difference(ids))

    def none(self) -> None:
        """Selects nothing, including hidden rows."""
        self._become(set())

    def invert(self, shown: Iterable[RowId]) -> None:
        """Inverts the shown rows; hidden ones stay as they are."""
        self._become(self._settled().symmetric_difference(shown))

    def undo(self) -> bool:
        """Undoes the last change, and redoes it when called again; False if there was none."""
        self._settled()
        if self._before is not None:
            self._ids, self._before = self._before, self._ids
        elif self._flipped:
            self._ids ^= self._flipped
        else:
            return False
        self._report()
        return True

    def start_range(self) -> None:
        """Makes `stretch` extend a new range, which one undo takes back as a whole."""
        self._settled()
        self._before, self._flipped = None, set()

    def stretch(self, entering: Iterable[RowId], leaving: Iterable[RowId]) -> None:
        """Moves the end of the range: rows that leave it return to their earlier state."""
        back = self._flipped.intersection(leaving)
        new = set(entering) - self._ids
        if back or new:
            self._ids -= back
            self._ids |= new
            self._flipped -= back
            self._flipped |= new
            self._report()

    def _settled(self) -> set[RowId]:
        if self._whole is not None:
            self._ids, self._whole, self._forgotten = self._ids.union(self._whole), None, None
        return self._ids

    def _become(self, ids: set[RowId]) -> None:
        if ids != self._settled():
            self._ids, self._before = ids, self._ids
            self._flipped = set()
            self._report()

    def _report(self) -> None:
        if self._changed:
            self._changed()
