"""The preview of the client under the cursor, beside the list or over it. It never delays a key."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.screens.clients.clients import ClientsScreen
from clientsync_tui.screens.preview.pane import NARROWEST
from tests.support.clients import ANN, add, app_in, found, signed_in, workplace_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until

NAMES = ("Abbey Ltd", "Baker [bold]Ltd[/bold]", "Copper Ltd", "Dental Ltd")


def practice_of_four(folder: Path) -> None:
    workplace = workplace_in(folder)
    store = workplace.store
    ann = signed_in(store, ANN)
    clients = [add(store, name, ann, code=f"C{n}", team="North") for n, name in enumerate(NAMES)]
    found(store, clients[1], Kind.FOUND_BROKEN, "organisation_closed")
    store.ledger.append(NewEntry(Kind.NOTE_SET, ANN, clients[1], body={"note": "Ask for Ivy, mornings only"}))
    details = {"country": "GB", "currency": "GBP", "tax_number": "GB 123", "year_end": "31 March"}
    details |= {"contact_name": "Ivy Lane", "email": "ivy@example.com", "phone": "+44 1632 960123"}
    store.ledger.append(NewEntry(Kind.DETAILS_SET, ANN, clients[1], body={"details": details}))
    store.pulled.keep("xero", "o" + clients[1][1:], {"accounts": [{"name": "Sales"}], "tax_rates": []})
    workplace.close()


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int]) -> AsyncGenerator[tuple[Any, ClientsScreen]]:
    app = app_in(folder)
    async with run_app(app, size=size) as pilot:
        screen = app.screen_stack[0]
        assert isinstance(screen, ClientsScreen)
        await until(pilot, lambda: "4 clients" in shown(pilot))
        yield pilot, screen
    app.workplace.close()


def pane(screen: ClientsScreen) -> str:
    return "\n".join("".join(text for text, _ in each.parts) for each in screen.preview.lines)


async def test_wide_terminal_shows_the_client_under_the_cursor_beside_the_list(tmp_path: Path) -> None:
    practice_of_four(tmp_path)
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        await until(pilot, lambda: "Abbey Ltd" in pane(screen))
        await pilot.press("down")
        await until(pilot, lambda: "Baker [bold]Ltd[/bold]" in pane(screen))
        said = pane(screen)
        for words in ("Xero  ! broken: organisation closed", "Ask the client", "integrated by Ann", "1 account · 0 tax rates",
                      "United Kingdom · GBP · GB 123 · year ends 31 March", "Ask for Ivy, mornings only",
                      "Ivy Lane · ivy@example.com · +44 1632 960123",
                      "found broken: organisation closed", "client added"):  # fmt: skip
            assert words in said, words
        assert said.index("found broken") < said.index("client added"), "the newest comes first"
        row = next(line for line in shown(pilot).splitlines() if "Baker [bold]Ltd[/bold]" in line)
        assert row.count("Baker [bold]Ltd[/bold]") == 1
        assert "Abbey Ltd" in shown(pilot)


async def test_preview_follows_once_no_more_keys_come(tmp_path: Path) -> None:
    practice_of_four(tmp_path)
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        await until(pilot, lambda: "Abbey Ltd" in pane(screen))
        drawn: list[str] = []
        for key in ("down", "down", "up", "down", "down"):
            await pilot.press(key)
            drawn.append(pane(screen).splitlines()[0])
        await until(pilot, lambda: pane(screen).startswith("Dental Ltd"))
        assert "Copper Ltd" not in drawn


async def test_key_hides_the_preview_and_its_state_stays(tmp_path: Path) -> None:
    practice_of_four(tmp_path)
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        width = screen.preview.outer_size.width
        await pilot.press("less_than_sign", "less_than_sign")
        await until(pilot, lambda: screen.preview.outer_size.width == width + 8)
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: screen.preview.outer_size.width == width + 4)
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        assert screen.preview.outer_size.width == width + 4
        await pilot.press(*["greater_than_sign"] * 20)
        await until(pilot, lambda: screen.preview.outer_size.width == NARROWEST)
        await pilot.press("z")
        await until(pilot, lambda: not screen.preview.display)
        await pilot.press("less_than_sign")
        await until(pilot, lambda: "not beside the list" in shown(pilot))
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        assert not screen.preview.display
        await pilot.press("z")
        await until(pilot, lambda: "Abbey Ltd" in pane(screen))


async def test_edge_of_the_preview_can_be_dragged(tmp_path: Path) -> None:
    practice_of_four(tmp_path)
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        width = screen.preview.outer_size.width
        await pilot.mouse_down("#preview", offset=(0, 5))
        await pilot.hover("#clients", offset=(160 - width - 10, 5))
        await pilot.mouse_up("#clients", offset=(160 - width - 10, 5))
        await until(pilot, lambda: screen.preview.outer_size.width == width + 10)


async def test_preview_covers_the_list_on_a_narrow_terminal_and_keys_still_work(tmp_path: Path) -> None:
    practice_of_four(tmp_path)
    async with opened(tmp_path, (80, 24)) as (pilot, screen):
        assert not screen.preview.display
        await pilot.press("z")
        await until(pilot, lambda: "Last events" in shown(pilot) and "Copper Ltd" not in shown(pilot))
        await pilot.press("down", "down")
        await until(pilot, lambda: "Copper Ltd" in shown(pilot) and "Abbey Ltd" not in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: all(name in shown(pilot) for name in NAMES))
        await pilot.press("z", "z")
        await until(pilot, lambda: all(name in shown(pilot) for name in NAMES))


async def test_next_step_names_the_key_that_does_it(tmp_path: Path) -> None:
    practice_of_four(tmp_path)
    workplace = workplace_in(tmp_path)
    ids = {name: id for id, name, _ in workplace.store.clients.codes()}
    found(workplace.store, ids["Abbey Ltd"], Kind.FOUND_EXPIRED, "sign_in_refused")
    found(workplace.store, ids["Copper Ltd"], Kind.FOUND_BROKEN, "access_removed")
    workplace.close()
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        await until(pilot, lambda: "Abbey Ltd" in pane(screen))
        assert "r Reconnect" in [line.right for line in screen.preview.lines]
        await pilot.press("down")
        await until(pilot, lambda: "Baker" in pane(screen))
        # There is no key for steps that only the client can take.
        assert {line.right for line in screen.preview.lines[1:]} == {""}
        await pilot.press("down")
        await until(pilot, lambda: "Copper" in pane(screen))
        assert "R Reassign" in [line.right for line in screen.preview.lines]


async def test_change_of_the_client_is_shown(tmp_path: Path) -> None:
    practice_of_four(tmp_path)
    async with opened(tmp_path, (160, 40)) as (pilot, screen):
        await until(pilot, lambda: "Abbey Ltd" in pane(screen))
        store = screen.store
        client = screen.client_here()
        assert client is not None
        store.ledger.append(NewEntry(Kind.NOTE_SET, ANN, client.id, body={"note": "Rings back"}))
        await until(pilot, lambda: "Rings back" in pane(screen))
