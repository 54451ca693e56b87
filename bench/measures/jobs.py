"""Bulk jobs beside the bound set by latency and the app's limits."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bench.programs.practice import SOFTWARE, Bench, practice
from bench.result import Result, measure
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.model import Organisation
from clientsync_tui.practice.plan import Plan
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.sync.kinds import add, reconnect
from clientsync_tui.sync.kinds import check as checking
from clientsync_tui.sync.kinds.seam.kind import Request

LATENCY_MS = 100
AT_ONCE = 20
"""Simultaneous calls that the program allows itself. The sandbox allows 5 per organisation, which no job here reaches."""
AIM, AIM_QUICK = 1.1, 1.4
"""In a job of one second, start and end dominate."""
PROCESSOR, PROCESSOR_QUICK = 1.2, 6.0
A_MINUTE = 10_000
"""Calls that Xero allows an app in any minute. The sandbox here does not enforce it, but the program respects it."""


@measure("jobs")
def jobs(quick: bool) -> Iterator[Result]:
    # With 900, both jobs together stay below the limit per minute.
    sizes = (40,) if quick else (900, 10_000)
    for size in sizes:
        with practice(size, LATENCY_MS) as bench:
            for name, took in asyncio.run(_add_and_reconnect(bench, size)):
                yield from _lines(f"{name} {size:,} clients", took, quick)


@measure("check")
def check(quick: bool) -> Iterator[Result]:
    size = 200 if quick else 100_000
    with practice(size, LATENCY_MS) as bench:
        yield from _lines(f"check of {size:,} clients", asyncio.run(_check(bench)), quick)


class Took(NamedTuple):
    """What a job took: seconds, the minimum time for its calls, and milliseconds of this process's CPU time per call."""

    seconds: float
    bound: float
    processor_ms: float


def _lines(what: str, took: Took, quick: bool) -> Iterator[Result]:
    yield Result(f"{what}, s", took.seconds, took.bound, AIM_QUICK if quick else AIM)
    # In a short job, imports, the plan and the last save dominate.
    yield Result(
        f"{what}, processor time a call / 1 ms", took.processor_ms, 1, PROCESSOR_QUICK if quick else PROCESSOR
    )


async def _add_and_reconnect(bench: Bench, size: int) -> list[tuple[str, Took]]:
    store = bench.workplace.store
    async with bench.workplace.session() as session:
        first = await bench.sign_in(session, 0)
        reach = await session.reach(first)
        added = await _timed(bench, session, add.plan(Request(store, SOFTWARE, sign_in=first, reach=reach)))
        if size * 2 > A_MINUTE:
            # Otherwise the first job's last minute would count for the second one.
            await asyncio.sleep(60)
        # Everything needs reconnecting, because the sign-in lapsed unused.
        store._database.connection.execute("UPDATE sign_ins SET ends_at = '2000-01-01T00:00:00.000Z'")
        reconnected = await _timed(
            bench, session, reconnect.plan(Request(store, SOFTWARE, sign_in=first, reach=reach))
        )
    return [("add", added), ("reconnect", reconnected)]


async def _check(bench: Bench) -> Took:
    store = bench.workplace.store
    async with bench.workplace.session() as session:
        sign_in = await bench.sign_in(session, 0)
        reach = await session.reach(sign_in)
        add_clients(store, sign_in.id, reach)
        return await _timed(bench, session, checking.plan(Request(store, SOFTWARE, held={sign_in.id})))


def add_clients(store: Store, sign_in: str, reach: Mapping[str, Organisation]) -> None:
    """Writes a connected client for each organisation that a sign-in reaches, without a call."""
    entries: list[NewEntry] = []
    for id, organisation in reach.items():
        link = {"organisation_name": organisation.name, "sign_in": sign_in}
        entries += [
            NewEntry(Kind.CLIENT_ADDED, "bench", id, body={"name": organisation.name}),
            NewEntry(Kind.INTEGRATION_CONNECTED, "bench", id, SOFTWARE, id, link),
        ]
    store.ledger.append(*entries)


async def _timed(bench: Bench, session: Session, plan: Plan) -> Took:
    """How long the plan took as a job, including saving its rows."""
    before = bench.calls()
    started, used = time.perf_counter(), time.process_time()
    job = await Runner(session, bench.workplace.store.jobs.create(plan, "bench")).run()
    took, used = time.perf_counter() - started, time.process_time() - used
    assert job.left == 0
    calls = bench.calls() - before
    assert calls >= len(plan.items)
    return Took(took, _bound(calls), used * 1000 / calls)


def _bound(calls: int) -> float:
    """The minimum seconds for that many calls."""
    minutes, rest = divmod(calls, A_MINUTE)
    fast = LATENCY_MS / 1000 / AT_ONCE
    return max(calls * fast, minutes * 60 + rest * fast)
