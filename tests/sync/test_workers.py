"""Several workers on one job: each item is done once, and the worker that finds nothing left ends the job."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from clientsync_tui.practice.trouble import UsageError
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.store.work.workers import LeaseLost
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.kinds import check
from clientsync_tui.sync.kinds.seam.kind import Request
from tests.support.inside import database_of
from tests.sync.books import Books, Practice, practice_of

ITEMS = 40


@pytest.fixture
def two(tmp_path: Path) -> tuple[Practice, Practice, str]:
    """Two runs of the program on one practice, and a job from the first one."""
    first, second = (practice_of(tmp_path, Books("alpha")) for _ in range(2))
    for practice in (first, second):
        practice.softwares["alpha"].takes_s = 0.02
    sign_in = first.sign_in("alpha")
    for n in range(ITEMS):
        first.client(sign_in, str(n))
    plan = check.plan(Request(first.store, None, held={sign_in.id}))
    return first, second, first.store.jobs.create(plan, "tester")


async def test_two_workers_share_a_job(two: tuple[Practice, Practice, str]) -> None:
    first, second, job = two
    first.softwares["alpha"].answers.clear()
    running = asyncio.create_task(Runner(first, job).run())
    while not first.softwares["alpha"].asked:
        await asyncio.sleep(0)
    with pytest.raises(UsageError, match=f"jobs work {job}"):
        await Runner(second, job).run()
    joining = asyncio.create_task(Runner(second, job, join=True).run())
    while not second.softwares["alpha"].asked:
        await asyncio.sleep(0)
    first.softwares["alpha"].answers.set()
    ended = await asyncio.gather(running, joining)
    assert min(job.left for job in ended) == 0 and first.store.jobs.one(job).state is JobState.DONE
    asked = Counter([*first.softwares["alpha"].asked, *second.softwares["alpha"].asked])
    assert set(asked.values()) == {1} and len(asked) == ITEMS
    assert second.softwares["alpha"].asked, "both had a part"
    assert first.store.jobs.workers.alive() == []


KILLED = """
import sys, time
from pathlib import Path
from clientsync_tui.store.store import Store
jobs, job = Store(Path(sys.argv[1])).jobs, sys.argv[2]
jobs.claim(job, join=True)
jobs.take(job, 0), jobs.take(job, 1)
print("ready", flush=True)
time.sleep(60)
"""


async def test_items_of_a_killed_worker_are_taken_over_by_another(
    two: tuple[Practice, Practice, str],
) -> None:
    first, _, job = two
    command = [sys.executable, "-c", KILLED, str(first.store.path), job]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None and killed.stdout.readline() == b"ready\n"
        running = asyncio.create_task(Runner(first, job, join=True).run())
        while len(first.softwares["alpha"].asked) < 5:
            await asyncio.sleep(0.01)
        assert len(first.store.jobs.workers.alive(job)) == 2
        killed.kill()
        ended = await running
    assert (ended.state, ended.count(ItemState.DONE)) == (JobState.DONE, ITEMS)


def test_worker_that_was_taken_for_dead_saves_nothing(two: tuple[Practice, Practice, str]) -> None:
    first, second, job = two
    first.store.jobs.claim(job)
    assert first.store.jobs.take(job, 0)
    with database_of(first.store).writing() as db:
        db.execute("UPDATE workers SET until = since")
    assert [item.n for item in second.store.jobs.claim(job)] == [0]
    assert second.store.jobs.take(job, 0)
    with pytest.raises(LeaseLost), first.store.transaction():
        first.store.jobs.settle(job, 0, ItemState.DONE)
    first.store.jobs.put_back(job, 0)
    assert second.store.jobs.items(job)[0].state is ItemState.DOING
    second.store.jobs.settle(job, 0, ItemState.DONE)
    for practice in (first, second):
        practice.store.jobs.leave(job)
