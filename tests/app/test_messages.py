"""Short messages: above the key bar, never over a row or a button; the newest replaces the previous; all can be read again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.screens.dialogues.ask import Ask, Lines
from clientsync_tui.widgets.key_bar import KeyBar
from clientsync_tui.widgets.notice_line import NoticeLine
from tests.support.clients import add, app_in
from tests.support.pilot import run_app
from tests.support.practice import shown, until


@pytest.fixture
def app(tmp_path: Path) -> Iterator[ClientSyncApp]:
    made = app_in(tmp_path)
    store = made.workplace.store
    add(store, "Abbey Ltd", code="A1")
    add(store, "Baker Ltd")
    yield made
    made.workplace.close()


def last_lines(pilot: Pilot[None], count: int) -> list[str]:
    return [line.strip() for line in shown(pilot).splitlines()[-count:]]


async def test_message_takes_one_line_above_the_keys(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker Ltd" in shown(pilot))
        height = app.screen.query_one("#clients").size.height
        for number in range(3):
            app.notify(f"Message {number}.")
        await until(pilot, lambda: last_lines(pilot, 2)[0] == "Message 2.")
        assert "Help" in last_lines(pilot, 1)[0]
        assert "Message 0" not in shown(pilot) and "Message 1" not in shown(pilot)
        # The rows made room: nothing is covered.
        assert app.screen.query_one("#clients").size.height == height - 1
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: isinstance(app.screen, Lines))
        lines = [line for line in shown(pilot).splitlines() if "Message " in line]
        assert [line.split("Message ")[1][0] for line in lines] == ["2", "1", "0"]
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.query_one("#clients").size.height == height)


async def test_message_goes_when_its_time_is_over(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        app.notify("Soon gone.", timeout=1)
        await until(pilot, lambda: "Soon gone." in shown(pilot))
        await until(pilot, lambda: "Soon gone." not in shown(pilot))


async def test_error_stays_until_it_is_read(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        app.notify("Xero could not be reached.", severity="error", timeout=0.01)
        await until(pilot, lambda: "Xero could not be reached.  ! Messages" in shown(pilot))
        # A newer message takes the line while it lasts, on whichever screen the user is.
        app.notify("Saved.", timeout=1)
        await until(pilot, lambda: "Saved." in shown(pilot))
        assert "Xero could" not in shown(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "not set up" in shown(pilot) and "Xero could not" in shown(pilot))
        await pilot.press("exclamation_mark", "escape")
        await until(pilot, lambda: "not set up" in shown(pilot) and "Xero could not" not in shown(pilot))


async def test_error_of_a_screen_goes_with_it(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "not set up" in shown(pilot))
        app.screen.notify("It failed.", severity="error")
        await until(pilot, lambda: "It failed." in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Baker Ltd" in shown(pilot) and "It failed." not in shown(pilot))


async def test_long_message_is_cut_and_whole_in_the_log(app: ClientSyncApp) -> None:
    words = " ".join(f"word{number}" for number in range(80))
    async with run_app(app, size=(80, 24)) as pilot:
        app.notify(f"[bold]{words}")
        await until(pilot, lambda: "word0" in shown(pilot))
        assert app.screen.query_one(NoticeLine).size.height == 3
        assert last_lines(pilot, 2)[0].endswith("…  ! Messages") and "word79" not in shown(pilot)
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: "word79" in shown(pilot))


async def test_dialogue_shows_messages_and_the_log(app: ClientSyncApp) -> None:
    async def refuse(_: str) -> bool:
        app.notify("Refused.", severity="warning")
        return False

    async with run_app(app, size=(80, 24)) as pilot:
        app.push_screen(Ask("Which?", attempt=refuse))
        await until(pilot, lambda: app.screen.query(KeyBar))
        await pilot.press("enter")
        await until(pilot, lambda: last_lines(pilot, 2)[0] == "Refused.")
        # In a field the key is an ordinary letter.
        await pilot.press("exclamation_mark")
        assert app.screen.query_one(Input).value == "!"
        app.screen.set_focus(None)
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: isinstance(app.screen, Lines) and "Refused." in shown(pilot))


async def test_undo_three_times_leaves_one_line(app: ClientSyncApp) -> None:
    async with run_app(app, size=(80, 24)) as pilot:
        await until(pilot, lambda: "Baker Ltd" in shown(pilot))
        await pilot.press("u", "u", "u")
        await until(pilot, lambda: len(app.notices.log) == 3)
        await until(pilot, lambda: app.screen.query(NoticeLine))
        assert len(app.screen.query(NoticeLine)) == 1
        assert shown(pilot).count(app.notices.log[-1].message) == 1
