"""Signing in on the screen: denied, another's address pasted, a dead server, a port in use, a passphrase, setting up."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import tomlkit
from textual.pilot import Pilot
from textual.widgets import Button, Input

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.sandbox.options import Options
from clientsync_tui.screens.client_sync.set_up import SetUpScreen
from clientsync_tui.screens.client_sync.sign_in import SignInScreen
from clientsync_tui.screens.dialogues.passphrase import Passphrase
from clientsync_tui.workplace import secret_name
from tests.support.inside import database_of
from tests.support.network.browser import come_back_as, link_shown
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]


@asynccontextmanager
async def opened(
    practice: Practice, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[ClientSyncApp, Pilot[None]]]:
    """The app on its Client Sync panel."""
    app = practice.app()
    async with run_app(app, size=size, notifications=True) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "Xero" in shown(pilot))
        yield app, pilot
    app.workplace.close()


def redirect_of(link: str, **query: str) -> str:
    """The address where a browser ends up, with these parameters."""
    parameters = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    return str(httpx2.URL(parameters["redirect_uri"], params={"state": parameters["state"]} | query))


def in_link(link: str, name: str) -> str:
    return parse_qs(urlsplit(link).query)[name][0]


def paste(pilot: Pilot[None], text: str) -> None:
    """As a terminal's bracketed paste arrives."""
    from textual import events

    pilot.app.post_message(events.Paste(text))


async def arrive(address: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
        return await http.get(address)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 10)])
async def test_link_is_whole_on_lines_of_its_own(practice: Practice, size: tuple[int, int]) -> None:
    async with opened(practice, size) as (_, pilot):
        await pilot.press("l")
        screen = await link_shown(pilot)
        await until(pilot, lambda: "Waiting" in shown(pilot))
        widget = screen.query_one("#link")
        await until(pilot, lambda: widget.size.height)
        # Nothing is before, between or after the link's lines, and each but the last is full.
        lines = [
            "".join(segment.text for segment in widget.render_line(y)) for y in range(widget.size.height)
        ]
        assert "".join(lines).rstrip() == screen.link
        assert widget.size.width == size[0]
        assert widget.region.x == 0
        if size != (40, 10):
            assert f"http://127.0.0.1:{urlsplit(in_link(screen.link, 'redirect_uri')).port}/" in shown(pilot)
            assert "ssh -L" in shown(pilot)
            assert "The sign-in will be saved in: tests.signin.keyrings.Folder." in shown(pilot)


async def test_link_is_copied(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        screen = await link_shown(pilot)
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == screen.link)


async def test_denied_then_tried_again(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        screen = await link_shown(pilot)
        first = screen.link
        await arrive(redirect_of(first, error="access_denied"))
        await until(pilot, lambda: "Try again" in shown(pilot))
        assert not app.workplace.held("xero")
        # The focus is on Try again. A new attempt has its own link.
        await pilot.press("enter")
        await until(pilot, lambda: screen.link and screen.link != first)
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: f"signed in as {practice.people[0]}" in shown(pilot))


async def test_wrong_address_pasted_changes_nothing_and_the_right_one_signs_in(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        screen = await link_shown(pilot)
        paste(pilot, "https://example.com/invoices?id=3")
        await until(pilot, lambda: "not the address" in shown(pilot))
        assert screen.link
        assert screen.query_one("#pasted", Input).value == "https://example.com/invoices?id=3"
        assert (await arrive(redirect_of(screen.link, state="anothers", error="access_denied"))).is_error
        await until(pilot, lambda: "Ignored an answer" in shown(pilot))
        # The redirected address, pasted with a line break in the middle.
        async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
            answer = await http.get(f"{screen.link}&prompt=none&login_hint={practice.people[1]}")
            address = answer.headers["location"]
        paste(pilot, f"{address[:60]}\n{address[60:]}\n")
        await until(pilot, lambda: f"signed in as {practice.people[1]}" in shown(pilot))
        assert [each.person.email for each in app.workplace.held("xero")] == [practice.people[1]]


async def test_wrong_state_ends_the_attempt(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        screen = await link_shown(pilot)
        paste(pilot, redirect_of(screen.link, state="somebody-elses", code="stolen"))
        await until(pilot, lambda: "Try again" in shown(pilot))
        assert not app.workplace.held("xero")
        assert not any(
            "token" in call["path"] for call in practice.sandbox.sandbox.calls.summary(0)["recent"]
        )


async def test_unreachable_server_can_be_tried_again(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        screen = await link_shown(pilot)
        practice.sandbox.stop()
        await arrive(redirect_of(screen.link, code="whatever"))
        await until(pilot, lambda: "Try again" in shown(pilot))
        assert "Traceback" not in shown(pilot)
        assert not app.workplace.held("xero")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, SignInScreen))


async def test_port_in_use_leaves_the_paste(practice: Practice) -> None:
    port = tomlkit.parse(practice.config.read_text())["software"]["xero"]["redirect_port"]
    with socket.create_server(("127.0.0.1", int(str(port)))):
        async with opened(practice) as (_, pilot):
            await pilot.press("l")
            screen = await link_shown(pilot)
            await until(pilot, lambda: f"Port {port}" in shown(pilot))
            async with httpx2.AsyncClient(trust_env=False, verify=False) as http:
                answer = await http.get(f"{screen.link}&prompt=none&login_hint={practice.people[0]}")
            paste(pilot, answer.headers["location"])
            await until(pilot, lambda: f"signed in as {practice.people[0]}" in shown(pilot))


async def test_leaving_ends_the_attempt(practice: Practice) -> None:
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        screen = await link_shown(pilot)
        port = urlsplit(in_link(screen.link, "redirect_uri")).port
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, SignInScreen))

        def free() -> bool:
            try:
                with socket.create_server(("127.0.0.1", int(port or 0))):
                    return True
            except OSError:
                return False

        await until(pilot, free)


async def test_new_keyrings_passphrase_is_asked_twice_before_the_link_is_shown(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "file")
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Passphrase))
        await pilot.press(*"secret", "enter")
        await until(pilot, lambda: "at least 8" in shown(pilot))
        # The typed text is still there, and typing replaces it.
        assert app.screen.query_one("#first", Input).value == "secret"
        await pilot.press(*"secretive", "enter", *"otherwise", "enter")
        await until(pilot, lambda: "not the same" in shown(pilot))
        assert "secret" not in shown(pilot)
        assert app.screen.query_one("#second", Input).value == "otherwise"
        await pilot.press("s")
        await until(pilot, lambda: "not the same" not in shown(pilot))
        await pilot.press(*"ecretive", "enter", *"secretive", "enter")
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: "signed in as" in shown(pilot))
    # Another run asks for it once, and reports a wrong one.
    async with opened(practice) as (app, pilot):
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, Passphrase))
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: "passphrase does not open" in shown(pilot))
        # The wrong one stays, and typing replaces it.
        assert isinstance(app.screen, Passphrase)
        await pilot.press(*"secretive", "enter")
        await until(pilot, lambda: not isinstance(app.screen, Passphrase))


async def test_set_up_then_sign_in(practice: Practice) -> None:
    config = tomlkit.parse(practice.config.read_text())
    table = config["software"]["xero"]
    client_id, port = str(table.pop("client_id")), int(str(table.pop("redirect_port")))
    practice.config.write_text(tomlkit.dumps(config))
    async with opened(practice) as (app, pilot):
        await until(pilot, lambda: "not set up" in shown(pilot))
        # Keys that can't work say why.
        place = [software.name for software in app.workplace.softwares()].index("xero")
        await pilot.press(*["down"] * place, "1")
        await until(pilot, lambda: "Xero is not set up yet" in shown(pilot))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, SetUpScreen))
        await pilot.press("enter", "enter", "enter")
        await until(pilot, lambda: "Enter the client id" in shown(pilot))
        app.screen.query_one("#client_id", Input).value = client_id
        app.screen.query_one("#redirect_port", Input).value = str(port)
        await until(pilot, lambda: f"http://localhost:{port}/callback" in shown(pilot))
        app.screen.query_one("#redirect_port").focus()
        await pilot.press("enter")
        # The new settings are tried at once.
        await until(pilot, lambda: "Sign in once to check that it works" in shown(pilot))
        written = tomlkit.parse(practice.config.read_text())["software"]["xero"]
        assert (written["client_id"], written["redirect_port"]) == (client_id, port)
        await come_back_as(pilot, practice.people[0])
        await until(pilot, lambda: "signed in as" in shown(pilot))


async def test_sign_out_says_what_ends_with_it(practice: Practice) -> None:
    await asyncio.to_thread(practice.add, practice.people[0])
    async with opened(practice) as (app, pilot):
        await pilot.press("L")
        await until(pilot, lambda: "Sign out" in shown(pilot))
        assert "This ends 12 integrations until someone reconnects:" in shown(pilot)
        (first,) = (
            database_of(app.workplace.store)
            .connection.execute("SELECT name FROM clients ORDER BY name_key LIMIT 1")
            .fetchone()
        )
        assert first in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "integrations of 12" not in shown(pilot))
        assert app.workplace.held("xero")
        await pilot.press("L")
        await until(pilot, lambda: "Sign out" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "not signed in" in shown(pilot))
        assert not app.workplace.held("xero")


async def test_sign_out_says_that_the_keyring_held_no_token(practice: Practice) -> None:
    await asyncio.to_thread(practice.add, practice.people[0])
    async with opened(practice) as (_, pilot):
        for entry in (practice.folder.parent / "keyring").iterdir():
            entry.unlink()
        await pilot.press("L")
        await until(pilot, lambda: "Sign out" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "keyring held no token for it" in " ".join(shown(pilot).split()))


async def test_set_up_without_the_secret_says_so_and_keeps_what_was_typed(
    practices: Callable[..., Practice],
) -> None:
    practice = practices(Options(organisations=2, limits=False, softwares=("quickbooks",)))
    before = practice.config.read_text()
    app = practice.app()
    async with run_app(app, size=(100, 40)) as pilot:
        screen = SetUpScreen(app.workplace, app.workplace.software("quickbooks"))
        app.push_screen(screen)
        await until(pilot, lambda: "Set up QuickBooks" in shown(pilot))
        field = screen.query_one("#client_id", Input)
        field.value = "an id"
        screen.query_one("#save", Button).press()
        await until(pilot, lambda: "contains a blank" in shown(pilot))
        field.value = "\u00a0another-id\u200b "
        screen.query_one("#save", Button).press()
        await until(pilot, lambda: "needs the app's client secret too" in " ".join(shown(pilot).split()))
        assert field.value == "\u00a0another-id\u200b " and practice.config.read_text() == before
        screen.query_one("#secret", Input).value = "\ufeffthe-secret"
        screen.query_one("#save", Button).press()
        await until(pilot, lambda: app.screen is not screen)
        assert 'client_id = "another-id"' in practice.config.read_text()
        secret = await app.workplace.vault.read(secret_name("quickbooks", "another-id"))
        assert secret == "the-secret"
    app.workplace.close()
