"""Reconnecting after a colleague left, and reassigning from her, with keys alone against the sandbox."""

from datetime import UTC, datetime

from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.plan import Will
from clientsync_tui.practice.status import Status
from clientsync_tui.screens.client_sync.plan import PlanScreen
from clientsync_tui.screens.client_sync.reconnect import ReconnectScreen
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.store.jobs import ItemState
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.support import plans
from tests.support.network.browser import come_back_as
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


def today() -> datetime:
    return datetime.now(UTC)


def leave(practice: Practice, email: str) -> None:
    """Ends the person's sign-in, lets a check find that out, and removes it from this machine."""
    practice.sandbox.fault("expire", person=email)

    async def check(workplace: Workplace, session: Session) -> None:
        held: list[SignIn] = workplace.held()
        plan = plans.check(workplace.store, "xero", {each.id for each in held})
        await Runner(session, workplace.store.jobs.create(plan, "tester")).run()
        for each in held:
            workplace.store.sign_ins.let_go(each.id, workplace.holder)

    practice.do(check)


async def test_reconnect_all_after_a_colleague_left(practice: Practice) -> None:
    left, stays = practice.people[0], practice.people[1]
    practice.add(left)
    leave(practice, left)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        store = app.workplace.store
        await pilot.press("s")
        await until(pilot, lambda: "12 expired" in shown(pilot))
        # The number promised is the number tried.
        promised = plans.reconnect(store, "xero", None, None).count(Will.DO)
        assert f"Reconnect all will refresh the integration for {promised} expired clients." in shown(pilot)
        await pilot.press("2")
        await come_back_as(pilot, stays)
        await until(pilot, lambda: "Continue with the 9 organisations" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "9 integrations will be reconnected" in shown(pilot))
        cannot = "3 integrations can't be reconnected. Your sign-in does not reach"
        await until(pilot, lambda: cannot in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and not app.engine.running)
        await until(pilot, lambda: "9 done" in shown(pilot))
        job = store.jobs.all()[0]
        assert (job.count(ItemState.DONE), job.count(ItemState.FAILED)) == (9, 3)
        assert store.clients.counts(today())[Status.CONNECTED] == 9
        # Going back leads to the panel, which counts again. It does not promise the rest to other people.
        await pilot.press("escape")
        await until(pilot, lambda: "3 expired" in shown(pilot))
    app.workplace.close()


async def test_nothing_to_reconnect_asks_no_one_to_sign_in(practice: Practice) -> None:
    practice.add(practice.people[0])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("s", "2")
        await until(pilot, lambda: "No integration is known to be expired or broken" in shown(pilot))
        assert isinstance(app.screen, ReconnectScreen)
        await pilot.press("y", "escape")
        await until(pilot, lambda: "Client Sync" in shown(pilot).splitlines()[0])
        assert len(app.workplace.store.jobs.all()) == 1
    app.workplace.close()


async def test_colleagues_clients_are_reassigned(practice: Practice) -> None:
    colleague, me = practice.people[0], practice.people[1]
    practice.add(colleague)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        store = app.workplace.store
        await pilot.press("s", "3")
        await until(pilot, lambda: "Continue with the 12" in shown(pilot))
        await pilot.press("l")
        await come_back_as(pilot, me)
        await until(pilot, lambda: "Continue with the 9" in shown(pilot))
        assert "You reach 9 of the 12 organisations that others integrated." in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "12 integrations · 9 that you have access to" in shown(pilot))
        assert shown(pilot).count("no access") == 3
        # By the person who integrated them.
        await pilot.press("b", "down", "enter")
        await until(pilot, lambda: f"Integrated by: {colleague}" in shown(pilot))
        await pilot.press("A")
        await until(pilot, lambda: "9 selected" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        assert "Reassign 9 integrations?" in shown(pilot)
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, PlanScreen))
        assert len(store.jobs.all()) == 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        # A colleague can take it over again, so the action has the focus.
        await pilot.press("enter")
        await until(pilot, lambda: "9 done" in shown(pilot))
        by = [link.integrated_by.email for _, link in store.clients.integrations("xero", today())]
        assert (by.count(me), by.count(colleague)) == (9, 3)
    app.workplace.close()
