"""Signing in on the screen with a short code that is entered in a browser elsewhere."""

import asyncio
import json
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.sandbox.consent.authorise import enter_code
from clientsync_tui.sandbox.options import Options
from clientsync_tui.screens.client_sync.sign_in import SignInScreen
from tests.support.pilot import run_app
from tests.support.practice import Practice, practices, shown, until

__all__ = ["practices"]

APP = "zoho_books"


@pytest.fixture
def practice(practices: Callable[..., Practice]) -> Practice:
    made = practices(Options(organisations=3, limits=False, softwares=(APP,), poll_s=0.05))
    made.keep_secrets()
    return made


@asynccontextmanager
async def signing_in(
    practice: Practice, size: tuple[int, int]
) -> AsyncIterator[tuple[ClientSyncApp, Pilot[None], SignInScreen]]:
    app = practice.app()
    async with run_app(app, size=size, notifications=True) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "Zoho Books" in shown(pilot))
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, SignInScreen) and app.screen.link)
        assert isinstance(app.screen, SignInScreen)
        yield app, pilot, app.screen
    app.workplace.close()


def code_on(screen: SignInScreen) -> str:
    attempt = screen._attempt
    return attempt.code if attempt is not None and attempt.way == "code" else ""


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_code_is_shown_and_signs_in_without_anything_pasted(
    practice: Practice, size: tuple[int, int]
) -> None:
    me = practice.people[0]
    async with signing_in(practice, size) as (app, pilot, screen):
        await pilot.press("D")
        await until(pilot, lambda: code_on(screen))
        await until(pilot, lambda: code_on(screen) in shown(pilot))
        assert "open this address in any browser, on any machine" in shown(pilot)
        assert "/oauth/v3/device" in shown(pilot) and "Waiting for the code to be entered" in shown(pilot)
        assert not screen.query_one("#pasted").display
        page = screen.link.partition("?")[0]
        await asyncio.to_thread(enter_code, page, code_on(screen), me)
        await until(pilot, lambda: f"signed in as {me}" in shown(pilot))
        assert [held.person.email for held in app.workplace.held(APP)] == [me]


async def test_code_that_is_refused_can_be_tried_again_and_the_browser_is_still_there(
    practice: Practice,
) -> None:
    me = practice.people[0]
    async with signing_in(practice, (100, 30)) as (app, pilot, screen):
        await pilot.click("#use_code")
        await until(pilot, lambda: code_on(screen))
        page = screen.link.partition("?")[0]
        await asyncio.to_thread(enter_code, page, code_on(screen), me, refuse=True)
        await until(pilot, lambda: "Access was refused" in shown(pilot))
        assert app.workplace.held(APP) == []
        await pilot.press("r")
        await until(pilot, lambda: code_on(screen))
        assert str(screen.query_one("#use_code", Button).label) == "Use the browser"
        await pilot.press("D")
        await until(pilot, lambda: "Waiting for the browser" in shown(pilot))
        assert screen.query_one("#pasted").display


async def test_users_own_browser_enters_the_code(practice: Practice) -> None:
    me = practice.people[0]
    # It leaves the browser's own sign-in alone.
    enters = f'exec {sys.executable} -m clientsync_tui sandbox authorise "$0" --as {me}'
    command = f"sh -c {shlex.quote(f'case $0 in *user_code*) {enters};; esac')} {{link}}"
    config = practice.config
    config.write_text(f"{config.read_text()}\n[sign_in]\nbrowser = {json.dumps(command)}\n")
    async with signing_in(practice, (100, 30)) as (app, pilot, _):
        await pilot.press("D")
        await until(pilot, lambda: f"signed in as {me}" in shown(pilot))
        assert [held.person.email for held in app.workplace.held(APP)] == [me]
