"""The items of a job as rows of a table, fetched for the lines on the screen."""

from collections.abc import Sequence

from ...store.jobs import Item, ItemState, Job
from ...store.work.job_items import JobItems
from ...sync import plan_words
from ...sync.jobs import job_words
from ...widgets.select_table.rows import Cell, Column, Row, RowId

COLUMNS = (
    Column("state", "State", 14, keep=2, sortable=False),
    Column("client", "Client", 24, flex=2, keep=3, sortable=False, most=60, shorten="middle"),
    Column("reason", "Reason", 20, flex=1, keep=1, sortable=False, most=40),
    Column("organisation", "Organisation id", 36, flex=1, sortable=False, most=38, shorten="middle", least=4),
)
STYLES = {
    ItemState.DONE: "ok",
    ItemState.FAILED: "error",
    ItemState.SKIPPED: "muted",
    ItemState.DOING: "warning",
}

MOST_SEEN = 500
"""How many rows are watched for changes: more than any screen shows, and few enough for one query."""


class JobRows:
    """`Rows` over a job's items. Remembers the state of those fetched last, so that only changes are drawn."""

    def __init__(self, items: JobItems, job: Job, ascii_marks: bool, *, failures_only: bool = False) -> None:
        self._items = items
        self._kind = job.kind
        self._symbols = job_words.ASCII_SYMBOLS if ascii_marks else job_words.SYMBOLS
        self._order = items.failed() if failures_only else items.order(job.total)
        self._seen: dict[RowId, ItemState] = {}

    def order(self) -> Sequence[RowId]:
        """The items, failures first."""
        return self._order

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        """Rows of these items."""
        found = self._items.fetch([int(id) for id in ids])
        if len(self._seen) > MOST_SEEN:
            self._seen.clear()
        self._seen.update((item.n, item.state) for item in found)
        return [self._row(item) for item in found]

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        """Nothing can be selected here."""
        return ()

    def changed(self) -> list[RowId]:
        """The recently fetched rows whose item has changed since."""
        now = self._items.states([int(id) for id in self._seen])
        return [id for id, state in self._seen.items() if now.get(int(id)) is not state]

    def _state(self, item: Item) -> Cell:
        name = job_words.item_state(item)
        if job_words.is_impossible(item):
            return Cell(f"{self._symbols[ItemState.SKIPPED]} {name}", STYLES[ItemState.SKIPPED])
        return Cell(f"{self._symbols[item.state]} {name}", STYLES.get(item.state, ""))

    def _row(self, item: Item) -> Row:
        cells = (
            self._state(item),
            item.name,
            plan_words.short(self._kind, item.reason),
            Cell(item.organisation_id, "muted"),
        )
        return Row(item.n, cells)
