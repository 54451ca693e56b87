"""Runs a job on the command line, with its progress on stderr."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from ..practice.plan import Plan, Will
from ..practice.trouble import Trouble
from ..store.store import Store
from ..sync.jobs import job_words
from ..sync.jobs.new_job import new_job, supersede
from ..sync.jobs.runner import Runner
from ..sync.jobs.session import Session
from . import output
from .progress import can_redraw

TICK_S = 0.3

Progress = Callable[[Store, str], Coroutine[Any, Any, None]]
"""Shows a job's progress, until cancelled."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """A plan that was carried out. `job`: None if there was nothing to do. `trouble`: why it paused, if it did."""

    plan: Plan
    job: str | None = None
    trouble: Trouble | None = None


async def carry_out(session: Session, plan: Plan) -> JobRun:
    """Makes a job from the plan and runs it. It takes over what an earlier job of the same kind left undone."""
    if not plan.count(Will.DO):
        supersede(session.store, plan, None)
        return JobRun(plan)
    job = new_job(session.store, plan, session.actor)
    return JobRun(plan, job, await run(session, job))


async def run(
    session: Session, job: str, progress: Progress | None = None, *, join: bool = False
) -> Trouble | None:
    """Runs a job, or works on one together with others (`join`). Returns why it paused, if it did. The first interrupt
    finishes the items in progress, the second stops at once.
    """
    runner = Runner(session, job, join=join)
    with _interrupts(runner.stop):
        showing = asyncio.create_task((progress or _progress)(session.store, job))
        try:
            await runner.run()
        finally:
            showing.cancel()
            if progress is None and can_redraw():
                click.echo("\r\x1b[K", err=True, nl=False)
    return runner.trouble


@contextmanager
def _interrupts(stop: Callable[[], None]) -> Generator[None]:
    loop = asyncio.get_running_loop()
    stopping = False

    def on_interrupt() -> None:
        nonlocal stopping
        if not stopping:
            output.say("\nFinishing items in progress. Press ctrl+c again to stop now.")
        stopping = True
        stop()

    def handler(*_: object) -> None:
        loop.call_soon_threadsafe(on_interrupt)

    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


async def _progress(store: Store, job: str) -> None:
    """One line that is redrawn on a terminal, a single line elsewhere."""
    found = store.jobs.one(job)
    begun, total, before = time.monotonic(), found.left, found.failed
    items = job_words.things(found.kind, total)
    if not can_redraw():
        output.say(f"Job {job}: {items} to do.")
        return
    while True:
        now = store.jobs.one(job)
        done, failed = total - now.left, now.failed - before
        rate = done / max(time.monotonic() - begun, 0.001)
        left = f", about {now.left / rate:.0f} s left" if done and now.left else ""
        click.echo(f"\r\x1b[K{done:,} of {items}, {failed:,} failed, {rate:.1f}/s{left}", err=True, nl=False)
        await asyncio.sleep(TICK_S)
