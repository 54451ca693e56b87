"""Mouse clicks as a terminal sends them. A second click must not act on what the first one brought under the pointer."""

from pathlib import Path

import pytest
from textual.events import MouseDown, MouseEvent, MouseUp

from clientsync_tui.app import aim
from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.screens.dialogues.choose import Choice, Choose
from clientsync_tui.widgets.key_bar import KeyBar
from clientsync_tui.widgets.options import Options
from tests.support.clients import add, app_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until


def press(app: ClientSyncApp, x: int, y: int) -> None:
    """One click."""
    for kind in (MouseDown, MouseUp):
        event: MouseEvent = kind(None, x, y, 0, 0, 1, False, False, False, x, y)
        app.post_message(event)


async def test_double_click_presses_nothing_on_the_next_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aim, "AIM_S", 60)
    app = app_in(tmp_path)
    add(app.workplace.store, "Baker & Daughters")
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker" in shown(pilot))
        below, above = app.open("client_sync"), app.open("jobs")
        await until(pilot, lambda: app.screen is above and "Clients › Client Sync › Jobs" in shown(pilot))
        bar = above.query_one(KeyBar)
        await until(pilot, lambda: "act('back')" in bar.actions)
        x = 1 + (bar.place_of("act('back')") or 0) + 1
        press(app, x, 23)
        await until(pilot, lambda: app.screen is below and "esc Back" in shown(pilot))
        press(app, x, 23)
        await pilot.pause()
        assert app.screen is below
        # A later press, or one after moving the pointer, counts.
        monkeypatch.setattr(aim, "AIM_S", 0)
        press(app, x, 23)
        await until(pilot, lambda: len(app.screen_stack) == 1)
    app.workplace.close()


async def test_message_that_ends_moves_no_line_of_a_dialogue(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    async with run_app(app, size=(80, 24)) as pilot:
        app.push_screen(Choose("Which?", [Choice(str(n), f"Number {n}") for n in range(9)]))
        await until(pilot, lambda: "Number 8" in shown(pilot))
        before = app.screen.query_one(Options).region
        app.notify("Something was done.")
        await until(pilot, lambda: "Something was done." in shown(pilot))
        assert app.screen.query_one(Options).region == before
    app.workplace.close()
