"""Which rows are selected, whatever the filter and the sort show of them."""

from collections.abc import Callable, Iterable, Iterator

from clientsync_tui.widgets.select_table.rows import RowId


class Selection:
    """A set of row ids with the undo of its last change.

    A change costs what it touches, not what is selected; `changed` is called after each.
    """

    def __init__(self, changed: Callable[[], None] | None = None) -> None:
        self._ids: set[RowId] = set()
        # The last change is undone by one of two: the whole set before a bulk change (a swap costs nothing, comparing
        # 100,000 ids would), or the few ids that a small one flipped.
        self._before: set[RowId] | None = None
        self._flipped: set[RowId] = set()
        self._changed = changed

    @property
    def total(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> frozenset[RowId]:
        """A copy of what is selected, safe to keep."""
        return frozenset(self._ids)

    def __contains__(self, id: RowId) -> bool:
        return id in self._ids

    def __iter__(self) -> Iterator[RowId]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def hidden(self, shown: Iterable[RowId]) -> int:
        """How many of the selected are not among `shown`."""
        return len(self._ids) - len(self._ids.intersection(shown)) if self._ids else 0

    def toggle(self, id: RowId) -> None:
        self._ids ^= {id}
        self._before, self._flipped = None, {id}
        self._tell()

    def add(self, ids: Iterable[RowId]) -> None:
        """Select these too: a range, rows that were dragged over, or everything shown."""
        self._become(self._ids.union(ids))

    def remove(self, ids: Iterable[RowId]) -> None:
        self._become(self._ids.difference(ids))

    def none(self) -> None:
        """Select nothing, the hidden included."""
        self._become(set())

    def invert(self, shown: Iterable[RowId]) -> None:
        """Turn over the rows shown; what the filter hides stays as it is."""
        self._become(self._ids.symmetric_difference(shown))

    def undo(self) -> bool:
        """Take back the last change, and the second time do it again; False when there was none."""
        if self._before is not None:
            self._ids, self._before = self._before, self._ids
        elif self._flipped:
            self._ids ^= self._flipped
        else:
            return False
        self._tell()
        return True

    def start_range(self) -> None:
        """From here on `stretch` belongs to a new range, which one undo takes back whole."""
        self._before, self._flipped = None, set()

    def stretch(self, entering: Iterable[RowId], leaving: Iterable[RowId]) -> None:
        """Move the end of the range: rows that leave it become what they were before it."""
        back = self._flipped.intersection(leaving)
        new = set(entering) - self._ids
        if back or new:
            self._ids -= back
            self._ids |= new
            self._flipped -= back
            self._flipped |= new
            self._tell()

    def _become(self, ids: set[RowId]) -> None:
        if ids != self._ids:
            self._ids, self._before = ids, self._ids
            self._flipped = set()
            self._tell()

    def _tell(self) -> None:
        if self._changed:
            self._changed()
