"""The rows around the visible ones, fetched before they are drawn."""

from collections.abc import Iterable, Sequence

from clientsync_tui.widgets.select_table.rows import Row, RowId, Rows

MOST_HELD = 1_000
"""The maximum number of rows held (more only on a taller screen), so that going back fetches nothing."""


class Window:
    """Holds the rows of the visible page and, once it moves, a page each way, so that most steps fetch nothing."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.order: Sequence[RowId] = rows.order()
        # None: the row is gone. It is not requested again until something changes.
        self._held: dict[RowId, Row | None] = {}
        self._top: int | None = None

    def look_at(self, top: int, height: int) -> None:
        """Makes sure that the rows at `top` and the `height` - 1 below it are held."""
        held = self._held
        moved, self._top = self._top not in (None, top), top
        if all(id in held for id in self.order[top : top + height]):
            return
        # Neighbours only if the user moves about, because few filter results are paged through.
        margin = height if moved else 0
        ids = self.order[max(0, top - margin) : top + height + margin]
        missing = [id for id in ids if id not in held]
        if len(held) + len(missing) > MOST_HELD:
            self._held = held = {id: held[id] for id in ids if id in held}
        held.update(dict.fromkeys(missing))
        held.update((row.id, row) for row in self.rows.fetch(missing))

    def forget(self, ids: Iterable[RowId] | None) -> None:
        """These rows (None: all) have changed, so they are fetched again when next needed."""
        if ids is None:
            self._held.clear()
            return
        for id in ids:
            self._held.pop(id, None)

    def row(self, id: RowId) -> Row | None:
        return self._held.get(id)

    def index(self, id: RowId) -> int | None:
        """The position of `id` in the order; None if it is not shown."""
        try:
            return self.order.index(id)
        except ValueError:
            return None
