"""Bulk jobs on the screen, run against a sandbox over HTTP: watched, left, cancelled, interrupted, resumed, retried."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.status import Why
from clientsync_tui.sandbox.config import free_ports
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import running
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.screens.jobs.jobs import JobsScreen
from clientsync_tui.store.jobs import ItemState, Job, JobState
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.widgets.select_table.table import SelectTable
from clientsync_tui.workplace import Workplace
from tests.support import plans
from tests.support.network.browser import come_back_as
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until
from tests.support.process import Process

__all__ = ["practice", "practices"]

SLOW_S = 0.5
"""How long each call takes if a test must act before the job ends. After that, the test makes calls fast."""


def planned(practice: Practice, email: str) -> str:
    """A job that adds every organisation this person reaches, and has not started."""
    sign_in = practice.sign_in(email)

    async def work(workplace: Workplace, session: Session) -> str:
        reach = await session.reach(sign_in)
        plan = plans.add(workplace.store, "xero", sign_in, reach, list(reach))
        return workplace.store.jobs.create(plan, email)

    return practice.do(work)


def notices_of(app: ClientSyncApp) -> str:
    """The text of the notices."""
    return "\n".join(notice.message for notice in app.notices.log)


def now(app: ClientSyncApp, job: str) -> Job:
    return app.workplace.store.jobs.one(job)


def connected(app: ClientSyncApp) -> list[str]:
    """The organisations that were connected, in the order of the ledger: one twice is one too many."""
    entries = app.workplace.store.ledger.entries()
    return [str(e.organisation_id) for e in entries if e.kind is Kind.INTEGRATION_CONNECTED]


@contextmanager
def elsewhere(practice: Practice, job: str) -> Iterator[Process]:
    """Another process that continues the job."""
    words = ["--config", str(practice.config), "jobs", "resume", job]
    with Process(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


async def still(process: Process, app: ClientSyncApp) -> None:
    """Stops the process in the middle of its work, alive, but not while it writes, because then no one else could."""
    while True:
        os.kill(process.pid, signal.SIGSTOP)
        with closing(sqlite3.connect(app.workplace.store.path, timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                os.kill(process.pid, signal.SIGCONT)
        await asyncio.sleep(0.001)


async def test_left_running_and_come_back_to(practice: Practice) -> None:
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        job = planned(practice, practice.people[0])
        practice.sandbox.fault("slow", seconds=3 * SLOW_S)
        app.run_job(job)
        await until(pilot, lambda: "Add clients · Xero · running" in shown(pilot))
        assert "not now: It is running here" not in shown(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "It is running here" in notices_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, JobScreen))
        assert now(app, job).state is JobState.RUNNING
        practice.sandbox.fault("clear")
        await until(pilot, lambda: "12 clients done" in notices_of(app))
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and "Add clients" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "12 of 12" in shown(pilot))
        assert "Add clients · Xero · done" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Business settings › Connections" in shown(pilot))
    app.workplace.close()


async def test_failures_come_first_by_reason_and_are_retried(practice: Practice) -> None:
    world = practice.sandbox.world
    closed, sick = world.id_of("xero", 10), world.id_of("xero", 11)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        job = planned(practice, practice.people[0])
        practice.sandbox.fault("close", organisation=closed)
        practice.sandbox.fault("unavailable", organisation=sick)
        app.run_job(job)
        await until(pilot, lambda: "2 failed" in shown(pilot) and now(app, job).state is JobState.DONE)
        closed_words = "1 × organisation closed: The organisation is closed. Ask the client."
        await until(pilot, lambda: closed_words in shown(pilot))
        text = shown(pilot)
        assert "1 × server error" in text
        first = text.splitlines().index(next(line for line in text.splitlines() if line.startswith("State")))
        assert all("failed" in line for line in text.splitlines()[first + 1 : first + 3])
        # The row under the cursor is shown in full.
        assert "The organisation is closed or inactive in Xero." in text
        table = app.screen.query_one(SelectTable)
        await pilot.press("O")
        await until(pilot, lambda: table.row_count == 2)
        assert "✓ done" not in shown(pilot) and "O All items" in shown(pilot)
        await pilot.press("O")
        await until(pilot, lambda: table.row_count == 12)
        practice.sandbox.fault("clear")
        # Retries only items that failed for one reason.
        await until(pilot, lambda: job not in app.engine.running)
        await pilot.press("F")
        await until(
            pilot, lambda: "Retry failed and cancelled" in shown(pilot) and "All 2 clients" in shown(pilot)
        )
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: "1 failed" in shown(pilot) and "F Retry" in shown(pilot))
        await pilot.press("F")
        await until(pilot, lambda: "12 done" in shown(pilot) and "0 failed" in shown(pilot))
        assert len(connected(app)) == len(set(connected(app))) == 12
        await until(pilot, lambda: job not in app.engine.running)
        await pilot.press("F")
        await until(pilot, lambda: "No failed or cancelled items can be retried." in notices_of(app))
    app.workplace.close()


async def test_cancelled_what_is_done_stays_done(practices: Callable[..., Practice]) -> None:
    practice = practices(Options(organisations=100, limits=False))
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        job = planned(practice, practice.people[0])
        practice.sandbox.fault("slow", seconds=SLOW_S)
        app.run_job(job)
        await until(pilot, lambda: now(app, job).count(ItemState.DOING))
        await pilot.press("S")
        await until(pilot, lambda: "The rest is cancelled" in shown(pilot))
        await pilot.press("S", "y")
        await until(pilot, lambda: "in progress will be finished first" in notices_of(app))
        await until(pilot, lambda: now(app, job).state is JobState.CANCELLED)
        done = now(app, job).count(ItemState.DONE)
        assert 0 < done < 100
        assert len(connected(app)) == done
        await until(pilot, lambda: "cancelled" in shown(pilot) and f"{100 - done} skipped" in shown(pilot))
        practice.sandbox.fault("clear")
        # The opposite action is just as close.
        await until(pilot, lambda: job not in app.engine.running)
        await pilot.press("F")
        await until(pilot, lambda: "100 done" in shown(pilot))
        assert len(connected(app)) == len(set(connected(app))) == 100
    app.workplace.close()


async def test_watched_from_another_window_cut_off_and_resumed(practices: Callable[..., Practice]) -> None:
    practice = practices(Options(organisations=40, limits=False))
    job = planned(practice, practice.people[0])
    practice.sandbox.fault("slow", seconds=SLOW_S)
    app = practice.app()
    with elsewhere(practice, job) as process:
        while not now(app, job).count(ItemState.DONE):
            assert process.poll() is None
            await asyncio.sleep(0.01)
        await still(process, app)
        async with run_app(app, size=(80, 24)) as pilot:
            app.open("job", job=job)
            await until(pilot, lambda: re.search(r"[1-9]\d* done", shown(pilot)))
            assert "running" in shown(pilot) and "in progress" in shown(pilot)
            await pilot.press("ctrl+c")
            await until(pilot, lambda: "Press S to cancel this job." in notices_of(app))
            await pilot.press("r")
            await until(pilot, lambda: "It is running in another window" in notices_of(app))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            await until(pilot, lambda: "Add clients · Xero · interrupted" in shown(pilot))
            assert 0 < now(app, job).left < 40
            assert "nothing is done twice" in shown(pilot)
            practice.sandbox.fault("clear")
            await pilot.press("r")
            await until(pilot, lambda: "40 done" in shown(pilot) and "0 waiting" in shown(pilot))
            assert len(connected(app)) == len(set(connected(app))) == 40
    app.workplace.close()


async def test_software_is_gone_for_a_while(practices: Callable[..., Practice], tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    practice = practices(Options(port=free_ports(1)[0], organisations=30, limits=False, state=state))
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        job = planned(practice, practice.people[0])
        practice.sandbox.fault("slow", seconds=SLOW_S)
        app.run_job(job)
        await until(pilot, lambda: now(app, job).count(ItemState.DONE))
        practice.sandbox.stop()
        await until(pilot, lambda: not now(app, job).left)
        await until(pilot, lambda: "× unreachable" in shown(pilot))
        await until(pilot, lambda: job not in app.engine.running)
        again = running(
            Options(
                port=urlsplit(practice.sandbox.url).port or 0, organisations=30, limits=False, state=state
            )
        )
        again.fault("clear")
        try:
            await pilot.press("F")
            await until(pilot, lambda: "30 done" in shown(pilot) and "0 failed" in shown(pilot))
        finally:
            again.stop()
        assert len(connected(app)) == len(set(connected(app))) == 30
    app.workplace.close()


async def test_storm_of_limits_is_shown_and_waited_out(practice: Practice) -> None:
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        job = planned(practice, practice.people[0])
        practice.sandbox.fault("limit", times=12, seconds=2)
        app.run_job(job)
        await until(pilot, lambda: re.search(r"\d+\s+waiting\s+for\s+the\s+limit", shown(pilot)))
        await until(pilot, lambda: "12 done" in shown(pilot) and "for the limit" not in shown(pilot))
        assert now(app, job).count(ItemState.FAILED) == 0
    app.workplace.close()


async def test_refused_sign_in_pauses_and_signing_in_resumes(practice: Practice) -> None:
    me, other = practice.people[:2]
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        job = planned(practice, me)
        practice.sandbox.fault("expire", person=me)
        app.run_job(job)
        await until(
            pilot, lambda: "paused" in shown(pilot) and "Sign in again. Press r to sign in" in shown(pilot)
        )
        assert now(app, job).left == 12
        practice.sandbox.fault("clear")
        # Someone else's sign-in is not the one that the job was planned with.
        await pilot.press("r")
        await come_back_as(pilot, other)
        await until(pilot, lambda: f"runs as {me}" in notices_of(app))
        assert now(app, job).left == 12
        await pilot.press("r")
        await come_back_as(pilot, me)
        await until(pilot, lambda: "12 done" in shown(pilot))
    app.workplace.close()


async def test_hundred_thousand_items(practice: Practice) -> None:
    app = practice.app()
    items = tuple(PlanItem(Will.DO, f"c{n}", f"Client {n}", "xero", f"o{n}") for n in range(100_000))
    job = app.workplace.store.jobs.create(Plan("check", None, None, items), "me")
    app.workplace.store.jobs.settle(job, 99_999, ItemState.FAILED, "access_removed", "Gone.")
    async with run_app(app, size=(40, 10)) as pilot:
        app.open("job", job=job)
        await until(pilot, lambda: "1 × access removed" in shown(pilot))
        assert "✗ failed" in shown(pilot)
        await pilot.press("G")
        await until(pilot, lambda: "Client 99998" in shown(pilot))
    app.workplace.close()


async def test_app_that_rejects_its_credentials_is_named_above_the_clients(practice: Practice) -> None:
    job = planned(practice, practice.people[0])
    app = practice.app()
    says = "Xero rejected the app's credentials (invalid_client). Check the client id and secret: `clientsync setup xero`."
    app.workplace.store.jobs.settle_waiting(job, ItemState.FAILED, Why.APP_REJECTED, says)
    app.workplace.store.jobs.end(job, JobState.DONE)
    async with run_app(app, size=(120, 30)) as pilot:
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await pilot.press("enter")
        await until(pilot, lambda: f"12 × app credentials rejected: {says}" in " ".join(shown(pilot).split()))
        assert "no access" not in shown(pilot)
    app.workplace.close()
