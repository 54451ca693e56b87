"""Bulk actions with a selection of the client list, against a sandbox over HTTP; and jobs that were cut off."""

import asyncio
from pathlib import Path

from clientsync_tui.app.actions import ACTIONS
from clientsync_tui.practice.entries import Kind
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.dialogues.choose import Choice, Choose
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.widgets.options import Options
from tests.store import entries
from tests.support import plans
from tests.support.clients import ANN, add, app_in, signed_in
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


async def test_selected_clients_are_refreshed_as_planned(practice: Practice) -> None:
    await asyncio.to_thread(practice.add, practice.people[0])
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        await until(pilot, lambda: "All 12" in shown(pilot))
        await pilot.press("space", "down", "space", "f")
        await until(pilot, lambda: "Refresh 2 integrations" in shown(pilot))
        await pilot.press("f", "y")
        jobs = app.workplace.store.jobs
        await until(
            pilot, lambda: any(j.kind == "refresh" and j.count(ItemState.DONE) == 2 for j in jobs.all())
        )


async def test_selected_clients_are_disconnected_and_counted(practice: Practice) -> None:
    await asyncio.to_thread(practice.add, practice.people[0])
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        await until(pilot, lambda: "All 12" in shown(pilot))
        await pilot.press("A", "space", "d")
        await until(pilot, lambda: "Disconnect 11 integrations" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: any(j.count(ItemState.DONE) == 11 for j in app.workplace.store.jobs.all()))
        await pilot.press("escape")
        await until(pilot, lambda: "Not connected 11" in shown(pilot))


async def test_reconnect_and_reassign_take_the_chosen_clients_with_them(practice: Practice) -> None:
    await asyncio.to_thread(practice.add, practice.people[0])
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        await until(pilot, lambda: "All 12" in shown(pilot))
        await pilot.press("space", "down", "space")
        for key, name in (("r", "ReconnectScreen"), ("R", "ReassignScreen")):
            await pilot.press(key)
            await until(pilot, lambda name=name: type(app.screen).__name__ == name)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, ClientsScreen))


async def test_apps_to_choose_from_count_what_the_plan_will_do(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    store = app.workplace.store
    for software, refused in (("xero", 3), ("freeagent", 1)):
        store.ledger.append(entries.signed_in(f"{software}:ann"))
        for n in range(refused + 2):
            client, problem = f"{software}{n}", Kind.FOUND_EXPIRED if n < refused else Kind.DISCONNECTED
            store.ledger.append(
                entries.added(client),
                entries.connected(client, client, f"{software}:ann"),
                entries.of_link(problem, client, client, software, reason="sign_in_refused"),
            )
    async with run_app(app, size=(100, 30)) as pilot:
        await until(pilot, lambda: "All 8" in shown(pilot))
        await pilot.press("A", "R")
        await until(pilot, lambda: "Which accounting app?" in shown(pilot))
        assert "3 integrations to reassign" in shown(pilot) and "1 integration to reassign" in shown(pilot)
    app.workplace.close()


async def test_job_that_someone_else_resumes_is_no_longer_offered(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    store = app.workplace.store
    client = add(store, "Abbey Road Bakery", signed_in(store, ANN))
    jobs = [
        store.jobs.create(Plan(kind, "xero", None, (PlanItem(Will.DO, client, "Abbey", "xero", "o1"),)), ANN)
        for kind in ("refresh", "disconnect")
    ]
    async with run_app(app, size=(100, 30)) as pilot:
        await until(pilot, lambda: "2 jobs were interrupted" in shown(pilot))
        store.jobs.claim(jobs[0])
        await until(pilot, lambda: "Disconnect was interrupted with 1 integration left" in shown(pilot))
        store.jobs.claim(jobs[1])
        await until(pilot, lambda: isinstance(app.screen, ClientsScreen))
    app.workplace.close()


async def test_menu_finds_a_sign_in_before_the_list_does(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    store = app.workplace.store
    sign_in = signed_in(store, ANN)
    store.sign_ins.hold(sign_in, app.workplace.holder)
    add(store, "Abbey Road Bakery", sign_in)
    async with run_app(app, size=(100, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ClientsScreen) and app.screen.shown)
        screen = app.screen
        assert isinstance(screen, ClientsScreen)
        # As it is before the facts are read.
        screen.held, screen._facts_due = frozenset(), True
        assert screen.unavailable(ACTIONS["clients.refresh_selected"]) is None
    app.workplace.close()


async def test_job_that_was_cut_off_is_offered_at_the_start(practice: Practice) -> None:
    await asyncio.to_thread(practice.add, practice.people[0])
    workplace = practice.workplace()
    held = frozenset(sign_in.id for sign_in in workplace.held())
    workplace.store.jobs.create(plans.refresh(workplace.store, None, held), "somebody")
    workplace.close()
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        await until(
            pilot, lambda: "Refresh was interrupted with 12 integrations left. Resume it?" in shown(pilot)
        )
        await pilot.press("y")
        await until(
            pilot, lambda: any(j.count(ItemState.DONE) == 12 for j in app.workplace.store.jobs.all()[:1])
        )


async def test_resuming_what_ends_something_asks_first(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    store = app.workplace.store
    client = add(store, "Abbey Road Bakery", signed_in(store, ANN))
    plan = Plan("disconnect", "xero", None, (PlanItem(Will.DO, client, "Abbey", "xero", "o1"),))
    job = store.jobs.create(plan, ANN)
    async with run_app(app, size=(100, 30)) as pilot:
        await until(pilot, lambda: "Disconnect was interrupted with 1 integration left" in shown(pilot))
        await pilot.press("n", "J", "enter", "r")
        await until(pilot, lambda: "Disconnect 1 integration?" in shown(pilot))
        assert f"Job {job} by {ANN}. Disconnect: 1 integration to do." in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobScreen))
        assert store.jobs.one(job).left == 1 and not app.engine.running
    app.workplace.close()


async def test_click_on_a_line_that_cannot_be_chosen_says_why(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "All 0" in shown(pilot))
        app.push_screen(Choose("Which?", [Choice("a", "A"), Choice("b", "B", reason="It is not there.")]))
        await until(pilot, lambda: "Which?" in shown(pilot))
        await pilot.click(Options, offset=(1, 1))
        await until(pilot, lambda: "B: It is not there." in shown(pilot).splitlines()[-2])
        assert isinstance(app.screen, Choose)
    app.workplace.close()
