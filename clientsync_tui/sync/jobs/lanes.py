"""A job's waiting items, apart for each accounting software: one that is down or limited slows no other."""

from collections import deque

from ...practice.trouble import Trouble
from ...store.jobs import Item, ItemState, Jobs

CHUNK = 500
"""Items fetched at a time."""


class Lane:
    """What a job has to do in one software, in order.

    `trouble`: why nothing can be done there at all. `held_back`: sign-ins whose items wait on, with the reason.
    """

    def __init__(self, jobs: Jobs, job: str, software: str) -> None:
        self._jobs = jobs
        self._job = job
        self._queue: deque[Item] = deque()
        self._last = -1
        self.software = software
        self.trouble: Trouble | None = None
        self.held_back: dict[str | None, Trouble] = {}

    def next(self) -> Item | None:
        """The next item; None when there is none left."""
        if self.trouble is not None:
            return None
        if not self._queue:
            self._queue.extend(
                self._jobs.items(
                    self._job, ItemState.WAITING, software=self.software, after=self._last, most=CHUNK
                )
            )
            if not self._queue:
                return None
            self._last = self._queue[-1].n
        return self._queue.popleft()
