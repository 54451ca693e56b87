"""Each screen as a terminal shows it: in three sizes, dark, light and without colours; with odd names, empty, with errors."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from clientsync_tui.app.app import ClientSyncApp
from tests.looks.golden import UPDATE, Golden, updating
from tests.looks.look import Row, look, text_of, undrawn, width_of
from tests.looks.network import stand_still
from tests.looks.practice import fill, workplace
from tests.looks.scenes import LARGE, SCENES, SMALL, USUAL, Scene
from tests.support.frozen import frozen_clock, pinned_machine
from tests.support.pilot import run_app
from tests.support.practice import until

NO_COLOR = "no-color"
MATRIX = (
    *((size, "dark") for size in (SMALL, USUAL, LARGE)),
    *((size, "light") for size in (LARGE, USUAL, SMALL)),
    *((size, NO_COLOR) for size in (SMALL, USUAL, LARGE)),
)
"""Of each scene that is whole. In this order because each change of size or theme takes its time."""
FURTHER = ((SMALL, "dark"), (USUAL, "light"), (LARGE, NO_COLOR))
"""Of the others."""
STARTED = {
    "clients": (USUAL, NO_COLOR),
    "sort": (LARGE, "light"),
    "actions": (USUAL, "light"),
    "connections": (LARGE, NO_COLOR),
    "settings": (USUAL, "light"),
    "history": (LARGE, NO_COLOR),
    "job": (LARGE, "light"),
    "sign-in": (USUAL, NO_COLOR),
    "select": (LARGE, "light"),
    "plan": (LARGE, NO_COLOR),
}
"""Scenes that are also started in another size and theme."""
PATIENCE_S = 30
LOOK_EVERY_S = 0.005
STEADY = 60
"""So many looks that are the same are waited for, where it is not known what is to be seen."""


@pytest.fixture(scope="module", autouse=True)
def pinned() -> Iterator[None]:
    with pinned_machine(), frozen_clock():
        yield


@asynccontextmanager
async def at(
    scene: Scene,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int] = SMALL,
    theme: str = "dark",
) -> AsyncIterator[Pilot[None]]:
    """An app that was started in this size and theme, and led to the scene."""
    if theme == NO_COLOR:
        monkeypatch.setenv("NO_COLOR", "1")
    # Paths are seen, and the working directory is theirs.
    home = folder / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "cwd", classmethod(lambda _: Path("/home/ann")))
    monkeypatch.setenv("HOME", str(home))
    for name, text in scene.files.items():
        (home / name).write_text(text, "utf-8")
    setting = "auto" if theme == NO_COLOR else theme
    place = workplace(folder, setting, second=scene.second, new=scene.new)
    if not (scene.empty or scene.new):
        fill(place)
    if scene.prepare is not None:
        scene.prepare(place.store)
    stand_still(monkeypatch, scene.network)
    undrawn(monkeypatch)
    # No key is pressed while a look is taken.
    monkeypatch.setattr("clientsync_tui.screens.preview.pane.REST_S", 0.01)
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50514 192.0.2.10 22")
    app = ClientSyncApp(place)
    async with run_app(app, size=size, notifications=True) as pilot:
        # Once clients are counted, nothing of the list is left to be read.
        count = place.store.clients.total()
        ready = ("Welcome",) if scene.new else ("Clients", f"All {count}", "●" if count else "")
        await until(pilot, lambda: all(word in text_of(app.screen) for word in ready))
        if scene.push is not None:
            app.push_screen(scene.push())
        for keys, text in scene.steps:
            await pilot.press(*keys.split())
            await until(pilot, lambda text=text: text in text_of(pilot.app.screen))
        yield pilot
    place.close()


async def turn(pilot: Pilot[None], size: tuple[int, int], theme: str) -> None:
    """Gives the running app another size and theme."""
    app = pilot.app
    if theme == NO_COLOR and not app.no_color:
        app.no_color = True
    name = "ansi-dark" if theme in (NO_COLOR, "ansi") else f"clientsync-{theme}"
    if name != app.theme:
        app.theme = name
    if app.size != size:
        # Not by the pilot, which waits for more than is waited for here.
        app._driver._size = Size(*size)
        app.post_message(Resize(Size(*size), Size(*size)))


async def settled(pilot: Pilot[None], size: tuple[int, int], kept: list[Row] | None) -> list[Row]:
    """How it looks once nothing changes any more: what is read on a thread, and the footer after it, may still be under way.

    `kept`: how it is expected to look; None: that is not known.
    """
    end, seen, same = time.monotonic() + PATIENCE_S, list[Row](), 0
    while time.monotonic() < end and same < STEADY:
        await pilot.pause(LOOK_EVERY_S)
        before, seen = seen, look(pilot.app.screen)
        if (width_of(seen[0]), len(seen)) != size:
            continue
        if seen == kept:
            break
        same = same + 1 if kept is None and seen == before else 0
    return seen


@pytest.mark.parametrize("scene", SCENES, ids=str)
async def test_it_looks_as_it_did(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    golden, differs = Golden(scene.name), updating()
    async with at(scene, tmp_path, monkeypatch) as pilot:
        wanted = (*(MATRIX if scene.whole else FURTHER), *scene.more)
        for size, theme in sorted(wanted, key=lambda each: each[1] == NO_COLOR):
            await turn(pilot, size, theme)
            kept = golden.kept(size, theme)
            # Once one look differs, others will, and each would be waited for in vain.
            seen = await settled(pilot, size, None if differs else kept)
            differs = differs or seen != kept
            golden.add(size, theme, seen)
    if differences := golden.differences():
        pytest.fail(
            f"{scene.name} looks different; if it is meant to, run with {UPDATE}=1.\n{differences}",
            pytrace=False,
        )


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.name in STARTED], ids=str)
async def test_it_looks_the_same_when_it_was_started_so(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without having been resized and given another theme while it was open; else looks would not be those of new apps."""
    size, theme = STARTED[scene.name]
    kept = Golden(scene.name).kept(size, theme)
    async with at(scene, tmp_path, monkeypatch, size, theme) as pilot:
        assert await settled(pilot, size, kept) == kept
