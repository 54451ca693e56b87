"""Actions can be found: with `?` on every screen and dialogue, in the palette, and in the last line, which shows only what
works.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.screen import ModalScreen, Screen

from clientsync_tui.app.actions import PLACES
from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.config.reading import load
from clientsync_tui.practice.model import Client, Integration
from clientsync_tui.practice.plan import Plan, PlanItem, Will
from clientsync_tui.screens.base import ActionScreen, TopBar
from clientsync_tui.screens.client_sync.plan import PlanScreen
from clientsync_tui.screens.client_sync.set_up import SetUpScreen
from clientsync_tui.screens.clients.columns import ColumnsScreen, SortScreen
from clientsync_tui.screens.clients.rows import columns
from clientsync_tui.screens.connections.open_app import OpenSoftware
from clientsync_tui.screens.connections.settings import SettingsScreen
from clientsync_tui.screens.dialogues.ask import Ask, Lines
from clientsync_tui.screens.dialogues.choose import Choice, Choose
from clientsync_tui.screens.dialogues.confirm import Confirm
from clientsync_tui.screens.dialogues.dialogue import way_out
from clientsync_tui.screens.dialogues.passphrase import Passphrase
from clientsync_tui.screens.help import HelpScreen
from clientsync_tui.screens.jobs.jobs import JobsScreen
from clientsync_tui.screens.palette import Actions
from clientsync_tui.widgets.key_bar import KeyBar, key_name
from tests.app.test_keys import all_screens, own_bindings
from tests.support.clients import ANN, add, app_in, signed_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until


async def accept(_: str) -> bool:
    """Accepts any answer."""
    return True


DIALOGUES: dict[type[ModalScreen[object]], Callable[[ClientSyncApp], ModalScreen[object]]] = {
    Ask: lambda app: Ask("What is it called?", attempt=accept),
    Lines: lambda app: Lines("Messages", ["one line"]),
    Choose: lambda app: Choose("Which?", [Choice("a", "A")]),
    ColumnsScreen: lambda app: ColumnsScreen(columns(), ascii_marks=False),
    SortScreen: lambda app: SortScreen((), columns(), ascii_marks=False),
    Confirm: lambda app: Confirm("Do it?"),
    OpenSoftware: lambda app: OpenSoftware("Xero", "Baker Ltd", "https://example.com/"),
    Passphrase: lambda app: Passphrase(True, str),
    PlanScreen: lambda app: PlanScreen(
        Plan("check", "xero", None, (PlanItem(Will.DO, "c", "Baker Ltd", "xero", "o"),))
    ),
    SetUpScreen: lambda app: SetUpScreen(app.workplace, app.workplace.software("xero")),
    SettingsScreen: lambda app: SettingsScreen(
        app.workplace.software("xero"), link(app)[1], lambda settings: True
    ),
}
WITHOUT_HELP = {"HelpScreen", "Palette", "TooSmall", "Editor", "ResumeOffer", "Dialogue"}
"""Dialogues that are left out: the help itself, those without keys, and those with the same keys as another one here."""


def link(app: ClientSyncApp) -> tuple[Client, Integration]:
    """The one client and its integration."""
    return app.workplace.store.clients.integrations(None, datetime.now(UTC))[0]


@pytest.fixture
def app(tmp_path: Path) -> ClientSyncApp:
    app = app_in(tmp_path)
    add(app.workplace.store, "Baker & Daughters", signed_in(app.workplace.store, ANN))
    return app


def test_every_dialogue_is_tested_here() -> None:
    kinds = {kind.__name__ for kind in all_screens() if issubclass(kind, ModalScreen)}
    assert kinds - WITHOUT_HELP == {kind.__name__ for kind in DIALOGUES}


@pytest.mark.parametrize("kind", DIALOGUES, ids=lambda kind: kind.__name__)
async def test_help_lists_every_key_of_a_dialogue_and_a_click_leaves_it(
    kind: type[Screen[object]], app: ClientSyncApp
) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        home = app.screen
        app.push_screen(DIALOGUES[kind](app))
        await until(pilot, lambda: type(app.screen) is kind)
        # In a field, ? is an ordinary letter.
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        listed = {line.sentence: line.keys for _, lines in app.screen.groups() for line in lines}
        for binding in own_bindings(kind):
            assert binding.description, binding
            assert key_name(binding.key) in listed[binding.description]
        await pilot.press("escape")
        await until(pilot, lambda: type(app.screen) is kind and app.screen.query(KeyBar))
        bar = app.screen.query_one(KeyBar)
        await until(pilot, lambda: bar.actions)
        out = bar.place_of(way_out(kind).action)
        assert out is not None
        await pilot.click(bar, offset=(out + 1, 0))
        await until(pilot, lambda: app.screen is home)
    app.workplace.close()


@pytest.mark.parametrize(
    "screen", ["clients", "client_sync", "jobs", "history", "connections", "first_start"]
)
async def test_help_lists_every_action_of_a_screen(screen: str, app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        wanted = {"client": link(app)[0].id} if screen == "connections" else {}
        opened = app.open(screen, **wanted)
        await until(pilot, lambda: app.screen is opened and opened.is_mounted)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        lines = [line for _, group in app.screen.groups() for line in group]
        for action in opened.own_actions():
            line = next(line for line in lines if line.sentence.startswith(f"{action.title}: "))
            assert line.keys == key_name(action.keys)
            # One that can't work says why.
            assert bool(line.reason) == (opened.why_not(action) is not None)
    app.workplace.close()


async def found(app: ClientSyncApp, words: str) -> list[str]:
    """What the palette lists, best first."""
    provider = Actions(app.screen)
    if not words:
        return [str(hit.text) async for hit in provider.discover()]
    hits = [hit async for hit in provider.search(words)]
    return [str(hit.text) for hit in sorted(hits, key=lambda hit: -hit.score)]


async def test_palette_has_every_action_that_works(app: ClientSyncApp) -> None:
    app.workplace.store.jobs.create(Plan("check", "xero", None, ()), "ann")
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        home = app.screen
        assert isinstance(home, ActionScreen)
        for screen in ("clients", "client_sync", "jobs"):
            opened = app.open(screen)
            await until(pilot, lambda opened=opened: app.screen is opened and opened.is_mounted)
            everything = await found(app, "")
            for action in opened.own_actions():
                line = f"{action.title} ({key_name(action.keys)})"
                if action.name != "commands":
                    assert (line in everything) == (opened.why_not(action) is None), line
            for action in home.own_actions() if screen != "clients" else ():
                line = f"{PLACES[action.place]}: {action.title} ({key_name(action.keys)})"
                if action not in opened.own_actions():
                    assert (line in everything) == (home.why_not(action) is None), line
            assert (await found(app, "practice codes"))[0].endswith("Upload practice codes (U)")
    app.workplace.close()


async def test_palette_runs_actions_of_other_screens(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await pilot.press("ctrl+p", *"assign team")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette) and "Assign team" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choose) and "Team" in shown(pilot))
        await pilot.press("escape", "ctrl+p", *"update settings")
        await until(pilot, lambda: "Connections: Update settings" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
    app.workplace.close()


async def test_palette_acts_on_no_other_client_than_the_one_on_screen(app: ClientSyncApp) -> None:
    store = app.workplace.store
    other = add(store, "Zebra Books", code="ZEB01")
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Zebra" in shown(pilot))
        app.open("connections", client=other)
        await until(pilot, lambda: "Zebra Books › Business settings" in shown(pilot))
        everything = await found(app, "")
        assert not [line for line in everything if "Claim" in line or "practice code (" in line]
        assert not [line for line in everything if line.startswith("Clients: Disconnect")]
        assert [line for line in everything if line.startswith("Clients: All clients")]
        app.open("history", client=other)
        await until(pilot, lambda: "History" in shown(pilot))
        assert not [line for line in await found(app, "") if line.startswith("Connections: ")]
    app.workplace.close()


async def test_palette_offers_only_what_works(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        everything = await found(app, "")
        for place in ("Sign in", "Consents, one by one", "Organisations of a sign-in", "Job"):
            assert not [line for line in everything if line.startswith(f"{place}: ")]
        assert not [line for line in everything if line.startswith("Home")]
    app.workplace.close()


async def test_palette_finds_clients_and_views(app: ClientSyncApp) -> None:
    store = app.workplace.store
    add(store, "Abbey Road Bakery", code="ABB01")
    app.workplace.preferences.save_view("Without a [code]", "code:none -[/]")
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        assert (await found(app, "abb01"))[0] == "ABB01 Abbey Road Bakery"
        assert set(await found(app, "baker")) >= {"ABB01 Abbey Road Bakery", "Baker & Daughters"}
        await pilot.press("J", "ctrl+p", *"abbey")
        await until(pilot, lambda: "ABB01 Abbey Road Bakery" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "ABB01 Abbey Road Bakery › Business settings" in shown(pilot))
        await pilot.press("ctrl+p", *"without a")
        await until(pilot, lambda: "View: Without a [code]" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "1 of 2 clients" in shown(pilot))
        await until(pilot, lambda: "code:none -[/]" in shown(pilot))
    app.workplace.close()


async def test_setting_chosen_in_the_palette_is_saved_and_takes_effect_at_once(app: ClientSyncApp) -> None:
    path = app.workplace.config.path
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "● connected" in shown(pilot))
        for words, theme in (("theme light", "clientsync-light"), ("theme dark", "clientsync-dark")):
            await pilot.press("ctrl+p", *words)
            await until(pilot, lambda words=words: f"Setting: {words}" in shown(pilot))
            await pilot.press("enter")
            await until(pilot, lambda theme=theme: app.theme == theme)
            assert load(path).screen.theme == words.removeprefix("theme ")
        assert "Setting: theme dark" not in await found(app, "")
        await pilot.press("ctrl+p", *"ascii on")
        await until(pilot, lambda: "Setting: ascii on" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "● connected" not in shown(pilot) and "connected" in shown(pilot))
        assert load(path).screen.ascii
    app.workplace.close()


@pytest.mark.parametrize("width", [80, 40, 200])
async def test_last_line_shows_what_works_and_a_click_does_it(width: int, app: ClientSyncApp) -> None:
    async with run_app(app, size=(width, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        screen = app.screen
        assert isinstance(screen, ActionScreen)
        line = shown(pilot).splitlines()[-1]
        working = {a.label for a in screen.own_actions() if screen.unavailable(a) is None}
        assert "? Help" in line
        for part in filter(None, line.split("  ")):
            label = part.strip().partition(" ")[2]
            assert label in working | {"Select", "Invert", "None"}, part
        # Whole entries only.
        assert len(line) <= width
        bar = screen.query_one(KeyBar)
        await pilot.click(bar, offset=(line.index("? Help") + 1, 0))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
    app.workplace.close()


async def test_palette_is_left_by_a_click(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        home = app.screen
        await pilot.click(home.query_one(KeyBar), offset=(70, 0))
        await until(pilot, lambda: isinstance(app.screen, CommandPalette) and app.screen.query(KeyBar))
        bar = app.screen.query_one(KeyBar)
        await until(pilot, lambda: bar.actions)
        await pilot.click(bar, offset=(2, 0))
        await until(pilot, lambda: app.screen is home)
    app.workplace.close()


async def test_every_screen_is_left_by_a_click_on_its_last_line_and_on_its_first(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        home, client = app.screen, link(app)[0].id
        for name in ("client_sync", "jobs", "history", "morning", "connections"):
            for step in (False, True):
                opened = app.open(name, **({"client": client} if name == "connections" else {}))
                await until(pilot, lambda opened=opened: app.screen is opened and opened.is_mounted)
                bar = opened.query_one(KeyBar)
                await until(pilot, lambda bar=bar: "act('commands')" in bar.actions)
                place = bar.place_of("act('back')")
                assert place is not None and "act('help')" in bar.actions, name
                await pilot.click(TopBar if step else bar, offset=(2 if step else place + 1, 0))
                await until(pilot, lambda: app.screen is home)
    app.workplace.close()


async def test_click_on_a_step_of_the_path_leads_back_to_its_screen(app: ClientSyncApp) -> None:
    async with run_app(app, size=(120, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        connections = app.open("connections", client=link(app)[0].id)
        await until(pilot, lambda: app.screen is connections and connections.is_mounted)
        for name in ("history", "jobs"):
            app.open(name)
        await until(pilot, lambda: "History › Jobs" in shown(pilot))
        line = shown(pilot).splitlines()[0]
        await pilot.click(TopBar, offset=(line.index("Business") + 1, 0))
        await until(pilot, lambda: app.screen is connections)
    app.workplace.close()


async def test_click_on_a_line_of_the_help_does_what_its_key_does(app: ClientSyncApp) -> None:
    async with run_app(app, size=(120, 50)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        for words, happens in (("Jobs: See", "Jobs"), ("Select everything", "1 selected")):
            await pilot.press("f1", "slash", *words.split()[0].strip(":").lower())
            await until(pilot, lambda words=words: words in shown(pilot))
            rows = shown(pilot).splitlines()
            y = next(n for n, row in enumerate(rows) if words in row)
            await pilot.click(offset=(rows[y].index(words) + 2, y))
            await until(pilot, lambda happens=happens: happens in shown(pilot))
            await pilot.press("H")
    app.workplace.close()


@pytest.mark.parametrize("kind", DIALOGUES, ids=lambda kind: kind.__name__)
async def test_app_can_be_left_while_a_dialogue_opens(
    kind: type[ModalScreen[object]], app: ClientSyncApp
) -> None:
    for steps in (1, 3):
        app = app if steps == 1 else ClientSyncApp(app.workplace)
        async with run_app(app, size=(80, 24)) as pilot:
            await until(pilot, lambda app=app: "Baker" in shown(pilot))
            app.push_screen(DIALOGUES[kind](app))
            for _ in range(steps):
                await asyncio.sleep(0)
        assert not app.return_code
    app.workplace.close()
