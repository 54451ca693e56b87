"""Reconnect all across three apps as one job, one of them down and one limited, beside the job of the healthy one alone."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bench.programs.practice import Bench, practice
from bench.result import Result, measure
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.people import Person, SignIn, sign_in_id
from clientsync_tui.practice.plan import Plan, Will
from clientsync_tui.signin.token_endpoint import Granted
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.sync.kinds import reconnect
from clientsync_tui.sync.kinds.seam.kind import Request
from clientsync_tui.sync.kinds.seam.planning import together

LATENCY_MS = 250
"""A realistic latency. With a shorter one, a single app uses up a core, and a second one slows it down."""
DOWN = "quickbooks"
LIMITED = "xero"
HEALTHY = "freeagent"


@measure("across")
def across(quick: bool) -> Iterator[Result]:
    size = 20 if quick else 1_000
    with practice(size, LATENCY_MS) as bench:
        together, alone = asyncio.run(_both(bench, size))
        name = f"reconnect {size:,} of {3 * size:,}, the others down or limited, s"
        yield Result(name, together, alone, 1.25)


async def _both(bench: Bench, size: int) -> tuple[float, float]:
    """Seconds to the last healthy client, in the job across all apps and in a job of the healthy ones alone."""
    store = bench.workplace.store
    await bench.keep_secrets()
    async with bench.workplace.session() as session:
        people = {name: await bench.sign_in(session, 0, name) for name in (HEALTHY, LIMITED)}
        for person in people.values():
            _add(bench, [(person, organisation) for organisation in await session.reach(person)])
        _add(bench, await _consents(session, people[LIMITED].person, size))
        _expire(bench)
        alone = await _healthy(bench, session, _plan(bench, people, HEALTHY))
        _expire(bench)
        for software, kind in ((DOWN, "unavailable"), (LIMITED, "limit")):
            bench.fault(software=software, kind=kind)
        every = together("reconnect", [_plan(bench, people, name) for name in (DOWN, LIMITED, HEALTHY)])
        assert every.count(Will.DO) == len(store.clients.integrations(None, datetime.now(UTC)))
        return await _healthy(bench, session, every), alone


def _plan(bench: Bench, people: dict[str, SignIn], software: str) -> Plan:
    return reconnect.plan(Request(bench.workplace.store, software, sign_in=people.get(software)))


async def _healthy(bench: Bench, session: Session, plan: Plan) -> float:
    jobs = bench.workplace.store.jobs
    job = jobs.create(plan, "bench")
    started = datetime.now(UTC)
    await Runner(session, job).run()
    ended = [item for item in jobs.items(job, ItemState.DONE) if item.software == HEALTHY]
    assert len(ended) == len([item for item in plan.items if item.software == HEALTHY])
    query = "SELECT max(ended_at) FROM items WHERE job = ? AND software = ?"
    last = bench.workplace.store._database.connection.execute(query, (job, HEALTHY)).fetchone()[0]
    return (datetime.fromisoformat(last) - started).total_seconds()


def _add(bench: Bench, links: Iterable[tuple[SignIn, str]]) -> None:
    entries: list[NewEntry] = []
    for sign_in, organisation in links:
        client = f"{sign_in.software}-{organisation}"
        body = {"organisation_name": client, "sign_in": sign_in.id}
        entries += [
            NewEntry(Kind.CLIENT_ADDED, "bench", client, body={"name": client}),
            NewEntry(Kind.INTEGRATION_CONNECTED, "bench", client, sign_in.software, organisation, body),
        ]
    bench.workplace.store.ledger.append(*entries)


async def _consents(session: Session, person: Person, size: int) -> list[tuple[SignIn, str]]:
    """Sign-ins for one company each, with made-up tokens, because the server that would refuse them is down."""
    found: list[tuple[SignIn, str]] = []
    for company in map(str, range(size)):
        own, now = sign_in_id(DOWN, person.id, company), datetime.now(UTC)
        tokens = session.tokens(DOWN)
        async with tokens.room() as write:
            await tokens.keep(own, Granted("x", 3_600, "x", None), write)
        found.append((session.keep(SignIn(own, DOWN, person, now, None, company, company)), company))
    return found


def _expire(bench: Bench) -> None:
    query = "UPDATE sign_ins SET ends_at = '2000-01-01T00:00:00.000Z'"
    bench.workplace.store._database.connection.execute(query)
