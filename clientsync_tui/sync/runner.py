"""Carries a job out: takes its items one by one, does them side by side, and ends each in one transaction with its entries.

Killed at any instant it leaves rows that say what was done and what was not: an item's entries and its end are one
transaction, and an item found in `doing` is simply done again, because every kind of work asks how things stand first.
"""

import asyncio
from collections import deque
from functools import partial
from typing import Protocol

from ..accounting.seam.software import Calls, Software
from ..practice.model import Integration
from ..practice.people import SignIn
from ..practice.plan import Why
from ..practice.status import Reason
from ..practice.trouble import (
    OrganisationTrouble,
    PassingTrouble,
    SignInNeeded,
    SignInRefused,
    Trouble,
    UsageError,
)
from ..store.jobs import Item, ItemState, Job, JobState
from ..store.projection import Clash
from ..store.store import Store
from . import words
from .work import KINDS, OWN_SIGN_IN, SKIPPED_CHANGED, Outcome, Task, found
from .writer import Writer

WAITING_FACTOR = 3
"""Workers for each call that may be made at once: one that waits for an organisation's limit keeps no other from working."""

CHUNK = 500
"""Items fetched at a time."""


class Session(Protocol):
    """What a runner needs of the running program."""

    @property
    def store(self) -> Store: ...
    @property
    def actor(self) -> str: ...
    def software(self, name: str) -> Software: ...
    def calls(self, sign_in: SignIn) -> Calls: ...


class Runner:
    """Runs one job in the event loop it is started in."""

    def __init__(self, session: Session, job: str) -> None:
        self._session = session
        self._store = session.store
        self._id = job
        self._queue: deque[Item] = deque()
        self._last = -1
        self._stopping = False
        self._now = asyncio.Event()
        self._refused: dict[str, str] = {}
        self._writer = Writer(session.store.database)
        self.trouble: Trouble | None = None
        """Why the job paused, if it did."""

    def stop(self) -> None:
        """The first call stops after the running items, the second at once. What is left can be resumed."""
        if self._stopping:
            self._now.set()
        self._stopping = True

    async def run(self) -> Job:
        """Runs to the end, to a pause (a refused sign-in, a locked keyring) or to a stop; returns the job as it is then.

        Raises UsageError when another process runs it.
        """
        self._store.jobs.claim(self._id)
        job = self._store.jobs.one(self._id)
        at_once = max((self._session.software(s).limits.at_once for s in self._softwares(job)), default=1)
        workers = [
            asyncio.create_task(self._work(job))
            for _ in range(min(at_once * WAITING_FACTOR, max(job.left, 1)))
        ]
        done = asyncio.gather(*workers)
        now = asyncio.create_task(self._now.wait())
        try:
            await asyncio.wait({done, now}, return_when=asyncio.FIRST_COMPLETED)
            if done.done():
                await done
        finally:
            for each in (now, *workers):
                each.cancel()
            await asyncio.gather(now, done, return_exceptions=True)
            await self._writer.close()
            self._store.jobs.end(self._id, self._ending(), self.trouble)
        return self._store.jobs.one(self._id)

    def _softwares(self, job: Job) -> set[str]:
        return (
            {job.software}
            if job.software
            else {item.software for item in self._store.jobs.items(self._id, most=1)}
        )

    def _ending(self) -> JobState:
        job = self._store.jobs.one(self._id)
        if job.left:
            return JobState.PAUSED
        cancelled = any(reason == Why.CANCELLED for _, reason, _ in self._store.jobs.reasons(self._id))
        return JobState.CANCELLED if cancelled else JobState.DONE

    def _next(self) -> Item | None:
        if self._stopping or self.trouble is not None:
            return None
        if not self._queue:
            self._queue.extend(
                self._store.jobs.items(self._id, ItemState.WAITING, after=self._last, most=CHUNK)
            )
            if not self._queue:
                return None
            self._last = self._queue[-1].n
        return self._queue.popleft()

    async def _work(self, job: Job) -> None:
        while (item := self._next()) is not None:
            if not await self._writer.write(partial(self._store.jobs.take, self._id, item.n)):
                continue
            try:
                await self._do(job, item)
            except BaseException:
                self._store.jobs.put_back(self._id, item.n)
                raise

    async def _do(self, job: Job, item: Item) -> None:
        own = job.kind in OWN_SIGN_IN
        sign_in = self._store.sign_ins.one(str(item.body["sign_in"]) if own else str(job.sign_in))
        if sign_in is None:
            await self._settle(item, Outcome(ItemState.FAILED, Why.NO_ACCESS, words.REASONS[Why.NO_ACCESS]))
            return
        actor = sign_in.person.email if not own else self._session.actor
        software = self._session.software(item.software)
        task = Task(self._store, software, self._session.calls(sign_in), job, item, sign_in, actor)
        if sign_in.id in self._refused and job.kind != "disconnect":
            await self._settle(item, self._failed(task, Reason.SIGN_IN_REFUSED, self._refused[sign_in.id]))
            return
        try:
            outcome = await KINDS[job.kind](task)
        except OrganisationTrouble as trouble:
            outcome = self._failed(task, trouble.reason, str(trouble))
        except PassingTrouble as trouble:
            outcome = Outcome(ItemState.FAILED, trouble.fault, str(trouble), fault=trouble.fault)
        except SignInRefused as trouble:
            # It is refused for every organisation of this sign-in: asking again for each would be in vain.
            self._refused[sign_in.id] = str(trouble)
            if not own:
                self._pause(item, trouble)
                return
            outcome = self._failed(task, Reason.SIGN_IN_REFUSED, str(trouble))
        except (SignInNeeded, UsageError, Trouble) as trouble:
            self._pause(item, trouble)
            return
        await self._settle(item, outcome)

    def _pause(self, item: Item, trouble: Trouble) -> None:
        self._store.jobs.put_back(self._id, item.n)
        if self.trouble is None:
            self.trouble = trouble

    def _failed(self, task: Task, reason: Reason, says: str) -> Outcome:
        current = task.current()
        link: Integration | None = current[1] if current else None
        entries = found(task, link, reason, says)
        return Outcome(ItemState.FAILED, reason, says, entries, expects=link if entries else None)

    async def _settle(self, item: Item, outcome: Outcome) -> None:
        try:
            await self._writer.write(partial(self._keep, item, outcome))
        except Clash:
            await self._writer.write(partial(self._keep, item, SKIPPED_CHANGED))

    def _keep(self, item: Item, outcome: Outcome) -> None:
        """Keeps what came of an item, within the writer's transaction. Raises Clash when somebody else was faster."""
        store = self._store
        expects = outcome.expects
        if expects is not None and not store.clients.still(expects):
            raise Clash("somebody else changed the integration meanwhile")
        store.ledger.append(*outcome.entries)
        if outcome.lists:
            store.pulled.keep(item.software, item.organisation_id, outcome.lists)
        if outcome.answered:
            store.contacts.good(item.software, item.organisation_id)
        if outcome.fault is not None:
            store.contacts.fault(item.software, item.organisation_id, outcome.fault)
        store.jobs.settle(item.job, item.n, outcome.state, outcome.reason, outcome.says)
