"""The items of one job for a screen: a few at a time, however large the job is."""

from array import array
from collections.abc import Sequence

from ..database import Database
from ..jobs import CAN_BE_RETRIED, Item, ItemState, item_of
from ..own_rows import ITEM_STATES


class JobItems:
    """Items of one job by number."""

    def __init__(self, database: Database, job: str) -> None:
        self._database = database
        self._job = job

    def order(self, total: int) -> "array[int]":
        """The numbers of all items (0 to `total` - 1): failures first, by reason, then the rest in the order they are done."""
        failed = self.failed()
        failed_items = frozenset(failed)
        return array("q", (*failed, *(n for n in range(total) if n not in failed_items)))

    def failed(self) -> "array[int]":
        """The numbers of the items that failed, by reason."""
        query = "SELECT n FROM items WHERE job = ? AND state = 'failed' ORDER BY reason, n"
        return array("q", (row[0] for row in self._database.connection.execute(query, (self._job,))))

    def fetch(self, numbers: Sequence[int]) -> list[Item]:
        """The items with these numbers."""
        marks = ", ".join("?" * len(numbers))
        query = f"SELECT * FROM items WHERE job = ? AND n IN ({marks})"
        return [item_of(row) for row in self._database.connection.execute(query, (self._job, *numbers))]

    def states(self, numbers: Sequence[int]) -> dict[int, ItemState]:
        """The states of the items with these numbers."""
        marks = ", ".join("?" * len(numbers))
        query = f"SELECT n, state FROM items WHERE job = ? AND n IN ({marks})"
        rows = self._database.connection.execute(query, (self._job, *numbers))
        return {row[0]: ItemState(row[1]) for row in rows if row[1] in ITEM_STATES}

    def retriable(self) -> list[tuple[str, int, str | None]]:
        """(reason, how many, their sentence if they share one) of the items that `Jobs.retry` would retry, most first."""
        query = (
            "SELECT coalesce(reason, ''), count(*), iif(min(says) = max(says), min(says), NULL) FROM items "
            f"WHERE job = ? AND {CAN_BE_RETRIED} GROUP BY 1 ORDER BY 2 DESC"
        )
        return [(row[0], row[1], row[2]) for row in self._database.connection.execute(query, (self._job,))]
