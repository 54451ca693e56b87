"""What holds for every test: keys wait for what they do, and a busy machine fails no property."""

import asyncio
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import settings
from textual.pilot import Pilot

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

FRAME_S = 1 / 50
"""In which Textual draws what has changed; a test that looks before it would see a dialogue without what is below."""


async def _at_once(min_sleep: float = 0, max_sleep: float = 0) -> None:
    await asyncio.sleep(0)


async def _press(pilot: Pilot[object], *keys: str) -> None:
    for key in keys:
        await pilot.app._press_keys([key])
        for _ in range(3):
            await pilot._wait_for_screen()
        while getattr(pilot.app, "_late", None) is not None:
            await asyncio.sleep(0.001)
    await pilot.pause(FRAME_S)


@pytest.fixture(scope="session", autouse=True)
def keys_wait_for_what_they_do() -> Iterator[None]:
    """Pilot's own keys wait until the process is idle, up to two seconds each: with a sandbox in the process it seldom is."""
    with patch("textual.app.wait_for_idle", _at_once), patch.object(Pilot, "press", _press):
        yield
