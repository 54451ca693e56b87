"""Adding clients with keys alone, from the panel to the job, against the sandbox."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from textual.widgets import Input

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.model import Organisation
from clientsync_tui.sandbox.options import Options
from clientsync_tui.screens.client_sync.add_clients import AddClientsScreen
from clientsync_tui.screens.dialogues.choose import Choose
from clientsync_tui.widgets.select_list import SelectList
from tests.support.network.browser import come_back_as, link_shown
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


async def test_from_the_panel_to_the_clients(practice: Practice) -> None:
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        store = app.workplace.store
        await pilot.press("s")
        await until(pilot, lambda: "not signed in" in shown(pilot))
        await pilot.press("1")
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: "Continue with the 12 organisations" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "12 organisations · 12 new · 0 already added" in shown(pilot))
        # First two of them; the filter hides one when the accounts are created.
        await pilot.press("space", "down", "down", "space", "slash", *"novak", "enter")
        await until(pilot, lambda: "1 shown" in shown(pilot))
        assert "2 selected (2 not shown)" in shown(pilot), shown(pilot)
        await pilot.press("A")
        await until(pilot, lambda: "3 selected (2 not shown)" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Create 3 accounts" in shown(pilot))
        assert store.clients.total() == 0
        await pilot.press("enter")
        await until(pilot, lambda: "3 done" in shown(pilot) and not app.engine.running)
        assert store.clients.total() == 3
        # Going back leads past the selection to the panel. The next time, those three are there.
        await pilot.press("escape")
        await until(pilot, lambda: "3 integrations" in shown(pilot))
        await pilot.press("1")
        await until(pilot, lambda: "9 not on the client list yet, 3 already on it." in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "9 new · 3 already added" in shown(pilot))
        await until(pilot, lambda: "already added as" in shown(pilot))
        await pilot.press("A")
        await until(pilot, lambda: "Create 9 accounts" in shown(pilot))
    app.workplace.close()


async def test_one_consent_after_another(practices: Callable[..., Practice]) -> None:
    practice = practices(Options(organisations=5, limits=False, one_at_a_time=True, softwares=("xero",)))
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("s", "1")
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: "Continue with the 1 organisation (" in shown(pilot))
        for count in (2, 3):
            await pilot.press("W")
            await come_back_as(pilot, practice.people[0])
            await until(pilot, lambda count=count: f"Continue with the {count} organisations" in shown(pilot))
        assert "2 more than before" in " ".join(shown(pilot).split())
        # From the selection too; the selection stays.
        await pilot.press("enter")
        await until(pilot, lambda: "3 new" in shown(pilot))
        await pilot.press("A", "W")
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: "Continue with the 4 organisations" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "4 new" in shown(pilot))
        assert "3 selected" in shown(pilot)
        # A refused consent changes nothing.
        await pilot.press("W")
        await link_shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "Continue with the 4 organisations" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "4 new" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is app.screen.query_one("#create"))
        await pilot.press("enter")
        await until(pilot, lambda: "3 done" in shown(pilot))
        assert app.workplace.store.clients.total() == 3
    app.workplace.close()


async def test_matching_client_is_linked_unless_the_person_says_otherwise(practice: Practice) -> None:
    world = practice.sandbox.world
    first, second = sorted((world.organisation("xero", n) for n in (1, 2)), key=lambda o: o.name)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        store = app.workplace.store
        for id, organisation in (("one", first), ("two", second)):
            # The tax number is known only after details are pulled. It must not link what the user kept apart.
            details = {"tax_number": organisation.tax_number or "missing"}
            body = {"name": organisation.name, "details": details}
            store.ledger.append(NewEntry(Kind.CLIENT_ADDED, "tester", id, body=body))
        await pilot.press("s", "1")
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: "Continue with" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "2 match a client" in shown(pilot))
        # Organisations that link to a client come first.
        assert "(by name)" in shown(pilot)
        await pilot.press("down", "x")
        await until(pilot, lambda: shown(pilot).count("(by name)") == 1)
        # A team created on the spot.
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("n")
        await until(pilot, lambda: app.screen.query(Input))
        await pilot.press(*"North", "enter")
        await until(pilot, lambda: "Team: North" in shown(pilot))
        await pilot.press("g", "v", "down", "enter")
        await until(pilot, lambda: "Create 2 accounts" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "2 done" in shown(pilot) and not app.engine.running)
        await until(
            pilot, lambda: "1 client added, 1 linked to a client you had" in " ".join(shown(pilot).split())
        )
        clients = store.clients.by_id(["one", "two"], datetime.now(UTC))
        assert len(clients["one"].integrations) == 1
        assert clients["one"].team == "North"
        assert not clients["two"].integrations
        assert store.clients.total() == 3
        assert store.clients.teams() == ["North"]
    app.workplace.close()


async def test_several_sign_ins_are_chosen_among(practice: Practice) -> None:
    first, second, third = practice.people[:3]
    await asyncio.to_thread(practice.sign_in, first)
    await asyncio.to_thread(practice.sign_in, second)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("s", "1")
        # The one used last.
        await until(pilot, lambda: f"({second})" in shown(pilot) and "Continue with" in shown(pilot))
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(pilot, lambda: f"({first})" in shown(pilot) and "Continue with the 12" in shown(pilot))
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await come_back_as(pilot, third)
        await until(pilot, lambda: f"({third})" in shown(pilot) and "Continue with" in shown(pilot))
    app.workplace.close()


async def test_when_xero_does_not_answer_it_can_be_asked_again(practice: Practice) -> None:
    await asyncio.to_thread(practice.sign_in, practice.people[0])
    practice.sandbox.fault("unavailable", software="xero")
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("s", "1")
        await until(pilot, lambda: "Try again" in shown(pilot))
        practice.sandbox.fault("clear", software="xero")
        await pilot.press("r")
        await until(pilot, lambda: "Continue with the 12 organisations" in shown(pilot))
    app.workplace.close()


async def test_sign_in_that_is_refused_leads_to_a_new_one(practice: Practice) -> None:
    await asyncio.to_thread(practice.sign_in, practice.people[0])
    practice.sandbox.fault("expire", person=practice.people[0])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("s", "1")
        await link_shown(pilot)
        practice.sandbox.fault("clear")
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: "Continue with the 12 organisations" in shown(pilot))
    app.workplace.close()


async def test_hundred_thousand_organisations(practice: Practice) -> None:
    sign_in = await asyncio.to_thread(practice.sign_in, practice.people[0])
    app = practice.app()
    async with run_app(app, size=(200, 60)) as pilot:
        screen = AddClientsScreen("xero")
        await app.push_screen(screen)
        await until(pilot, lambda: "Continue with the 12" in shown(pilot))
        screen.reach = {f"id-{n}": Organisation(f"id-{n}", f"Organisation {n} Ltd") for n in range(100_000)}
        assert screen.sign_in and screen.sign_in.id == sign_in.id
        await pilot.press("enter")
        # Keys work while the list is being built.
        await pilot.press("question_mark")
        await until(pilot, lambda: "Everywhere" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "100,000 new" in shown(pilot))
        await pilot.press("A")
        await until(pilot, lambda: "Create 100,000 accounts" in shown(pilot))
        await pilot.press("slash", *"99999")
        await until(pilot, lambda: "1 shown" in shown(pilot))
        assert screen.query_one(SelectList).table.hidden_count == 99_999
        # Esc clears the filter first, and the table has the focus again.
        await pilot.press("escape")
        await until(pilot, lambda: "1 shown" not in shown(pilot))
        assert app.focused is screen.query_one(SelectList).table
    app.workplace.close()
