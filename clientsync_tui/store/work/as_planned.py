"""Remembers what this process saved in its jobs, because anyone who can write to the practice's file could change a row
before its turn.
"""

from array import array
from collections.abc import Hashable

from ...practice.text import clean
from ...practice.trouble import Trouble


class AsPlanned:
    """Remembers a hash of each row of a job and its items, to recognise changed rows.

    Python's text hashes are keyed per process, so nobody can forge a row with the same hash.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, int] = {}
        self._items: dict[str, array[int]] = {}

    def note_job(self, job: str, *planned: Hashable) -> None:
        """Remembers what this process planned for a job."""
        self._jobs[job], self._items[job] = hash(planned), array("q")

    def note_item(self, job: str, *planned: Hashable) -> None:
        """Remembers what it planned for the job's next item."""
        self._items[job].append(hash(planned))

    def refuse_changed_job(self, job: str, *found: Hashable) -> None:
        """Raises Trouble if this process planned something else. For another process's job, the row is all we have."""
        if job in self._jobs and self._jobs[job] != hash(found):
            raise _changed(f"Job {clean(job)}", job)

    def refuse_changed_item(self, job: str, n: int, *found: Hashable) -> None:
        """Raises Trouble if this process planned something else, or no such item."""
        items = self._items.get(job)
        if items is not None and not (0 <= n < len(items) and items[n] == hash(found)):
            raise _changed(f"Item {n} of job {clean(job)}", job)


def _changed(what: str, job: str) -> Trouble:
    return Trouble(
        f"{what} was changed by another program after it was planned, so it will not run. `clientsync jobs cancel {clean(job)}` ends the job."
    )
