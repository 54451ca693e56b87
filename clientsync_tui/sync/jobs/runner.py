"""Runs a job: takes items one by one, works on several in parallel, and ends each in one transaction with its
entries.

If the program is killed, the rows say what was done and what was not: an item's entries and its end are one transaction. An item
found in `doing` is simply done again, because every kind of work first asks how things stand. The exception is an item that must
never run twice (`BulkKind.once`), which ends as "may have been sent".
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Protocol

from ...accounting.seam.software import Calls, Software
from ...practice.model import Integration
from ...practice.people import SignIn
from ...practice.status import NEEDS_CONSENT, SENT_PERHAPS, Reason, Why
from ...practice.text import clean
from ...practice.trouble import (
    Misconfigured,
    OrganisationTrouble,
    PassingTrouble,
    SignInNeeded,
    SignInRefused,
    Trouble,
    Unreachable,
    UsageError,
)
from ...store.jobs import Item, ItemState, Job
from ...store.projection import Clash
from ...store.store import Store
from ...store.work.workers import LEASE_S, LeaseLost
from ..kinds.seam.kind import BulkKind, Needs
from ..kinds.seam.registry import kinds
from ..kinds.seam.task import SKIPPED_CHANGED, Outcome, Task, problem_found
from .lanes import Lane
from .new_job import keep_daily
from .waiting_for import waiting_for
from .writer import Writer

WAITING_FACTOR = 3
"""Workers per possible parallel call, so that one that waits for an organisation's limit doesn't hold up the
others.
"""


class Session(Protocol):
    """What a runner needs from the running program."""

    @property
    def store(self) -> Store: ...
    @property
    def actor(self) -> str: ...
    def held(self, software: str | None = None) -> Sequence[SignIn]: ...
    def software(self, name: str) -> Software: ...
    def calls(self, sign_in: SignIn) -> Calls: ...


class Runner:
    """Runs one job, in the event loop that started it."""

    def __init__(self, session: Session, job: str, *, join: bool = False) -> None:
        """`join`: works on the job together with others who are running it."""
        self._session = session
        self._store = session.store
        self._id = job
        self._join = join
        self._stopping = False
        self._now = asyncio.Event()
        self._kind: BulkKind
        self._refused: dict[str, str] = {}
        self._writer: Writer
        self.trouble: Trouble | None = None
        """Why the job paused, if it did."""

    def stop(self) -> None:
        """The first call stops after the items in progress, the second at once. The rest can be resumed."""
        if self._stopping:
            self._now.set()
        self._stopping = True

    async def run(self) -> Job:
        """Runs until the job ends, pauses (a sign-in is needed, a keyring is locked) or is stopped. Returns the job
        as it is then.

        Items that need a sign-in keep waiting while everything else is done. If an app is not set up or rejects its credentials, its
        items fail, because no sign-in would help.

        Raises UsageError if another process is running it.
        """
        name = self._store.jobs.planned(self._id).kind
        kind = kinds().get(name)
        if kind is None:
            says = f"Job {self._id} is of a kind that this version does not know ({clean(name)})."
            raise UsageError(f"{says} `clientsync jobs cancel {self._id}` ends it.")
        self._kind = kind
        # A job that was resumed, retried or started without a plan's screen may be the first of its day.
        await asyncio.to_thread(keep_daily, self._store)
        if kind.needs is Needs.ANY:
            await asyncio.to_thread(self._store.sign_ins.note_shut_out)
        self._store.jobs.claim(self._id, join=self._join)
        lanes: list[Lane] = []
        try:
            lanes += self._lanes()
            await self._work_all(lanes)
            while self._goes_on() and self._store.jobs.take_over(self._id):
                lanes[:] = self._lanes()
                await self._work_all(lanes)
        finally:
            try:
                self.trouble = self.trouble or self._waiting_for(lanes)
            finally:
                self._store.jobs.finish(self._id, self.trouble)
        return self._store.jobs.one(self._id)

    def _goes_on(self) -> bool:
        return not self._stopping and self.trouble is None

    def _lanes(self) -> list[Lane]:
        jobs, total = self._store.jobs, self._store.jobs.one(self._id).total
        # A worker that joins starts somewhere else, so that two rarely want the same item.
        start = secrets.randbelow(total) if self._join and total else 0
        return [Lane(jobs, self._id, name, start) for name in jobs.waiting(self._id)]

    async def _work_all(self, lanes: Sequence[Lane]) -> None:
        """Does the waiting items of all lanes in parallel, until they end or the job is stopped."""
        job = self._store.jobs.planned(self._id)
        self._writer = Writer(self._store)
        held = self._session.held()
        self._held = frozenset(sign_in.id for sign_in in held)
        self._last_used = {sign_in.software: sign_in for sign_in in reversed(held)}
        workers = [asyncio.create_task(self._work(job, lane)) for lane in lanes for _ in self._places(lane)]
        done = asyncio.gather(*workers)
        now = asyncio.create_task(self._now.wait())
        renewing = asyncio.create_task(self._renew())
        try:
            await asyncio.wait({done, now}, return_when=asyncio.FIRST_COMPLETED)
            if done.done():
                await done
        finally:
            for task in (now, renewing, *workers):
                task.cancel()
            await asyncio.gather(now, renewing, done, return_exceptions=True)
            await self._writer.close()
        for lane in lanes:
            # What can't be done here for a colleague's job may be possible on their host.
            if lane.trouble is not None and self._store.jobs.is_mine(job):
                rejected = isinstance(lane.trouble, Misconfigured)
                why = Why.APP_REJECTED if rejected else Why.NO_ACCESS
                self._store.jobs.settle_waiting(
                    self._id, ItemState.FAILED, why, str(lane.trouble), software=lane.software
                )

    async def _renew(self) -> None:
        """Tells other hosts from time to time that this one is still working."""
        while self._store.home.kind == "postgresql":
            await asyncio.sleep(LEASE_S / 4)
            with suppress(Unreachable):
                await self._writer.write(partial(self._store.jobs.workers.renew, self._id))

    def _places(self, lane: Lane) -> range:
        """A slot for each item that may be in progress at once; none if the app is not set up."""
        try:
            at_once = self._session.software(lane.software).limits.at_once
        except UsageError as trouble:
            lane.trouble = trouble
            return range(0)
        waiting = self._store.jobs.waiting(self._id)[lane.software]
        return range(min(at_once * WAITING_FACTOR, waiting))

    def _waiting_for(self, lanes: Sequence[Lane]) -> Trouble | None:
        waiting = self._store.jobs.waiting(self._id)
        if self._stopping or not waiting:
            return None
        softwares = {lane.software: self._session.software(lane.software) for lane in lanes if lane.held_back}
        return waiting_for(lanes, waiting, softwares)

    async def _work(self, job: Job, lane: Lane) -> None:
        while not self._stopping and self.trouble is None and (item := lane.next()) is not None:
            sign_in = self._sign_in_of(job, item)
            if sign_in is None and self._needs_sign_in(item):
                title = self._session.software(lane.software).title
                says = f"Nobody is signed in to {title} here. Run `clientsync sign-in {lane.software}`."
                lane.held_back.setdefault(item.sign_in, SignInNeeded(says))
                continue
            if sign_in is not None and sign_in.id in lane.held_back:
                continue
            key = secrets.token_hex(8) if self._kind.once else None
            if not await self._writer.write(partial(self._store.jobs.take, self._id, item.n, key)):
                continue
            item = replace(item, key=key)
            try:
                if sign_in is None:
                    await self._do_without_sign_in(job, item)
                else:
                    await self._do(job, lane, item, sign_in)
            except BaseException:
                # Without the server, the item waits for the end of the lease.
                with suppress(Unreachable):
                    self._store.jobs.put_back(self._id, item.n)
                raise

    def _needs_sign_in(self, item: Item) -> bool:
        """Whether the item needs calls to an accounting app."""
        return self._kind.needs is not Needs.NONE and not (self._kind.here_alone and item.sign_in is None)

    def _sign_in_of(self, job: Job, item: Item) -> SignIn | None:
        """The sign-in to use for an item. None if it needs none, or if someone has yet to sign in."""
        if not self._needs_sign_in(item):
            return None
        if self._kind.needs is Needs.OWN:
            return self._store.sign_ins.one(str(item.sign_in))
        named = item.sign_in or job.sign_in
        if named is None:
            last = self._last_used.get(item.software)
            named = last and last.reaching(item.organisation_id)
        sign_in = self._store.sign_ins.one(named) if named else None
        # One for an organisation works or fails for that organisation alone, and we know which without a call.
        if sign_in is not None and sign_in.organisation_id is not None and sign_in.id not in self._held:
            return None
        return sign_in

    async def _do_without_sign_in(self, job: Job, item: Item) -> None:
        """Does an item that needs no accounting app."""
        software = self._session.software(item.software)
        task = Task(self._store, software, job, item, self._session.actor, None)
        try:
            outcome = await self._kind.do(task)
        except PassingTrouble as trouble:
            outcome = self._passing(trouble)
        except Trouble as trouble:
            self._store.jobs.put_back(self._id, item.n)
            self.trouble = self.trouble or trouble
            return
        await self._settle(item, outcome)

    async def _do(self, job: Job, lane: Lane, item: Item, sign_in: SignIn) -> None:
        own = self._kind.needs is Needs.OWN
        software, actor = self._session.software(item.software), sign_in.person.email
        task = Task(self._store, software, job, item, actor, (sign_in, self._session.calls(sign_in)))
        if sign_in.id in self._refused and not self._kind.despite_refusal:
            await self._settle(item, self._failed(task, Reason.SIGN_IN_REFUSED, self._refused[sign_in.id]))
            return
        try:
            outcome = await self._kind.do(task)
        except OrganisationTrouble as trouble:
            if sign_in.organisation_id is not None and trouble.reason in NEEDS_CONSENT:
                await self._writer.write(partial(self._store.sign_ins.refused, sign_in.id))
            outcome = self._failed(task, trouble.reason, str(trouble))
        except PassingTrouble as trouble:
            outcome = self._passing(trouble)
        except SignInNeeded as trouble:
            # The result is the same for every organisation of this sign-in, so asking again for each would be
            # pointless.
            if isinstance(trouble, SignInRefused):
                await self._writer.write(partial(self._store.sign_ins.refused, sign_in.id))
            if not own or not isinstance(trouble, SignInRefused):
                self._store.jobs.put_back(self._id, item.n)
                lane.held_back.setdefault(sign_in.id, trouble)
                return
            self._refused[sign_in.id] = str(trouble)
            outcome = self._failed(task, Reason.SIGN_IN_REFUSED, str(trouble))
        except UsageError as trouble:
            self._store.jobs.put_back(self._id, item.n)
            lane.trouble = lane.trouble or trouble
            return
        except Trouble as trouble:
            self._store.jobs.put_back(self._id, item.n)
            self.trouble = self.trouble or trouble
            return
        if outcome.answered and sign_in.organisation_id is not None:
            self._store.sign_ins.works(sign_in.id)
        await self._settle(item, outcome)

    def _passing(self, trouble: PassingTrouble) -> Outcome:
        """The outcome of an item that met a passing fault. If it must never run twice, nobody knows whether it ran."""
        if self._kind.once:
            return Outcome(ItemState.FAILED, Why.MAY_BE_SENT, SENT_PERHAPS, fault=trouble.fault)
        return Outcome(ItemState.FAILED, trouble.fault, str(trouble), fault=trouble.fault)

    def _failed(self, task: Task, reason: Reason, says: str) -> Outcome:
        current = task.current()
        link: Integration | None = current[1] if current else None
        entries = problem_found(task, link, reason, says)
        # An answer to a colleague's sign-in says nothing about the integration's own.
        own = link is not None and link.sign_in == task.sign_in.id
        return Outcome(
            ItemState.FAILED, reason, says, entries, conclusive=own, expects=link if entries else None
        )

    async def _settle(self, item: Item, outcome: Outcome) -> None:
        with suppress(LeaseLost):
            try:
                await self._writer.write(partial(self._keep, item, outcome))
            except Clash:
                await self._writer.write(partial(self._keep, item, SKIPPED_CHANGED))

    def _keep(self, item: Item, outcome: Outcome) -> None:
        """Saves an item's outcome in the writer's transaction. Raises Clash if someone else was faster."""
        store = self._store
        expects = outcome.expects
        if expects is not None and not store.clients.still(expects):
            raise Clash("someone else changed the integration in the meantime")
        store.ledger.append(*outcome.entries)
        if outcome.lists:
            store.pulled.keep(item.software, item.organisation_id, outcome.lists)
        if outcome.answered:
            store.contacts.good(item.software, item.organisation_id)
        if outcome.conclusive:
            store.contacts.conclusive(item.software, item.organisation_id)
        if outcome.fault is not None:
            store.contacts.fault(item.software, item.organisation_id, outcome.fault)
        store.jobs.settle(item.job, item.n, outcome.state, outcome.reason, outcome.says)
