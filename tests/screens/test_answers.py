"""The buttons of every screen and dialogue follow one rule: the action first, Cancel last, and the focus on the action
unless it can't be undone.
"""

import ast
import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.screen import Screen
from textual.widgets import Button

import clientsync_tui
from clientsync_tui.practice.model import Organisation
from clientsync_tui.screens.client_sync.reach import ReachScreen
from clientsync_tui.sync.reach.reachability import Reach
from clientsync_tui.widgets.answers import Answers
from tests.looks.network import Still
from tests.looks.scenes import SCENES, Scene
from tests.looks.test_looks import at, pinned, practice
from tests.support.practice import until

__all__ = ["pinned", "practice"]
PACKAGE = Path(clientsync_tui.__file__).parent
WALKED = {
    "add_clients": ("select",),
    "ask": ("export", "note"),
    "columns": ("columns", "sort"),
    "confirm": ("cancel", "change-confirm", "remove", "resume", "sign-out", "team-confirm"),
    "open_app": ("open-software",),
    "passphrase": ("passphrase", "passphrase-asked"),
    "plan": ("check", "disconnect", "every-software", "plan"),
    "reach": ("add", "add-error", "add-nothing"),
    "reassign": ("reassign",),
    "kind": ("reconnect", "reconnect-nothing"),
    "set_up": ("set-up",),
    "settings": ("settings",),
    "sign_in": ("sign-in", "sign-in-refused", "consents"),
    "app_panel": ("client-sync", "client-sync-empty"),
}
"""The scenes that show each file's row of buttons."""
LEAVES = ("Cancel", "Close", "Keep running", "Not now", "Stay", "Stay signed in")
"""The texts of buttons that leave."""
CANNOT_BE_UNDONE = {"disconnect", "sign-out", "change-confirm"}
"""Scenes of dialogues whose action can't be undone."""
DANGEROUS = {"change_integration", "files", "job_actions", "sign_out"}
"""Files that confirm an action that can't be undone in their own dialogue."""
NAMES = [name for names in WALKED.values() for name in names]


def words(button: Button) -> str:
    """A button's text, without its key."""
    return str(button.label).partition(" (")[0]


def rows(screen: Screen[object]) -> list[Answers]:
    """The visible rows of buttons."""
    return [row for row in screen.query(Answers) if row.region.area and row.usable]


def check(row: Answers, focused: object, *, dangerous: bool) -> None:
    """One row."""
    here = [button for button in row.query(Button) if button.display]
    if row.leave is None:
        return
    assert here[-1] is row.leave
    assert [words(each) for each in here if words(each) in LEAVES] == [words(row.leave)]
    if any("Cancel" in words(action) for action in here[:-1]):
        assert words(row.leave) != "Cancel", "there is only one Cancel"
    assert row.dangerous is dangerous
    if isinstance(focused, Button):
        assert focused is row.first
        assert (focused is row.leave) is (dangerous or row.usable == [row.leave])


@pytest.mark.parametrize("scene", [each for each in SCENES if each.name in NAMES], ids=str)
async def test_action_is_first_and_has_the_focus(
    scene: Scene, tmp_path: Path, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at(scene, tmp_path, practice, monkeypatch, (120, 36)) as opened:
        pilot = opened.pilot
        await pilot.pause()
        screen = pilot.app.screen
        assert rows(screen)
        for row in rows(screen):
            check(row, screen.focused, dangerous=scene.name in CANNOT_BE_UNDONE)


class NoAnswer(Still):
    """The accounting app has not answered yet."""

    async def organisations(self, calls: None) -> Sequence[Organisation]:
        await asyncio.Event().wait()
        raise AssertionError


class NoLink(Still):
    """A sign-in that has no link yet."""

    @asynccontextmanager
    async def begin(self, software: str) -> AsyncGenerator[SimpleNamespace]:
        await asyncio.Event().wait()
        yield SimpleNamespace()


@pytest.mark.parametrize(
    "waiting",
    [
        Scene("asked", (("s 1", "Checking what"),), network=NoAnswer),
        Scene("no-link", (("s l", "keyring"),), network=NoLink),
    ],
    ids=str,
)
async def test_enter_does_not_cancel_while_waiting(
    waiting: Scene, tmp_path: Path, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at(waiting, tmp_path, practice, monkeypatch, (120, 36)) as opened:
        pilot = opened.pilot
        screen = pilot.app.screen
        await pilot.press("enter", "enter")
        assert pilot.app.screen is screen
        if isinstance(screen, ReachScreen):
            # A message says why the action is unavailable until it is available.
            notices = pilot.app.notices
            assert "Wait until the accounting app has answered." in notices._newest.message
            screen._stage, screen.reach = "organisations", Reach((Organisation("a", "A"),), str)
            screen.refresh_keys()
            assert notices._newest is None
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not screen)


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of `name` in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text("utf-8")
        # Parsing all files takes seconds.
        for node in ast.walk(ast.parse(text)) if f"{name}(" in text else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield path, node


def test_arrows_move_through_every_row_of_buttons() -> None:
    assert {path.stem for path, _ in calls("Answers")} == WALKED.keys()
    # Consents adds a button to the row of the sign-in.
    assert {path.stem for path, _ in calls("Button")} <= {*WALKED, "consents"}


def test_only_what_cannot_be_undone_says_so() -> None:
    asking = {path.stem for path, call in calls("Confirm") if "dangerous" in {w.arg for w in call.keywords}}
    assert asking == DANGEROUS
