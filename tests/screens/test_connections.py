"""One client's Connections on the screen, against a sandbox over HTTP."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from textual.events import Paste
from textual.widgets import Input

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.model import Client, Integration, Settings
from clientsync_tui.practice.status import Reason, Status
from clientsync_tui.sandbox.options import Options
from clientsync_tui.screens.connections.connections import ConnectionsScreen
from clientsync_tui.screens.jobs.job import JobScreen
from clientsync_tui.sync.words import next_step
from clientsync_tui.widgets.select_list import SelectList
from tests.support.network.browser import come_back_as
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


def first_client(app: ClientSyncApp) -> Client:
    """The current state of the first client on the list."""
    return app.workplace.store.clients.integrations(None, datetime.now(UTC))[0][0]


def link(app: ClientSyncApp) -> Integration:
    return first_client(app).integrations[0]


def kinds(app: ClientSyncApp) -> list[Kind]:
    return [entry.kind for entry in app.workplace.store.ledger.entries(client=first_client(app).id)]


def notices_of(app: ClientSyncApp) -> str:
    """The text of the notices."""
    return "\n".join(notice.message for notice in app.notices.log)


async def test_connections_show_facts_menu_and_lists(practice: Practice) -> None:
    practice.add(practice.people[0])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        app.open("connections", client=first_client(app).id)
        await until(pilot, lambda: "Integrated by Amelia Ferreira" in " ".join(shown(pilot).split()))
        assert f"Organisation id {link(app).organisation_id}" in " ".join(shown(pilot).split())
        assert "Suppliers: " in shown(pilot)
        # Scrolling reaches everything.
        await pilot.press("tab", "end")
        await until(pilot, lambda: "Short code" in shown(pilot))
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: "Manage" in shown(pilot))
        assert "It is connected and working." in shown(pilot)
        await pilot.press("t")
        await until(pilot, lambda: "Chart of accounts" in shown(pilot) and "18 records" in shown(pilot))
        await pilot.press("slash", *"insurance")
        await until(pilot, lambda: "1 shown" in shown(pilot))
        assert "433" in shown(pilot)
        app.screen.query_one(Input).post_message(Paste("x" * 20_000))
        await until(pilot, lambda: "20,000 characters are more than a field takes" in shown(pilot))
        await pilot.press("escape", "t", "2")
        await until(pilot, lambda: "Tax rates ·" in shown(pilot) and "4 records" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
    app.workplace.close()


async def test_settings_are_saved_in_the_ledger_and_take_effect(practice: Practice) -> None:
    practice.add(practice.people[0])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        app.open("connections", client=first_client(app).id)
        await until(pilot, lambda: "only when you ask" in shown(pilot))
        # Turns off the chart of accounts. An impossible number of days is refused.
        await pilot.press("e", "space", "tab", "tab", "tab", "tab", "9", "9", "9", "enter")
        await until(pilot, lambda: "from 0 to 365" in shown(pilot))
        await pilot.press("home", "delete", "tab", "tab", *"ask Ann", "enter")
        await until(pilot, lambda: link(app).settings.note == "ask Ann")
        assert link(app).settings == Settings(("tax_rates", "tracking", "suppliers"), 99, True, "ask Ann")
        await until(pilot, lambda: "automatically every 99 days" in shown(pilot))
        # Saving them unchanged adds no entry.
        await pilot.press("e", "y")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
        assert kinds(app).count(Kind.SETTINGS_CHANGED) == 1
        await pilot.press("f")
        await until(pilot, lambda: Kind.REFRESHED in kinds(app))
        refreshed = list(app.workplace.store.ledger.entries(client=first_client(app).id))[-1]
        assert set(refreshed.body["lists"]) == {"tax_rates", "tracking", "suppliers"}
        await until(pilot, lambda: "1 integration done" in notices_of(app))
    app.workplace.close()


async def test_settings_that_cannot_be_saved_stay_as_they_were_entered(practice: Practice) -> None:
    practice.add(practice.people[0])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        app.open("connections", client=first_client(app).id)
        await until(pilot, lambda: "only when you ask" in shown(pilot))
        await pilot.press("e", "tab", "tab", "tab", "tab", "tab", "tab", *"ask Ann")
        # A newer program has upgraded the file meanwhile, so this one no longer writes.
        with closing(sqlite3.connect(practice.folder / "practice.db")) as newer:
            version = newer.execute("PRAGMA user_version").fetchone()[0]
            newer.execute(f"PRAGMA user_version = {version + 1}")
        await pilot.press("enter")
        await until(pilot, lambda: "newer" in shown(pilot))
        assert app.screen.query_one("#note", Input).value == "ask Ann"
    app.workplace.close()


async def test_disconnect_asks_once_and_the_client_stays(practice: Practice) -> None:
    me = practice.people[0]
    practice.add(me)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        client = first_client(app)
        app.open("connections", client=client.id)
        await until(pilot, lambda: "● connected" in shown(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "The client stays on the list" in shown(pilot))
        # The key that opened it never confirms it, and Cancel has the focus.
        await pilot.press("d", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
        assert link(app).problem is None
        await pilot.press("d")
        await until(pilot, lambda: "(y)" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and "1 done" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "○ disconnected" in shown(pilot))
        assert "You or a colleague disconnected it." in shown(pilot)
        assert first_client(app).id == client.id
        await pilot.press("d")
        await until(pilot, lambda: "It is already disconnected." in notices_of(app))
    app.workplace.close()


async def test_problem_is_reported_with_the_next_step(practice: Practice) -> None:
    practice.add(practice.people[0])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        organisation = link(app).organisation_id
        app.open("connections", client=first_client(app).id)
        await until(pilot, lambda: "● connected" in shown(pilot))
        practice.sandbox.fault("unavailable", organisation=organisation)
        await pilot.press("f")
        # A passing fault changes no status.
        await until(pilot, lambda: "not checked since" in shown(pilot))
        assert link(app).standing.status is Status.CONNECTED
        practice.sandbox.fault("clear")
        practice.sandbox.fault("close", organisation=organisation)
        await pilot.press("f")
        await until(pilot, lambda: "! broken: organisation closed" in shown(pilot))
        await until(pilot, lambda: "Ask the client." in shown(pilot))
        assert link(app).problem is Reason.ORGANISATION_CLOSED
        await pilot.press("r")
        await until(pilot, lambda: "no sign-in can fix it" in notices_of(app))
    app.workplace.close()


async def test_expired_integration_is_reconnected(practice: Practice) -> None:
    me = practice.people[0]
    practice.add(me)
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        app.open("connections", client=first_client(app).id)
        await until(pilot, lambda: "● connected" in shown(pilot))
        practice.sandbox.fault("expire", person=me)
        await pilot.press("f")
        await until(pilot, lambda: "✗ expired: sign-in refused" in shown(pilot))
        await pilot.press("r")
        await come_back_as(pilot, me)
        await until(pilot, lambda: "Continue with the 12 organisations" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "1 integration will be reconnected" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, JobScreen) and "1 done" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "● connected" in shown(pilot))
        assert Kind.RECONNECTED in kinds(app)
    app.workplace.close()


async def test_another_organisation(practice: Practice) -> None:
    me, world = practice.people[0], practice.sandbox.world
    ids = [world.id_of("xero", place) for place in range(4)]
    practice.add(me, ids[:2])
    practice.sign_in(me, ids[2:])
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        client, before = first_client(app), link(app)
        app.open("connections", client=client.id)
        await until(pilot, lambda: "● connected" in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: "Continue with the 4 organisations" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "2 of 4 organisations belong to no client yet" in shown(pilot))
        # One that belongs to a client can't be chosen.
        await pilot.press("slash", *before.organisation_name.split()[0].lower(), "enter", "enter")
        await until(pilot, lambda: "It is already added as" in notices_of(app))
        await pilot.press("escape")
        chosen = next(
            each
            for each in ids[2:]
            if world.organisation("xero", ids.index(each)).name.strip() in shown(pilot)
        )
        await pilot.press(
            "slash", *world.organisation("xero", ids.index(chosen)).name.split()[0].lower(), "enter", "enter"
        )
        await until(pilot, lambda: "Move" in shown(pilot) and "(y)" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen) and chosen in shown(pilot))
        after = first_client(app)
        assert after.id == client.id
        assert after.integrations[0].organisation_id == chosen
        assert after.details["short_code"] == world.organisation("xero", ids.index(chosen)).short_code
        assert kinds(app)[-3:-1] == [Kind.ORGANISATION_CHANGED, Kind.REFRESHED]
        # Its former organisation is free again.
        assert before.organisation_id not in app.workplace.store.clients.integrated("xero")
        await pilot.press("h")
        await until(pilot, lambda: "moved to another organisation" in shown(pilot))
    app.workplace.close()


async def test_address_of_the_page_in_the_app_is_shown_whole(practice: Practice) -> None:
    practice.add(practice.people[0])
    app = practice.app()
    async with run_app(app, size=(120, 30)) as pilot:
        app.open("connections", client=first_client(app).id)
        await until(pilot, lambda: "● connected" in shown(pilot))
        await pilot.press("b")
        address = app.workplace.software("xero").link("", first_client(app).details)
        await until(pilot, lambda: str(address) in shown(pilot).splitlines())
        await until(pilot, lambda: "Copied to your terminal's clipboard" in shown(pilot))
        assert app.clipboard == address
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen))
    app.workplace.close()


async def test_client_without_an_integration(practice: Practice) -> None:
    app = practice.app()
    app.workplace.store.ledger.append(
        NewEntry(Kind.CLIENT_ADDED, "me", "c1", body={"name": "[red]x[/] Ltd", "details": {}, "team": None})
    )
    async with run_app(app, size=(40, 10)) as pilot:
        app.open("connections", client="c1")
        await until(pilot, lambda: "Not connected." in shown(pilot))
        assert "[red]x[/] Ltd" in shown(pilot)
        await pilot.press("f")
        await until(pilot, lambda: "Refresh: This client has no integration." in notices_of(app))
    app.workplace.close()


async def test_client_moves_to_another_software(practices: Callable[..., Practice]) -> None:
    practice = practices(Options(organisations=4, limits=False, softwares=("freeagent", "xero")))
    practice.keep_secrets()
    me, world = practice.people[0], practice.sandbox.world
    practice.add(me, [world.id_of("xero", 0)])
    practice.sign_in(me, software="freeagent")
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        client = first_client(app)
        app.open("connections", client=client.id)
        await until(pilot, lambda: "● connected" in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: "Where are the client's books now?" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Continue with the 4 companies" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "4 of 4 companies belong to no client yet" in shown(pilot))
        # The cursor starts at the company with the same name, which is not the first.
        shown_list = app.screen.query_one(SelectList)
        assert shown_list.table.cursor_id != shown_list.rows.order()[0]
        await pilot.press("enter")
        await until(pilot, lambda: f"Move {client.name} to {client.name}?" in shown(pilot))
        # It first says what is lost; until then nothing changes.
        await until(pilot, lambda: "The integration with Xero ends there too." in shown(pilot))
        assert len(first_client(app).integrations) == 1
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, ConnectionsScreen) and "FreeAgent" in shown(pilot))
        links = {link.software: link.standing.status for link in first_client(app).integrations}
        assert links == {"xero": "disconnected", "freeagent": "connected"}
        assert first_client(app).id == client.id
        # No work is planned for the former one.
        (former,) = [each for each in first_client(app).integrations if each.software == "xero"]
        assert (
            next_step(former, first_client(app))
            == f"The client is connected to {client.name} instead. Nothing to do here."
        )
        await until(pilot, lambda: "Nothing to do here" in shown(pilot))
        # One history covers both.
        apps = [entry.software for entry in app.workplace.store.ledger.entries(client=client.id)]
        assert {"xero", "freeagent"} <= set(apps)
    app.workplace.close()
