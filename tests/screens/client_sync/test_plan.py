"""A plan on the screen: what it says before you confirm it, and that only yes carries it out."""

import asyncio
from datetime import UTC, datetime

from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.screens.base import ActionScreen
from clientsync_tui.screens.client_sync.plan import PlanScreen, confirm_and_run
from tests.support import plans
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


async def test_disconnecting_says_what_stays_and_what_is_hidden(practice: Practice) -> None:
    ids = [practice.sandbox.world.id_of("xero", n) for n in (0, 4)]
    await asyncio.to_thread(practice.add, practice.people[0], ids[:1])
    await asyncio.to_thread(practice.add, practice.people[1], ids[1:])
    app = practice.app()
    async with run_app(app, size=(100, 30)) as pilot:
        store = app.workplace.store
        mine = [each.id for each in app.workplace.held() if each.person.email == practice.people[0]]
        plan = plans.disconnect(store, None, mine)
        assert isinstance(app.screen, ActionScreen)
        confirm_and_run(app.screen, plan, hidden=1)
        await until(pilot, lambda: "Disconnect 2 integrations?" in shown(pilot))
        for says in (
            "The clients stay on the list",
            "1 integration ends in Xero too.",
            "1 integration ends here only",
            "1 selected client is hidden by the filter.",
        ):
            assert says in shown(pilot)
        # Neither the key that opened it nor enter means yes. Enter says that it cancelled.
        await pilot.press("d", "down", "enter")
        await until(pilot, lambda: not isinstance(app.screen, PlanScreen))
        assert [each.message for each in app.notices.log] == ["Cancelled. Nothing was changed."]
        assert len(store.jobs.all()) == 2
        confirm_and_run(app.screen, plan)
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        await pilot.press("y")
        await until(pilot, lambda: "2 done" in shown(pilot) and not app.engine.running)
        assert store.clients.counts(datetime.now(UTC))[Status.DISCONNECTED] == 2
        assert store.clients.total() == 2
        # The integration ended in the app if the sign-in was ours, and only then.
        there = {
            e.organisation_id: e.body["there"] for e in store.ledger.entries() if e.kind == "disconnected"
        }
        assert there == {ids[0]: "ended", ids[1]: "not_ours"}
    app.workplace.close()


async def test_nothing_to_do_can_only_be_closed(practice: Practice) -> None:
    await asyncio.to_thread(practice.add, practice.people[0], [practice.sandbox.world.id_of("xero", 0)])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        store = app.workplace.store
        plan = plans.refresh(store, None, [])
        assert isinstance(app.screen, ActionScreen)
        confirm_and_run(app.screen, plan)
        await until(pilot, lambda: "1 integration can't be refreshed" in shown(pilot))
        assert "Reassign it to yourself" in " ".join(shown(pilot).split())
        await pilot.press("y")
        await until(pilot, lambda: not isinstance(app.screen, PlanScreen))
        assert len(store.jobs.all()) == 1
    app.workplace.close()


async def test_list_and_answers_of_a_plan_are_seen_however_much_there_is_to_say(practice: Practice) -> None:
    app = practice.app()
    reasons = (Reason.UNPAID, Reason.ORGANISATION_CLOSED, Reason.PERMISSION_MISSING, Reason.ACCESS_REMOVED)
    items = [
        PlanItem(Will.CANNOT, f"c{n}", f"Client {n}", "xero", f"o{n}", reason)
        for n, reason in enumerate(reasons)
    ]
    plan = Plan("reconnect", "xero", None, (PlanItem(Will.DO, "c9", "Client 9", "xero", "o9"), *items))
    async with run_app(app, size=(80, 24)) as pilot:
        assert isinstance(app.screen, ActionScreen)
        confirm_and_run(app.screen, plan, lines=[f"Sentence {n}." for n in range(20)])
        await until(pilot, lambda: "4 integrations can't be reconnected. The list says why." in shown(pilot))
        assert "! unpaid" in shown(pilot) and "Reconnect 1 integration (y)    Cancel (n)" in shown(pilot)
        await pilot.resize_terminal(120, 50)
        await until(pilot, lambda: "The client's subscription is not paid. Ask the client." in shown(pilot))
    app.workplace.close()
