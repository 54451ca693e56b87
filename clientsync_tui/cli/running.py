"""Carrying a plan or a job out from the command line: progress on stderr, the recap, and the exit status."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import click

from ..practice.plan import Plan, Will
from ..practice.status import Reason
from ..practice.trouble import SignInNeeded, Trouble
from ..store.jobs import ItemState
from ..store.store import Store
from ..sync import words
from ..sync.jobs import jobs_as_json as shapes
from ..sync.jobs.new_job import new_job, supersede
from ..sync.jobs.runner import Runner
from ..sync.jobs.session import Session
from ..workplace import Workplace
from . import talk
from .network import online

TICK_S = 0.3
SENTENCES = 3
"""How many different sentences the recap shows for one reason."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a plan. `job`: None where nothing was to be done. `trouble`: why it paused, if it did."""

    plan: Plan
    job: str | None = None
    trouble: Trouble | None = None


def bulk(
    workplace: Workplace,
    make: Callable[[Session], Awaitable[Plan]],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Makes a plan and carries it out in one session, or prints it; ends the command with its exit status."""

    async def work(session: Session) -> Ran:
        plan = await make(session)
        return Ran(plan) if dry_run else await led(workplace, session, await carry_out(session, plan))

    ran = online(workplace, work)
    if dry_run:
        show_plan(ran.plan, as_json)
    else:
        report(workplace.store, ran, as_json)


def run_job(workplace: Workplace, job: str, as_json: bool) -> None:
    """Goes on with a job that is written down; ends the command with its exit status."""
    found = workplace.store.jobs.one(job)
    plan = Plan(found.kind, found.software, found.sign_in, ())

    async def work(session: Session) -> Ran:
        return await led(workplace, session, Ran(plan, job, await run(session, job)))

    report(workplace.store, online(workplace, work) if found.left else Ran(plan, job), as_json)


async def led(workplace: Workplace, session: Session, ran: Ran) -> Ran:
    """Goes on with what a person who is there can sign in for."""
    from . import consenting

    if ran.job is None or not isinstance(ran.trouble, SignInNeeded) or not consenting.is_led():
        return ran
    return replace(ran, trouble=await consenting.lead_job(workplace, session, ran.job, ran.trouble))


async def carry_out(session: Session, plan: Plan) -> Ran:
    """Makes a job of the plan and runs it; what an earlier one of the same kind left of it is done in this one."""
    if not plan.count(Will.DO):
        supersede(session.store, plan, None)
        return Ran(plan)
    job = new_job(session.store, plan, session.actor)
    return Ran(plan, job, await run(session, job))


Progress = Callable[[Store, str], Coroutine[Any, Any, None]]
"""Tells how far a job is until it is cancelled."""


async def run(session: Session, job: str, progress: Progress | None = None) -> Trouble | None:
    """Runs a job; returns why it paused, if it did. The first interrupt stops it after the running items, the second at once."""
    runner = Runner(session, job)
    with _interrupts(runner.stop):
        telling = asyncio.create_task((progress or _progress)(session.store, job))
        try:
            await runner.run()
        finally:
            telling.cancel()
            if progress is None and _can_redraw():
                click.echo("\r\x1b[K", err=True, nl=False)
    return runner.trouble


def _can_redraw() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


@contextmanager
def _interrupts(stop: Callable[[], None]) -> Generator[None]:
    loop = asyncio.get_running_loop()
    told = False

    def stopping() -> None:
        nonlocal told
        if not told:
            talk.say("\nStopping after the running items; once more stops at once.")
        told = True
        stop()

    def interrupted(*_: object) -> None:
        loop.call_soon_threadsafe(stopping)

    before = {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _progress(store: Store, job: str) -> None:
    """One rolling line on a terminal, a single line elsewhere."""
    begun, total = time.monotonic(), store.jobs.one(job).left
    if not _can_redraw():
        talk.say(f"Job {job}: {total:,} to do.")
        return
    while True:
        found = store.jobs.one(job)
        done, failed = total - found.left, found.count(ItemState.FAILED)
        rate = done / max(time.monotonic() - begun, 0.001)
        left = f", about {found.left / rate:.0f} s left" if done and found.left else ""
        click.echo(
            f"\r\x1b[K{done:,} of {total:,}, {failed:,} failed, {rate:.1f}/s{left}", err=True, nl=False
        )
        await asyncio.sleep(TICK_S)


def show_plan(plan: Plan, as_json: bool) -> None:
    """Prints what would be done."""
    if as_json:
        talk.document(shapes.plan(plan))
        return
    rows = [
        (i.will.replace("_", " "), i.name, i.software, words.SHORT.get(i.reason or "", i.reason or ""))
        for i in plan.items
    ]
    talk.table(("Plan", "Client", "Software", "Reason"), rows, shrink=1)
    talk.say(
        f"{plan.kind}: {plan.count(Will.DO):,} will be done, {plan.count(Will.SKIP):,} skipped, "
        f"{plan.count(Will.CANNOT):,} cannot be done. Nothing was changed."
    )


def report(store: Store, ran: Ran, as_json: bool) -> None:
    """Prints what came of it and ends the command: 0, 1 where items failed or are left, or as the trouble that stopped it says."""
    result = show_result(store, ran, as_json)
    if ran.trouble is not None:
        raise ran.trouble
    if result["failed"] or (ran.job and store.jobs.one(ran.job).left):
        raise click.exceptions.Exit(1)


def show_result(store: Store, ran: Ran, as_json: bool) -> dict[str, Any]:
    """Prints what came of it, and returns what is printed as JSON."""
    job = store.jobs.one(ran.job) if ran.job else None
    if job:
        items = store.jobs.items(job.id)
        result = shapes.outcome(job, items)
        said = Counter((str(i.state), i.reason, i.says) for i in items if i.says)
    else:
        result = shapes.without_job(ran.plan)
        planned = zip(result["items"], ran.plan.items, strict=True)
        said = Counter(
            (str(r["outcome"]), i.reason, str(i.body["says"])) for r, i in planned if i.body.get("says")
        )
    if as_json:
        talk.document(result)
    _recap(ran.plan.kind, result, said)
    if job and job.left:
        talk.say(f"{job.left:,} left: clientsync jobs resume {job.id}")
    return result


def _recap(kind: str, result: dict[str, Any], said: Counter[tuple[str, str | None, str]]) -> None:
    """The counts, then what failed and what was skipped by reason, with the next step.

    `said`: how often each sentence came with an outcome and a reason. It says more than the reason alone: which host, and why.
    """
    talk.say(f"{kind}: {result['done']:,} done, {result['failed']:,} failed, {result['skipped']:,} skipped.")
    counted = Counter((i["outcome"], i["reason"]) for i in result["items"] if i["reason"])
    for (outcome, reason), count in counted.most_common():
        sentences = [
            says for (state, why, says), _ in said.most_common() if (state, why) == (outcome, reason)
        ]
        # The words of a status have its next step; other sentences say more than their reason.
        if reason in set(Reason) or not sentences:
            sentences = [words.REASONS[reason]]
        several = len(sentences) > 1
        talk.say(
            f"  {count:,} {outcome}, {words.SHORT[reason]}: {words.REASONS[reason] if several else sentences[0]}"
        )
        for sentence in sentences[:SENTENCES] if several else ():
            talk.say(f"    {sentence}")
    for (_, why, sentence), count in said.most_common():
        if why is None:
            talk.say(f"  {count:,} done: {sentence}")
