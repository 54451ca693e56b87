"""Shows where you are, and how to get back to the client list."""

from pathlib import Path

import pytest
from textual.dom import DOMNode

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.clients.triage import TriageTabs
from clientsync_tui.widgets.key_bar import KeyBar
from tests.support.clients import ANN, add, app_in, signed_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until


@pytest.fixture
def app(tmp_path: Path) -> ClientSyncApp:
    app = app_in(tmp_path)
    add(app.workplace.store, "Baker & Daughters", signed_in(app.workplace.store, ANN), code="BAK01")
    return app


async def test_first_line_shows_the_way_and_one_key_leads_home(app: ClientSyncApp) -> None:
    async with run_app(app, size=(100, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        assert "›" not in shown(pilot).splitlines()[0]
        await pilot.press("c")
        way = "Clients › BAK01 Baker & Daughters › "
        await until(pilot, lambda: f"{way}Business settings › Connections" in shown(pilot))
        await pilot.press("h")
        await until(pilot, lambda: f"{way}Business settings › Connections › History" in shown(pilot))
        await pilot.press("J")
        await until(pilot, lambda: f"{way}Business settings › Connections › History › Jobs" in shown(pilot))
        await pilot.resize_terminal(70, 24)
        await until(pilot, lambda: "Clients › … › Jobs" in shown(pilot))
        await pilot.press("H")
        await until(pilot, lambda: isinstance(app.screen, ClientsScreen))
        assert len(app.screen_stack) == 1
        await pilot.press("H")
        await until(pilot, lambda: "This is the client list." in shown(pilot))
    app.workplace.close()


async def test_no_screen_offers_itself(app: ClientSyncApp) -> None:
    async with run_app(app, size=(160, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        for name in ("jobs", "morning", "client_sync"):
            screen = app.open(name)
            await until(pilot, lambda screen=screen: screen.is_there)
            await screen.action_act(name)
            await until(pilot, lambda: "You are already there." in shown(pilot))
            assert f"act('{name}')" not in screen.query_one(KeyBar).actions
    app.workplace.close()


async def test_new_screen_is_styled_only_as_it_composes(
    app: ClientSyncApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    restyled: list[DOMNode] = []
    async with run_app(app, size=(100, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        restyle = app.update_styles

        def noted(node: DOMNode, animate: bool = True) -> None:
            restyled.extend([node] if node in app.screen_stack else [])
            restyle(node, animate)

        monkeypatch.setattr(app, "update_styles", noted)
        await pilot.press("c")
        await until(pilot, lambda: "Connections" in shown(pilot))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Most used" in shown(pilot))
        assert not restyled
        await pilot.resize_terminal(60, 24)
        await until(pilot, lambda: restyled)
    app.workplace.close()


async def test_help_has_the_most_used_keys_first_and_finds_the_others_by_words(app: ClientSyncApp) -> None:
    async with run_app(app, size=(100, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Most used" in shown(pilot))
        assert "s       Open Client Sync" in shown(pilot)
        await pilot.press("slash", *"practice codes")
        await until(pilot, lambda: "2 keys" in shown(pilot))
        assert "U  Upload practice codes" in shown(pilot) and "Assign team" not in shown(pilot)
        await pilot.press("ctrl+u", *"nonsense")
        await until(pilot, lambda: "No key matches." in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Most used" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Most used" not in shown(pilot))
    app.workplace.close()


async def test_list_begins_where_it_was_left_unless_the_setting_is_off(app: ClientSyncApp) -> None:
    store = app.workplace.store
    for n in range(60):
        add(store, f"Client {n:02}", code=f"C{n:02}")
    async with run_app(app, size=(100, 24)) as pilot:
        await until(pilot, lambda: "61 clients" in shown(pilot))
        await pilot.press("6")
        await until(pilot, lambda: "60 of 61 clients" in shown(pilot))
        await pilot.press("slash", *"client")
        await pilot.press("enter", "G", "k")
        await until(pilot, lambda: cursor_on(app) == "Client 58")
    for restore in (True, False):
        app.workplace.config = app.workplace.config._replace(
            screen=app.workplace.config.screen._replace(restore=restore)
        )
        again = ClientSyncApp(app.workplace)
        async with run_app(again, size=(100, 24)) as pilot:
            if restore:
                await until(pilot, lambda again=again: cursor_on(again) == "Client 58")
                assert "60 of 61 clients" in shown(pilot) and again.screen.query_one(TriageTabs).chosen == 5
            else:
                await until(pilot, lambda: "61 clients" in shown(pilot))
                assert cursor_on(again) == "Baker & Daughters" and "60 of 61" not in shown(pilot)
    app.workplace.close()


def cursor_on(app: ClientSyncApp) -> str | None:
    """The name of the client under the cursor."""
    screen = app.screen
    client = screen.client_here() if isinstance(screen, ClientsScreen) else None
    return client.name if client else None
