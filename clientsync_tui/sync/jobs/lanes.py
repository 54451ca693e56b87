"""A job's waiting items, one lane per accounting app, so that an app that is down or at its limit slows no other."""

from collections import deque

from ...practice.trouble import Trouble
from ...store.jobs import Item, ItemState, Jobs

CHUNK = 500
"""Items fetched at a time."""


class Lane:
    """A job's work in one app, in order from item `start` on, then the items before it.

    `trouble`: why nothing can be done there at all. `held_back`: sign-ins whose items keep waiting, with the
    reason.
    """

    def __init__(self, jobs: Jobs, job: str, software: str, start: int = 0) -> None:
        self._jobs = jobs
        self._job = job
        self._queue: deque[Item] = deque()
        self._last = start - 1
        self._is_second_half = start == 0
        self.software = software
        self.trouble: Trouble | None = None
        self.held_back: dict[str | None, Trouble] = {}

    def next(self) -> Item | None:
        """The next item; None if there is none left."""
        if self.trouble is not None:
            return None
        if not self._queue:
            self._fetch()
        if not self._queue and not self._is_second_half:
            self._last, self._is_second_half = -1, True
            self._fetch()
        return self._queue.popleft() if self._queue else None

    def _fetch(self) -> None:
        found = self._jobs.items(
            self._job, ItemState.WAITING, software=self.software, after=self._last, most=CHUNK
        )
        self._queue.extend(found)
        if found:
            self._last = found[-1].n
