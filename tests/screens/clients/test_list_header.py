"""The lines above the client list: the practice's health beside the tabs, and the progress of running jobs."""

from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.store.jobs import ItemState, JobState
from tests.support.clients import ANN, add, app_in, found, signed_in, workplace_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until


async def test_health_of_the_practice_is_beside_the_tabs_and_readable_without_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    workplace = workplace_in(tmp_path)
    ann = signed_in(workplace.store, ANN)
    clients = [add(workplace.store, f"Client {n}", ann) for n in range(10)]
    for client in clients[:3]:
        found(workplace.store, client, Kind.FOUND_EXPIRED, "sign_in_refused")
    found(workplace.store, clients[3], Kind.FOUND_BROKEN, "access_removed")
    workplace.close()
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 36)) as pilot:
        await until(pilot, lambda: "All 10" in shown(pilot))
        assert shown(pilot).splitlines()[1].rstrip().endswith("▕███████████████▒▒▒▒▒▒▒░░▏")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "▏" not in shown(pilot))
    app.workplace.close()


async def test_header_shows_running_jobs_and_their_progress(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store = workplace.store
    ann = signed_in(store, ANN)
    clients = [add(store, f"Client {n}", ann) for n in range(4)]
    items = [PlanItem(Will.DO, client, "", "xero", "o" + client[1:]) for client in clients]
    job = store.jobs.create(Plan("check", "xero", ann, tuple(items)), ANN)
    store.jobs.claim(job)
    store.jobs.take(job, 0)
    store.jobs.settle(job, 0, ItemState.DONE)
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 36)) as pilot:
        header = lambda: shown(pilot).splitlines()[0]  # noqa: E731
        await until(pilot, lambda: "1 job running 25 % ██░░░░░░░░" in header())
        assert "Tester & Co · Clients" in header()
        for n in range(1, 4):
            store.jobs.take(job, n)
            store.jobs.settle(job, n, ItemState.FAILED, "access_removed", "No.")
        found(store, clients[1], Kind.FOUND_BROKEN, "access_removed")
        await until(
            pilot, lambda: "1 job running 100 %" in header() and "! broken: access removed" in shown(pilot)
        )
        store.jobs.end(job, JobState.DONE)
        await until(pilot, lambda: "running" not in header())
    app.workplace.close()
    workplace.close()


async def test_job_whose_process_was_killed_leaves_the_header(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    store = workplace.store
    ann = signed_in(store, ANN)
    client = add(store, "Abbey Ltd", ann)
    job = store.jobs.create(Plan("check", "xero", ann, (PlanItem(Will.DO, client, "", "xero", "o1"),)), ANN)
    store.jobs.claim(job)
    app = app_in(tmp_path)
    async with run_app(app, size=(120, 36)) as pilot:
        await until(pilot, lambda: "1 job running 0 %" in shown(pilot).splitlines()[0])
        # As after a kill: the lock is free, and nothing was written.
        store.jobs.leave(job)
        await until(pilot, lambda: "running" not in shown(pilot).splitlines()[0])
    app.workplace.close()
    workplace.close()


def eleven_of_twelve_expired(folder: Path) -> None:
    workplace = workplace_in(folder)
    ann = signed_in(workplace.store, ANN)
    for n in range(12):
        client = add(workplace.store, f"Client {n}", ann)
        if n:
            found(workplace.store, client, Kind.FOUND_EXPIRED, "sign_in_refused")
    workplace.close()


async def test_filter_is_visible_while_typed_however_long_the_words_beside_it(tmp_path: Path) -> None:
    eleven_of_twelve_expired(tmp_path)
    app = app_in(tmp_path)
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "All 12" in shown(pilot))
        await pilot.press("space", "4", "right", "slash", *"client")
        await until(pilot, lambda: " client   " in shown(pilot))
        assert "11 of 12 clients · 1 selected (1 not shown)" in shown(pilot)
        await pilot.press("escape", "slash", *"statsu:x")
        # A mistake is shown in full if there is room below.
        await until(pilot, lambda: "put them in quotes." in " ".join(shown(pilot).split()))
    app.workplace.close()


@pytest.mark.parametrize(
    "width, line",
    [
        (80, "11 of 12 clients · 1 selected (1 not shown) · 11 expired integrations to fix"),
        (70, "11 of 12 clients · 1 selected (1 not shown) · 11 to fix"),
        (50, "11 of 12 clients · 1 selected (1 not shown)"),
        (40, "11 of 12 · 1 selected (1 not shown)"),
    ],
)
async def test_counts_take_fewer_words_on_a_narrow_screen(tmp_path: Path, width: int, line: str) -> None:
    eleven_of_twelve_expired(tmp_path)
    app = app_in(tmp_path)
    async with run_app(app, size=(width, 24)) as pilot:
        await until(pilot, lambda: "12 clients" in shown(pilot))
        await pilot.press("space", "4")
        await until(pilot, lambda: line in map(str.strip, shown(pilot).splitlines()))
    app.workplace.close()
