"""A job has one runner, whoever asks and from wherever: its lock says so, not a process number."""

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.store.jobs import JobState
from tests.support import plans
from tests.support.command import PATIENCE_S, Command
from tests.support.practice import Practice, practice, practices

pytestmark = pytest.mark.long

__all__ = ["practice", "practices"]

ITEMS = 21
NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc")
"""A process that sees no other: as a colleague's under hidepid, or one in another container."""


def is_allowed(words: Sequence[str]) -> bool:
    return (
        shutil.which(words[0]) is not None
        and subprocess.run([*words, "true"], capture_output=True).returncode == 0
    )


@pytest.mark.parametrize("apart", [(), NAMESPACE], ids=["beside", "another PID namespace"])
def test_job_run_by_two_processes_is_done_once(
    practices: Callable[[Options], Practice], apart: tuple[str, ...]
) -> None:
    if apart and not is_allowed(apart):
        pytest.skip("no PID namespace can be made here")
    practice = practices(Options(organisations=ITEMS, limits=False, softwares=("xero",), latency_s=0.3))
    practice.add(practice.people[0])
    workplace = practice.workplace()
    store = workplace.store
    held = {each.id for each in workplace.held()}
    job = store.jobs.create(plans.refresh(store, "xero", held), "ann")
    before = store.ledger.last()
    resume = Command(practice.config).line("jobs", "resume", job)
    with subprocess.Popen([*apart, *resume], stderr=subprocess.DEVNULL) as first:
        end = time.monotonic() + PATIENCE_S
        while store.jobs.one(job).state is not JobState.RUNNING and time.monotonic() < end:
            time.sleep(0.01)
        found = store.jobs.one(job)
        assert found.state is JobState.RUNNING and not found.cut_off
        assert store.jobs.unfinished() == []
        second = Command(practice.config).inside("jobs", "resume", job)
        assert (second.code, f"Job {job} is already running in another window" in second.err) == (2, True), (
            second
        )
        assert first.wait(PATIENCE_S) == 0
    entries = store.ledger.entries(after=before)
    assert sum(entry.kind == "refreshed" for entry in entries) == ITEMS
    workplace.close()
