"""A job has one runner, across users and processes. Its lock decides, not a process number."""

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.store.jobs import ItemState, Job, JobState
from clientsync_tui.store.store import Store
from tests.support import plans
from tests.support.command import PATIENCE_S, Command
from tests.support.practice import Practice, practice, practices
from tests.support.process import Process

pytestmark = pytest.mark.long

__all__ = ["practice", "practices"]

ITEMS = 21
NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc")
"""A process that can't see others, such as a colleague's under hidepid, or one in another container."""


def is_allowed(words: Sequence[str]) -> bool:
    return (
        shutil.which(words[0]) is not None
        and subprocess.run([*words, "true"], capture_output=True).returncode == 0
    )


def wait_until(shows: Callable[[Job], bool], store: Store, job: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not shows(store.jobs.one(job)):
        assert time.monotonic() < end, store.jobs.one(job)
        time.sleep(0.01)


@pytest.mark.parametrize("apart", [(), NAMESPACE], ids=["beside", "another PID namespace"])
def test_job_run_by_two_processes_is_done_once(
    practices: Callable[[Options], Practice], apart: tuple[str, ...]
) -> None:
    if apart and not is_allowed(apart):
        pytest.skip("no PID namespace can be made here")
    practice = practices(Options(organisations=ITEMS, limits=False, softwares=("xero",)))
    practice.add(practice.people[0])
    # Until the second one has been refused.
    practice.sandbox.fault("slow", software="xero", seconds=1)
    workplace = practice.workplace()
    store = workplace.store
    held = {each.id for each in workplace.held()}
    job = store.jobs.create(plans.refresh(store, "xero", held), "ann")
    before = store.ledger.last()
    cli, quiet = Command(practice.config), subprocess.DEVNULL
    with (
        subprocess.Popen([*apart, *cli.line("jobs", "resume", job)], stderr=quiet)
        if apart
        else Process(cli.words("jobs", "resume", job), stderr=quiet)
    ) as first:
        wait_until(lambda job: job.state is JobState.RUNNING, store, job)
        found = store.jobs.one(job)
        assert found.state is JobState.RUNNING and not found.cut_off
        assert store.jobs.unfinished() == []
        second = Command(practice.config).inside("jobs", "resume", job)
        assert (second.code, f"Job {job} is already running in another window" in second.err) == (2, True), (
            second
        )
        practice.sandbox.fault("clear")
        assert first.wait(PATIENCE_S) == 0
    entries = store.ledger.entries(after=before)
    assert sum(entry.kind == "refreshed" for entry in entries) == ITEMS
    workplace.close()


def test_job_whose_lock_is_moved_away_writes_each_entry_once(
    practices: Callable[[Options], Practice],
) -> None:
    practice = practices(Options(organisations=ITEMS, limits=False, softwares=("xero",)))
    practice.add(practice.people[0])
    practice.sandbox.fault("slow", software="xero", seconds=0.5)
    workplace = practice.workplace()
    store = workplace.store
    held = {each.id for each in workplace.held()}
    job = store.jobs.create(plans.refresh(store, "xero", held), "ann")
    before = store.ledger.last()
    resume = Command(practice.config).words("jobs", "resume", job)
    with Process(resume, stderr=subprocess.DEVNULL) as first:
        wait_until(lambda job: job.count(ItemState.DOING) == ITEMS, store, job)
        (lock,) = practice.folder.glob("practice.db.job-*.lock")
        lock.rename(practice.folder / "moved-away")
        second = Command(practice.config).inside("jobs", "resume", job)
        assert first.wait(PATIENCE_S) in (0, 1, 2)
    assert "is already running" not in second.err, "both ran it"
    entries = [entry for entry in store.ledger.entries(after=before) if entry.kind == "refreshed"]
    assert len(entries) == len({entry.organisation_id for entry in entries}) == ITEMS
    assert store.jobs.one(job).count(ItemState.DONE) == ITEMS, "none is skipped as changed by someone else"
    workplace.close()
