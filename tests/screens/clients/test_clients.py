"""The client list on the screen: what it shows, how it is filtered, sorted and selected."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.practice.entries import Kind
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.store.store import Store
from tests.support.clients import ANN, BOB, add, crowd, found, signed_in, workplace_in
from tests.support.inside import database_of
from tests.support.pilot import run_app
from tests.support.practice import shown, until

LONG = "The Worshipful Company of Long-Named Traders and Their Successors (Holdings) Limited, formerly Short"


@asynccontextmanager
async def opened(
    folder: Path, size: tuple[int, int] = (120, 30)
) -> AsyncIterator[tuple[Pilot[None], ClientsScreen]]:
    """The app on the practice in `folder`, once the list is read."""
    workplace = workplace_in(folder)
    app = ClientSyncApp(workplace)
    async with run_app(app, size=size) as pilot:
        screen = app.screen_stack[0]
        assert isinstance(screen, ClientsScreen)
        total = workplace.store.clients.total()
        await until(pilot, lambda: f"All {total:,}" in shown(pilot))
        yield pilot, screen
    workplace.close()


def practice_of_eleven(folder: Path) -> Store:
    """Ann (the user) and Bob (whose sign-in lapsed) integrated ten clients. One client has no integration."""
    workplace = workplace_in(folder)
    store = workplace.store
    ann, bob = signed_in(store, ANN), signed_in(store, BOB, timedelta(days=-3))
    cyd = signed_in(store, "cyd@example.com", timedelta(days=8.5))
    store.sign_ins.hold(ann, workplace.holder)
    add(store, "[red]x[/]", ann, code="RED", team="North")
    add(store, "Abbey Road Bakery Ltd", ann, code="ABB01", team="North")
    add(store, "東京ベーカリー", ann, team="South")
    add(store, LONG, ann)
    for n in range(3):
        add(store, f"Lapsed {n}", bob)
    add(store, "Ending Ltd", cyd)
    found(store, add(store, "Refused Ltd", ann), Kind.FOUND_EXPIRED, "sign_in_refused")
    found(store, add(store, "Broken Ltd", ann), Kind.FOUND_BROKEN, "access_removed")
    add(store, "Alone Ltd")
    return store


def line_with(pilot: Pilot[None], text: str) -> str:
    return next(line for line in shown(pilot).splitlines() if text in line)


async def test_rows_show_the_status_and_names_are_never_markup(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path, (139, 30)) as (pilot, _):
        await until(pilot, lambda: "you" in shown(pilot))
        assert "Tester & Co · Clients" in shown(pilot)
        assert "All 11   Connected 4   Expiring 1   Expired 4   Broken 1   Not connected 1" in shown(pilot)
        red = line_with(pilot, "[red]x[/]")
        assert "RED" in red and "North" in red and "● connected" in red and "you" in red
        assert "✗ expired 3 days ago" in line_with(pilot, "Lapsed 1")
        assert "Bob" in line_with(pilot, "Lapsed 1")
        assert "◔ expires in 9 days" in line_with(pilot, "Ending Ltd")
        assert "! broken: access removed" in line_with(pilot, "Broken Ltd")
        assert "not connected" in line_with(pilot, "Alone Ltd")
        await pilot.press("G")
        await until(pilot, lambda: "東京ベーカリー" in shown(pilot))
        await pilot.press("k")
        await until(pilot, lambda: LONG in shown(pilot))


async def test_triage_by_status_then_by_fix(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("4")
        await until(pilot, lambda: "4 of 11 clients · 4 expired integrations to fix" in shown(pilot))
        assert "Xero · 3 · Bob's sign-in ran out on " in line_with(pilot, "Bob's")
        assert "Xero · 1 · your sign-in was refused · Reconnect" in shown(pilot)
        await pilot.press("right")
        await until(pilot, lambda: "3 of 11 clients · 3 expired integrations to fix" in shown(pilot))
        assert line_with(pilot, "Bob's").startswith(" > Xero · 3 · ")
        assert screen.filter_bar.text == ""
        await pilot.press("right")
        await until(pilot, lambda: "1 of 11 clients" in shown(pilot) and "Refused Ltd" in shown(pilot))
        await pilot.press("right")
        await until(pilot, lambda: "4 of 11 clients" in shown(pilot))
        await pilot.press("left")
        await until(pilot, lambda: "1 of 11 clients" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "4 of 11 clients" in shown(pilot))
        await pilot.click("FixList", offset=(5, 1))
        await until(pilot, lambda: "1 of 11 clients" in shown(pilot))
        await pilot.click("FixList", offset=(5, 1))
        await until(pilot, lambda: "4 of 11 clients" in shown(pilot))
        await pilot.press("tab")
        await until(pilot, lambda: "your access was removed · Ask for access, then reconnect" in shown(pilot))
        await pilot.press("escape", "escape", "escape")
        await until(pilot, lambda: "4 of 11" not in shown(pilot) and screen.tabs.chosen == 0)
        await pilot.press("3")
        await until(pilot, lambda: "Xero · 1 · Cyd's sign-in ends on " in shown(pilot))
        await pilot.press("6")
        await until(pilot, lambda: "1 of 11" in shown(pilot) and "Alone Ltd" in shown(pilot))
        await pilot.click("TriageTabs", offset=(12, 0))
        await until(pilot, lambda: "4 of 11" in shown(pilot) and screen.tabs.chosen == 1)


async def test_filter_completes_marks_mistakes_and_comes_back(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("slash", *"st")
        await until(pilot, lambda: "tab status:" in shown(pilot))
        await pilot.press("tab", *"exp")
        await until(pilot, lambda: "tab expiring  expired" in shown(pilot))
        await pilot.press(*"ired", "space", *"by:bo", "tab")
        await until(pilot, lambda: "3 of 11" in shown(pilot))
        assert screen.filter_bar.text == f"status:expired by:{BOB} "
        await pilot.press("enter")
        await until(pilot, lambda: screen.table.has_focus)
        await pilot.press("escape")
        await until(pilot, lambda: "3 of 11" not in shown(pilot))
        await pilot.press("slash", *"colour:red")
        await until(pilot, lambda: 'There is no field "colour"' in shown(pilot))
        # The last valid filter stays active.
        assert screen.filter_bar.text == "colour"
        field = screen.filter_bar.input
        underlined = [s for s in field.render_line(0) if s.style and s.style.underline]
        assert "".join(segment.text for segment in underlined).startswith("colour:red")
        await pilot.press("escape")
        await pilot.press("slash", "up")
        await until(pilot, lambda: "3 of 11" in shown(pilot))
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("slash", "up")
        await until(pilot, lambda: "3 of 11" in shown(pilot))
        await pilot.press("down")
        await until(pilot, lambda: screen.shown == 11)


async def test_selection_stays_when_the_filter_hides_it_and_u_undoes_the_last_step(
    tmp_path: Path,
) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("space", "down", "space", "slash", *"lapsed", "enter")
        await until(pilot, lambda: "3 of 11 clients · 2 selected (2 not shown)" in shown(pilot))
        await pilot.press("A")
        await until(pilot, lambda: "3 of 11 clients · 5 selected (2 not shown)" in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "3 of 11 clients · 2 selected (2 not shown)" in shown(pilot))
        await pilot.press("a")
        await until(pilot, lambda: "2 clients selected, 2 of them not shown" in shown(pilot))
        menu = [line.strip(" │") for line in shown(pilot).splitlines() if "  " in line]
        titles = " ".join(menu)
        assert titles.index("Open Client Sync") < titles.index("Export client data as CSV file")
        assert titles.index("Export client data as CSV file") < titles.index("Upload practice codes")
        assert "Reconnect: 2 clients" in shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: screen.table.has_focus)


async def test_sorting_by_one_column_and_by_several_stays(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("o", "j", "enter")
        await until(pilot, lambda: screen.sort == (("name", True),))
        await until(pilot, lambda: shown(pilot).index("Refused Ltd") < shown(pilot).index("Alone Ltd"))
        await pilot.press("o", "j", "j", "plus", "escape")
        await until(pilot, lambda: screen.sort == (("name", True), ("team", False)))
    async with opened(tmp_path) as (pilot, screen):
        assert screen.table.sort == (("name", True), ("team", False))
        await until(pilot, lambda: shown(pilot).index("Refused Ltd") < shown(pilot).index("Alone Ltd"))
        await pilot.click("#clients", offset=(6, 0))
        await until(pilot, lambda: screen.sort == (("code", False),))


async def test_columns_are_chosen_ordered_widened_and_stay(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("C", "space", "j", "plus", "plus", "j", "J", "escape")
        await until(pilot, lambda: screen.table.columns[0].key == "name")
        chosen = [(column.key, column.width, column.chosen) for column in screen.table.columns]
        assert chosen[:3] == [("name", 28, True), ("software", 10, False), ("team", 8, False)]
    async with opened(tmp_path) as (pilot, screen):
        assert [(column.key, column.width, column.chosen) for column in screen.table.columns] == chosen
        await pilot.press("C", "0", "escape")
        await until(pilot, lambda: [c.key for c in screen.table.columns][:2] == ["code", "name"])


async def test_views_are_saved_opened_and_forgotten(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("4", "slash", *"lapsed", "enter", "w", "s", *"Bob's", "enter")
        await until(
            pilot, lambda: screen.main.workplace.preferences.views == {"Bob's": "status:expired lapsed"}
        )
        await pilot.press("escape", "escape")
        await until(pilot, lambda: screen.shown == 11)
        await pilot.press("w", "enter")
        await until(
            pilot, lambda: "3 of 11" in shown(pilot) and screen.filter_bar.text == "status:expired lapsed"
        )
        await pilot.press("w", "d", "enter")
        await until(pilot, lambda: not screen.main.workplace.preferences.views)


async def test_empty_list_says_what_to_do(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24)) as (pilot, screen):
        await until(pilot, lambda: "Press s for Client Sync" in shown(pilot))
        await pilot.press("slash", "x", "escape")
        # An empty filter takes no line.
        await until(pilot, lambda: not screen.filter_bar.has_class("shown"))
        await pilot.press("E", "p", "space", "A", "enter", "escape")
        assert pilot.app.screen is screen
        assert (
            screen.unavailable(next(a for a in screen.own_actions() if a.name == "remove"))
            == "There is no client under the cursor."
        )


async def test_list_that_cannot_be_read_is_reported_and_leaves_the_keys(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        database_of(screen.store).connection.execute("ALTER TABLE standings RENAME TO standings_away")
        await pilot.press("2")
        await until(pilot, lambda: any("can't be read" in n.message for n in pilot.app.notices.log))
        database_of(screen.store).connection.execute("ALTER TABLE standings_away RENAME TO standings")
        await pilot.press("3")
        await until(pilot, lambda: "1 of 11" in shown(pilot))


async def test_hundred_thousand_clients(tmp_path: Path) -> None:
    workplace = workplace_in(tmp_path)
    ann = signed_in(workplace.store, ANN)
    crowd(workplace.store, ann, 100_000)
    workplace.close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: "Client 099999" in shown(pilot))
        await pilot.press("A")
        await until(pilot, lambda: "100,000 clients · 100,000 selected" in shown(pilot))
        await pilot.press("slash", *"99999")
        await until(
            pilot, lambda: "1 of 100,000 clients · 100,000 selected (99,999 not shown)" in shown(pilot)
        )
        await pilot.press("escape")
        await until(pilot, lambda: screen.shown == 100_000)
        # The cursor stayed on its row.
        assert "Client 099999" in shown(pilot)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 10)])
async def test_client_list_fits_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path, size) as (pilot, _):
        await pilot.press("4")
        await until(pilot, lambda: "4 of 11" in shown(pilot))
        assert "Expired 4" in shown(pilot)
        assert "Lapsed 0" in shown(pilot)
        assert "expired" in line_with(pilot, "Lapsed 0")
        assert "? Help" in shown(pilot)


async def test_filter_with_a_mistake_stays_at_enter_and_says_what_is_near(tmp_path: Path) -> None:
    practice_of_eleven(tmp_path).close()
    async with opened(tmp_path) as (pilot, screen):
        await pilot.press("slash", *"teem:north abbey", "enter")
        await until(pilot, lambda: 'There is no field "teem". Did you mean "team:"?' in shown(pilot))
        assert screen.filter_bar.has_keys and screen.filter_bar.input.value == "teem:north abbey"
        assert screen.filter_bar.input.cursor_position == len("teem:north")
        await pilot.press(*["left"] * 8, "delete", "a", "enter")
        await until(pilot, lambda: screen.shown == 1 and not screen.filter_bar.has_keys)
        await pilot.press("slash", "end", "ctrl+u", *"status:brokn", "enter")
        await until(pilot, lambda: 'There is no status "brokn"' in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: screen.shown == 11 and not screen.filter_bar.has_keys)
