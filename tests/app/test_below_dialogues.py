"""What changes on a screen while dialogues are open over it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from textual.widgets import Static

from clientsync_tui.screens.dialogues.ask import Lines
from tests.looks.look import text_of
from tests.support.clients import add, app_in
from tests.support.pilot import run_app
from tests.support.practice import until


async def turns(condition: Callable[[], bool]) -> None:
    """Lets the app work without waiting, so that less than a frame goes by."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come true")


async def test_list_below_two_dialogues_shows_what_a_colleague_adds(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    add(app.workplace.store, "Abbey Road Bakery Ltd")
    async with run_app(app) as pilot:
        await until(pilot, lambda: "All 1" in text_of(app.screen))
        await pilot.press("U")
        app.push_screen(Lines("Two lines", ("One", "Two")))
        await until(pilot, lambda: "Close (esc)" in text_of(app.screen))
        assert "Aaron & Daughters" not in text_of(app.screen)
        add(app.workplace.store, "Aaron & Daughters")
        await until(pilot, lambda: "All 2" in text_of(app.screen))
        assert "Aaron & Daughters" in text_of(app.screen)
    app.workplace.close()


async def test_dialogue_and_screen_below_are_drawn_when_both_change_in_one_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_in(tmp_path)
    console, drawn = Console(width=80, height=24), list[str]()

    def record(screen: Any, renderable: Any) -> None:
        if renderable is not None:
            drawn.append("".join(segment.text for segment in console.render(renderable)))

    async with run_app(app) as pilot:
        app.push_screen(Lines("One line", ("Before",)))
        await until(pilot, lambda: "Close (esc)" in text_of(app.screen))
        monkeypatch.setattr(app, "_display", record)
        about = app.screen_stack[0].query_one("#about", Static)
        question = app.screen.query_one(".question", Static)
        question.update("First", layout=False)
        await turns(lambda: "First" in "".join(drawn))
        # Both changes wait for the same frame.
        question.update("Above", layout=False)
        await turns(lambda: question in app.screen._dirty_widgets)
        about.update("Below", layout=False)
        app.draw_now(about)
        await until(pilot, lambda: "Below" in "".join(drawn))
        assert "Above" in "".join(drawn)
    app.workplace.close()
