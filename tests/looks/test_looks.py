"""Each screen as a terminal shows it: in three sizes, dark, light and without colours; with odd names, empty, with errors."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from clientsync_tui.app.app import ClientSyncApp
from tests.looks import answers
from tests.looks.golden import UPDATE, Golden, updating
from tests.looks.look import Frames, Row, look, text_of, undrawn, width_of
from tests.looks.network import stand_still
from tests.looks.practice import fill, workplace
from tests.looks.scenes import LARGE, NO_COLOR, SCENES, SMALL, USUAL, Scene
from tests.support.frozen import frozen_clock, pinned_machine
from tests.support.pilot import run_app

STARTED = {"clients": (USUAL, NO_COLOR), "settings": (USUAL, "light"), "job": (LARGE, "light")}
"""Scenes that are also started in another size and theme."""
ORDER = ("dark", "light", "ansi", NO_COLOR)
"""The order in which an app changes its theme. No colours come last, because an app without colours never shows any again."""
PATIENCE_S = 30
"""How long to wait for the expected look on a busy machine."""
LOOK_EVERY_S = 0.002
REST_S = 0.4
"""How long nothing may be drawn, if the expected look is unknown."""


@pytest.fixture(scope="module", autouse=True)
def pinned() -> Iterator[None]:
    with pinned_machine(), frozen_clock():
        yield


@pytest.fixture(scope="module")
def practice(pinned: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The practice that most scenes begin with: each has a copy."""
    folder = tmp_path_factory.mktemp("practice")
    place = workplace(folder, "dark")
    fill(place)
    place.close()
    return folder


@dataclass(frozen=True)
class Opened:
    """An app that shows a scene."""

    pilot: Pilot[None]
    frames: Frames

    async def shows(self, *words: str) -> None:
        """Waits until all of these words are on the screen."""
        end, looked = time.monotonic() + PATIENCE_S, -1
        while time.monotonic() < end:
            if self.frames.count != looked:
                await self.pilot.pause()
                looked = self.frames.count
                text = text_of(self.pilot.app.screen)
                if all(word in text for word in words):
                    return
            await asyncio.sleep(LOOK_EVERY_S)
        raise AssertionError(f"{words} did not come; the screen is\n{text}")

    async def turn(self, size: tuple[int, int], theme: str) -> None:
        """Gives the running app another size and theme."""
        app = self.pilot.app
        if theme == NO_COLOR and not app.no_color:
            app.no_color = True
        name = "ansi-dark" if theme in (NO_COLOR, "ansi") else f"clientsync-{theme}"
        if name != app.theme:
            app.theme = name
        if app.size != size:
            # Not through the pilot, which waits for more than needed here.
            app._driver._size = Size(*size)
            app.post_message(Resize(Size(*size), Size(*size)))

    async def settled(self, size: tuple[int, int], kept: list[Row] | None) -> list[Row]:
        """How it looks once nothing changes any more. Reads on a thread, and the footer after them, may still be in progress.

        `kept`: the expected look; None if unknown.
        """
        seen, looked, drawn = list[Row](), -1, time.monotonic()
        end = drawn + PATIENCE_S
        while (now := time.monotonic()) < end:
            # A look costs ten times as much as everything else here.
            if self.frames.count != looked:
                await self.pilot.pause()
                looked, drawn = self.frames.count, now
                seen = look(self.pilot.app.screen)
                if seen == kept:
                    break
            elif kept is None and now - drawn > REST_S and (width_of(seen[0]), len(seen)) == size:
                break
            await asyncio.sleep(LOOK_EVERY_S)
        return seen


@asynccontextmanager
async def at(
    scene: Scene,
    folder: Path,
    practice: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int] = SMALL,
    theme: str = "dark",
) -> AsyncIterator[Opened]:
    """An app that was started in this size and theme, at the scene."""
    if theme == NO_COLOR:
        monkeypatch.setenv("NO_COLOR", "1")
    # Scenes show paths relative to the working directory.
    home = folder / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "cwd", classmethod(lambda _: Path("/home/ann")))
    monkeypatch.setenv("HOME", str(home))
    # Where the list was left is saved there, by the practice's id, which all copies share.
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    for name, text in scene.files.items():
        (home / name).write_text(text, "utf-8")
    setting = "auto" if theme == NO_COLOR else theme
    if not (scene.empty or scene.new):
        shutil.copytree(practice, folder, dirs_exist_ok=True)
    place = workplace(folder, setting, second=scene.second, new=scene.new)
    if not (scene.empty or scene.new):
        place.store.sign_ins.hold("xero:ann", place.holder)
    if scene.prepare is not None:
        scene.prepare(place.store)
    stand_still(monkeypatch, scene.network)
    frames = undrawn(monkeypatch)
    # No key is pressed while a look is taken.
    monkeypatch.setattr("clientsync_tui.screens.preview.pane.REST_S", 0.01)
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50514 192.0.2.10 22")
    app = ClientSyncApp(place)
    async with run_app(app, size=size, notifications=True) as pilot:
        opened = Opened(pilot, frames)
        # Once clients are counted, the whole list has been read.
        count = place.store.clients.total()
        await opened.shows(
            *(("Welcome",) if scene.new else ("Clients", f"All {count}", "●" if count else ""))
        )
        if scene.push is not None:
            app.push_screen(scene.push())
        for keys, text in scene.steps:
            await pilot.press(*keys.split())
            await opened.shows(text)
        yield opened
    place.close()


@pytest.mark.parametrize("scene", SCENES, ids=str)
async def test_scene_looks_as_before(
    scene: Scene, tmp_path: Path, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden, differs = Golden(scene.name), updating()
    async with at(scene, tmp_path, practice, monkeypatch) as opened:
        # Each change of theme takes time.
        for size, theme in sorted(scene.looks, key=lambda each: ORDER.index(each[1])):
            await opened.turn(size, theme)
            kept = golden.kept(size, theme)
            # Once one look differs, others will too, and waiting for each would be in vain.
            seen = await opened.settled(size, None if differs else kept)
            differs = differs or seen != kept
            golden.add(size, theme, seen)
            if size == USUAL and scene.name in answers.NAMES:
                answers.check_answers(scene.name, opened.pilot.app.screen)
    if differences := golden.differences():
        pytest.fail(
            f"{scene.name} looks different. If that is intended, run with {UPDATE}=1.\n{differences}",
            pytrace=False,
        )


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.name in STARTED], ids=str)
async def test_scene_looks_the_same_when_started_in_this_size(
    scene: Scene, tmp_path: Path, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starts the app in this size and theme. The golden looks come from apps that were resized while open, and a new app must look the same."""
    size, theme = STARTED[scene.name]
    kept = Golden(scene.name).kept(size, theme)
    async with at(scene, tmp_path, practice, monkeypatch, size, theme) as opened:
        assert await opened.settled(size, kept) == kept
