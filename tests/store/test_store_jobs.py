"""Jobs and their items as rows: claimed by one runner, resumed after a kill, cancelled and retried, with nothing done twice."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.practice.facts import parsed
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.status import Fault, Reason, Why
from clientsync_tui.practice.trouble import SignInRefused, Trouble, UsageError
from clientsync_tui.store.jobs import ItemState, JobState
from clientsync_tui.store.store import Store
from clientsync_tui.sync.jobs import job_words
from clientsync_tui.sync.kinds.add import AddFacts
from tests.store.entries import added, store_in
from tests.support.inside import database_of

ITEMS = 4


def a_plan(*more: PlanItem, items: int = ITEMS) -> Plan:
    doing = [
        PlanItem(Will.DO, f"c{n}", f"Client {n}", "xero", f"o{n}", sign_in=f"s{n % 2}") for n in range(items)
    ]
    return Plan("refresh", "xero", "xero:ann", (*doing, *more))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = store_in(tmp_path)
    yield store
    store.close()


def states(store: Store, job: str) -> list[str]:
    return [str(item.state) for item in store.jobs.items(job)]


RUNNER = """
    import sys
    from pathlib import Path
    from clientsync_tui.practice.trouble import UsageError
    from clientsync_tui.store.store import Store
    jobs, job = Store(Path(sys.argv[1])).jobs, sys.argv[2]
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        jobs.claim(job)
    except UsageError as error:
        print("refused", error, flush=True)
    else:
        print(jobs.take(job, 0), jobs.take(job, 1), flush=True)
    sys.stdin.readline()
"""


def runner(store: Store, job: str) -> "subprocess.Popen[str]":
    """A process that claims the job, starts two items on request, and then waits."""
    command = [sys.executable, "-c", textwrap.dedent(RUNNER), str(store.path), job]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert line(process) == "ready"
    return process


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_plan_becomes_rows(store: Store) -> None:
    job = store.jobs.create(
        a_plan(
            PlanItem(Will.SKIP, "c8", "Skipped [x]", "xero", "o8", Why.ALREADY_ADDED),
            PlanItem(
                Will.CANNOT,
                "c9",
                "Closed",
                "xero",
                "o9",
                Reason.ORGANISATION_CLOSED,
                "It is closed.",
            ),
        ),
        "ann@example.com",
    )
    found = store.jobs.one(job)
    assert (found.state, found.kind, found.by) == (JobState.WAITING, "refresh", "ann@example.com")
    assert found.counts == {ItemState.WAITING: ITEMS, ItemState.SKIPPED: 1, ItemState.FAILED: 1}
    assert (found.total, found.left) == (ITEMS + 2, ITEMS)
    # Items that were never tried have not failed.
    assert (found.failed, found.impossible) == (0, 1)
    assert store.jobs.failures(job) == [(False, "organisation_closed", 1)]
    assert job_words.recap(found) == f"0 integrations done, 1 not possible, 1 skipped, {ITEMS} waiting"
    assert store.jobs.items(job)[-1].says == "It is closed."
    assert store.jobs.reasons(job) == [("failed", "organisation_closed", 1), ("skipped", "already_added", 1)]
    assert [item.n for item in store.jobs.items(job, ItemState.WAITING, after=1, most=1)] == [2]
    assert [unfinished.id for unfinished in store.jobs.unfinished()] == [job]
    with pytest.raises(UsageError, match="no job"):
        store.jobs.one("nonsense")


def test_one_process_runs_a_job_and_after_its_kill_another_resumes_it(store: Store) -> None:
    job = store.jobs.create(a_plan(), "ann")
    process = runner(store, job)
    go(process)
    assert line(process) == "True True"
    assert store.jobs.one(job).state is JobState.RUNNING
    assert store.jobs.unfinished() == [] and not store.jobs.one(job).cut_off
    with pytest.raises(UsageError, match="another window or process"):
        store.jobs.claim(job)
    process.kill()
    process.wait()
    assert store.jobs.one(job).cut_off
    assert [unfinished.id for unfinished in store.jobs.unfinished()] == [job]
    # The store names the items in progress, so that the app is asked before they are done again.
    assert [item.n for item in store.jobs.claim(job)] == [0, 1]
    assert states(store, job) == ["waiting"] * ITEMS
    assert not store.jobs.one(job).cut_off


def test_one_of_two_simultaneous_claims_wins(store: Store) -> None:
    for _ in range(4):
        job = store.jobs.create(a_plan(), "ann")
        processes = [runner(store, job) for _ in range(2)]
        for process in processes:
            go(process)
        said = sorted(line(process) for process in processes)
        assert said[0] == "True True" and said[1].startswith("refused")
        for process in processes:
            process.kill()
            process.wait()


def test_item_is_begun_once(store: Store) -> None:
    job = store.jobs.create(a_plan(), "ann")
    store.jobs.claim(job)
    assert store.jobs.take(job, 0)
    assert not store.jobs.take(job, 0)
    store.jobs.put_back(job, 0)
    assert store.jobs.take(job, 0)
    store.jobs.settle(job, 0, ItemState.DONE)
    store.jobs.put_back(job, 0)
    assert not store.jobs.take(job, 0)
    assert states(store, job)[0] == "done"


def test_item_is_settled_with_its_entries_or_not_at_all(store: Store) -> None:
    job = store.jobs.create(a_plan(), "ann")
    store.jobs.claim(job)
    store.jobs.take(job, 0)
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.ledger.append(added("c0"))
        store.jobs.settle(job, 0, ItemState.DONE)
        raise ZeroDivisionError
    assert states(store, job)[0] == "doing" and store.ledger.last() == 0


def test_cancelled_job_ends_what_waits_and_lets_its_runner_finish(store: Store) -> None:
    job = store.jobs.create(a_plan(), "ann")
    store.jobs.claim(job)
    store.jobs.take(job, 0)
    store.jobs.cancel(job)
    assert states(store, job) == ["doing", "skipped", "skipped", "skipped"]
    assert store.jobs.one(job).state is JobState.RUNNING
    assert not store.jobs.take(job, 1)
    store.jobs.settle(job, 0, ItemState.DONE)
    store.jobs.end(job, JobState.CANCELLED)
    ended = store.jobs.one(job).ended_at
    store.jobs.cancel(job)
    assert store.jobs.one(job).ended_at == ended is not None
    assert store.jobs.reasons(job) == [("skipped", "cancelled", 3)]


def test_job_that_no_one_runs_is_cancelled_at_once(store: Store) -> None:
    job = store.jobs.create(a_plan(), "ann")
    process = runner(store, job)
    go(process)
    line(process)
    process.kill()
    process.wait()
    store.jobs.cancel(job)
    assert states(store, job) == ["skipped"] * ITEMS
    assert store.jobs.one(job).state is JobState.CANCELLED
    assert store.jobs.unfinished() == []


def test_only_failed_items_are_retried_even_after_a_kill_before_the_start(store: Store) -> None:
    closed = PlanItem(Will.CANNOT, "c9", "Closed", "xero", "o9", Reason.ORGANISATION_CLOSED)
    job = store.jobs.create(a_plan(closed), "ann")
    store.jobs.claim(job)
    for n, (state, reason) in enumerate(
        [
            (ItemState.DONE, None),
            (ItemState.FAILED, Fault.LIMIT),
            (ItemState.FAILED, Fault.UNREACHABLE),
            (ItemState.DONE, None),
        ]
    ):
        store.jobs.take(job, n)
        store.jobs.settle(job, n, state, reason, "says")
    store.jobs.end(job, JobState.DONE)
    store.jobs.leave(job)
    assert store.jobs.unfinished() == []
    assert store.jobs.retry(job, ["nothing_of_the_kind"]) == 0
    assert store.jobs.one(job).state is JobState.DONE
    assert store.jobs.retry(job, [Fault.LIMIT]) == 1
    assert states(store, job) == ["done", "waiting", "failed", "done", "failed"]
    assert [unfinished.id for unfinished in store.jobs.unfinished()] == [job]
    assert store.jobs.one(job).ended_at is None
    assert store.jobs.retry(job) == 1
    assert states(store, job) == ["done", "waiting", "waiting", "done", "failed"]
    store.jobs.cancel(job)
    assert store.jobs.retry(job) == 2


def test_waiting_items_of_one_app_are_ended_together(store: Store) -> None:
    other = PlanItem(Will.DO, "c8", "Other", "quickbooks", "o8")
    job = store.jobs.create(a_plan(other, items=2), "ann")
    store.jobs.take(job, 0)
    says = "QuickBooks rejected the app's credentials."
    assert store.jobs.settle_waiting(job, ItemState.FAILED, Why.NO_ACCESS, says, software="quickbooks") == 1
    assert states(store, job) == ["doing", "waiting", "failed"]
    assert store.jobs.settle_waiting(job, ItemState.SKIPPED, Why.CANCELLED, "No.") == 1


def test_paused_job_says_why_until_it_continues(store: Store) -> None:
    job = store.jobs.create(a_plan(), "ann")
    for why, sign_in in ((SignInRefused("Sign in again."), True), (Trouble("The keyring is locked."), False)):
        store.jobs.claim(job)
        assert store.jobs.one(job).paused is None
        store.jobs.end(job, JobState.PAUSED, why)
        store.jobs.leave(job)
        assert store.jobs.one(job).paused == (str(why), sign_in)
        assert [unfinished.id for unfinished in store.jobs.unfinished()] == [job]


def test_newest_jobs_come_first(store: Store) -> None:
    made = [store.jobs.create(a_plan(items=1), "ann") for _ in range(3)]
    assert [job.id for job in store.jobs.all()] == made[::-1]
    assert [job.id for job in store.jobs.all(most=1)] == made[-1:]


def test_names_are_saved_unchanged(store: Store) -> None:
    name = 'Zoë [red]"x"[/] 日本'
    job = store.jobs.create(
        Plan("add", None, None, (PlanItem(Will.DO, "c", name, "xero", "o", facts=AddFacts(team=name)),)),
        "ann",
    )
    item = store.jobs.items(job)[0]
    assert item.name == name and parsed(AddFacts, item.facts) == AddFacts(team=name)


def test_lock_that_is_a_link_is_not_followed(store: Store, tmp_path: Path) -> None:
    job = store.jobs.create(a_plan(), "ann")
    store.jobs.claim(job)
    (lock,) = tmp_path.glob("practice.db.job-*.lock")
    store.jobs.leave(job)
    assert not lock.exists()
    victim = tmp_path / "victim"
    lock.symlink_to(victim)
    with database_of(store).writing() as db:
        db.execute("UPDATE workers SET until = NULL")
    assert store.jobs.one(job).cut_off, "a killed worker's lock, with a link in its place"
    store.jobs.claim(job)
    assert not victim.exists() and not store.jobs.one(job).cut_off


def test_planted_id_does_not_lead_out_of_the_folder(store: Store, tmp_path: Path) -> None:
    job = store.jobs.create(a_plan(), "ann")
    hostile = "x/../../victim"
    with database_of(store).writing() as db:
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE jobs SET id = ? WHERE id = ?", (hostile, job))
        db.execute("UPDATE items SET job = ? WHERE job = ?", (hostile, job))
    store.jobs.claim(hostile)
    assert len(list(tmp_path.glob("practice.db.job-*.lock"))) == 1
    store.jobs.leave(hostile)


def test_job_that_another_process_runs_is_not_retried_and_its_lock_goes_with_it(store: Store) -> None:
    process = runner(store, job := store.jobs.create(a_plan(), "ann"))
    go(process)
    assert line(process) == "True True"
    with pytest.raises(UsageError, match="Wait until it has ended, then retry what failed"):
        store.jobs.retry(job)
    process.kill()
    process.wait()
    store.jobs.cancel(job)
    assert not list(store.path.parent.glob("practice.db.job-*")), "what the kill left behind is gone"
    assert store.jobs.retry(job) == ITEMS
