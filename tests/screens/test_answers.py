"""Which rows of buttons there are, and that no key pressed too early answers them. Each row follows the rule in
`tests/looks/answers.py`, which every scene that shows one is checked by.
"""

import ast
import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

import clientsync_tui
from clientsync_tui.practice.model import Organisation
from clientsync_tui.screens.client_sync.reach import ReachScreen
from clientsync_tui.sync.reach.reachability import Reach
from tests.looks.answers import NAMES, WALKED
from tests.looks.network import Still
from tests.looks.scenes import SCENES, USUAL, Scene
from tests.looks.test_looks import at, pinned, practice
from tests.support.practice import until

__all__ = ["pinned", "practice"]
PACKAGE = Path(clientsync_tui.__file__).parent
DANGEROUS = {"change_integration", "files", "job_actions", "sign_out"}
"""Files that confirm an action that can't be undone in their own dialogue."""


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
    assert set(NAMES) <= {scene.name for scene in SCENES if USUAL in dict(scene.looks)}, (
        "these are never checked"
    )
    # Consents adds a button to the row of the sign-in.
    assert {path.stem for path, _ in calls("Button")} <= {*WALKED, "consents"}


def test_only_what_cannot_be_undone_says_so() -> None:
    asking = {path.stem for path, call in calls("Confirm") if "dangerous" in {w.arg for w in call.keywords}}
    assert asking == DANGEROUS
