"""Jobs of a practice on several hosts: each item is done once, and only its owner or an admin ends a job."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege, InvalidParameterValue

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.trouble import NotAllowed, Unreachable, UsageError
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.store.store import Store
from clientsync_tui.store.work.workers import LeaseLost
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.kinds import check
from clientsync_tui.sync.kinds.seam.kind import Request
from tests.support.hosts import shared
from tests.support.inside import database_of
from tests.support.postgres import Database, Server
from tests.sync.books import Books, Practice

ITEMS = 30
NOW = "2026-11-30T12:00:00.000Z"
PUT = "SELECT clientsync.put_work(%s::jsonb, %s::jsonb, %s::jsonb)"


@pytest.fixture
def two(tmp_path: Path, postgres: Database) -> Iterator[tuple[Practice, Practice, str]]:
    """Two hosts, and a job of the first one's person."""
    with ExitStack() as open_hosts:
        first, second = (
            Practice(open_hosts.enter_context(host.workplace()).store, {"alpha": Books("alpha")})
            for host in shared(tmp_path, postgres, "ann", "ben")
        )
        for practice in (first, second):
            practice.softwares["alpha"].takes_s = 0.02
        sign_in = first.sign_in("alpha")
        with first.store.transaction():
            for n in range(ITEMS):
                first.client(sign_in, str(n))
        job = first.store.jobs.create(check.plan(Request(first.store, None, held={sign_in.id})), "ann")
        second.store.catch_up()
        second.store.sign_ins.hold(sign_in.id, "tester@desk")
        yield first, second, job


def states(store: Store, job: str) -> Counter[str]:
    return Counter(str(item.state) for item in store.jobs.items(job))


async def test_two_hosts_share_a_job_and_both_see_its_progress(
    two: tuple[Practice, Practice, str],
) -> None:
    first, second, job = two
    first.softwares["alpha"].answers.clear()
    running = asyncio.create_task(Runner(first, job).run())
    while not first.softwares["alpha"].asked:
        await asyncio.sleep(0)
    second.store.catch_up()
    (worker,) = second.store.jobs.workers.alive(job)
    assert (worker.job, second.store.jobs.one(job).state) == (job, JobState.RUNNING)
    with pytest.raises(UsageError, match=f"jobs work {job}"):
        await Runner(second, job).run()
    joining = asyncio.create_task(Runner(second, job, join=True).run())
    while not second.softwares["alpha"].asked:
        await asyncio.sleep(0)
    first.softwares["alpha"].answers.set()
    await asyncio.gather(running, joining)
    asked = Counter([*first.softwares["alpha"].asked, *second.softwares["alpha"].asked])
    assert set(asked.values()) == {1} and len(asked) == ITEMS
    assert second.softwares["alpha"].asked, "both had a part"
    for practice in (first, second):
        practice.store.catch_up()
        assert states(practice.store, job) == {"done": ITEMS}
        assert practice.store.jobs.one(job).state is JobState.DONE
        assert practice.store.jobs.workers.alive() == []


def test_items_of_a_dead_host_wait_for_the_end_of_its_lease(
    two: tuple[Practice, Practice, str], postgres: Database
) -> None:
    first, second, job = two
    first.store.jobs.claim(job)
    assert first.store.jobs.take(job, 0)
    with pytest.raises(UsageError, match="already running"):
        second.store.jobs.claim(job)
    with postgres.connect() as db:
        db.execute("UPDATE clientsync.workers SET until = '2026-01-01T00:00:00.000Z', version = 999")
        db.execute("UPDATE clientsync.head SET version = 999")
    assert [item.n for item in second.store.jobs.claim(job)] == [0]
    assert second.store.jobs.take(job, 0)
    with pytest.raises(LeaseLost), first.store.transaction():
        first.store.jobs.settle(job, 0, ItemState.DONE)
    assert second.store.jobs.items(job)[0].state is ItemState.DOING
    second.store.jobs.leave(job)


def test_colleague_cancels_nothing_of_a_job_that_is_not_theirs(
    two: tuple[Practice, Practice, str],
) -> None:
    first, second, job = two
    with pytest.raises(NotAllowed):
        second.store.jobs.cancel(job)
    assert second.store.jobs.unfinished() == [] and len(first.store.jobs.unfinished()) == 1
    for practice in (first, second):
        practice.store.catch_up()
        assert states(practice.store, job) == {"waiting": ITEMS}
    first.store.jobs.cancel(job)
    second.store.catch_up()
    assert second.store.jobs.one(job).state is JobState.CANCELLED


def test_member_with_sql_of_their_own_ends_no_other_persons_job(
    two: tuple[Practice, Practice, str], postgres: Database
) -> None:
    first, _, job = two
    item = {"job": job, "n": 0, "state": "done", "leased_by": None}
    ended = {
        "id": job,
        "kind": "check",
        "state": "done",
        "by": "ben",
        "started_at": NOW,
        "ended_at": NOW,
        "needs_sign_in": 0,
    }
    worker = {
        "id": "w1",
        "job": job,
        "host": "h",
        "place": "p",
        "since": "2026-01-01T00:00:00.000Z",
        "until": "2999-01-01T00:00:00.000Z",
    }
    first.store.jobs.claim(job)
    assert first.store.jobs.take(job, 0)
    with postgres.connect("ben") as db:
        attacks: list[tuple[object, object, object]] = [
            ([], [item], []),
            ([], [{**item, "n": 1, "state": "skipped"}], []),
            ([], [{**item, "n": 1, "state": None}], []),
            ([ended], [], []),
            ([{**ended, "state": "cancelled"}], [], [worker]),
            ([{**ended, "state": "paused"}], [], [worker]),
            ([], [{**item, "state": "waiting"}], [worker]),
            ([], [{**item, "state": "doing", "leased_by": "w1"}], [worker]),
            ([], [{**item, "job": "another"}], []),
        ]
        for attack in attacks:
            with pytest.raises((InsufficientPrivilege, InvalidParameterValue)):
                db.execute(PUT, tuple(map(json.dumps, attack)))
                pytest.fail(f"a member could: {attack}")
        for statement in ("UPDATE clientsync.jobs SET state = 'done'", "DELETE FROM clientsync.items"):
            with pytest.raises(InsufficientPrivilege):
                db.execute(statement)
        (mine,) = (worker.id for worker in first.store.jobs.workers.alive(job))
        with pytest.raises(InsufficientPrivilege):
            db.execute(PUT, ("[]", "[]", json.dumps([{**worker, "id": mine}])))
    first.store.jobs.settle(job, 0, ItemState.DONE)
    first.store.jobs.leave(job)
    assert states(first.store, job) == {"done": 1, "waiting": ITEMS - 1}


def test_job_belongs_to_the_role_that_the_server_saw(tmp_path: Path, postgres: Database) -> None:
    ann, ben = shared(tmp_path, postgres, "ann", "ben")
    with ann.workplace() as workplace:
        workplace.store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "x", "c1", body={"name": "Abbey"}))
    job = {
        "id": "j1",
        "kind": "disconnect",
        "software": "xero",
        "state": "paused",
        "by": "ann",
        "owner": "ann",
        "started_at": NOW,
        "needs_sign_in": 0,
    }
    item = {
        "job": "j1",
        "n": 0,
        "client": "c1",
        "name": "Abbey",
        "software": "xero",
        "organisation_id": "o1",
        "state": "waiting",
        "facts": "{}",
        "cannot": 0,
    }
    with postgres.connect("ben") as db:
        db.execute(PUT, (json.dumps([job]), json.dumps([item]), "[]"))
    role = postgres.role("ben")
    for at in (ann, ben):
        assert [found["by"] for found in at.ok("jobs", "--json")] == [role]
    words = ("jobs", "resume", "j1")
    assert f"{role} made this job." in ann.run(*words).err
    assert "made this job" not in ben.run(*words).err


async def test_job_stops_with_the_server_and_continues_where_it_stopped(
    two: tuple[Practice, Practice, str], server: Server
) -> None:
    first, second, job = two
    running = asyncio.create_task(Runner(first, job).run())
    while len(first.softwares["alpha"].asked) < 5:
        await asyncio.sleep(0.005)
    server.stop()
    try:
        with pytest.raises(Unreachable):
            await running
    finally:
        server.start()
    assert first.store.jobs.one(job).cut_off, "no lock is held any more"
    ended = await Runner(first, job).run()
    assert (ended.state, states(first.store, job)) == (JobState.DONE, {"done": ITEMS})
    second.store.catch_up()
    assert states(second.store, job) == {"done": ITEMS}


def test_copies_have_no_trace_of_how_changes_are_noted(two: tuple[Practice, Practice, str]) -> None:
    first, *_ = two
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' OR name = 'changed'"
    assert database_of(first.store).connection.execute(query).fetchone()[0] == 0
