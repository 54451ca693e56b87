"""What holds for every test: keys wait for what they do, a busy machine fails no property, and nothing is done twice in vain."""

import asyncio
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import settings
from textual.css.model import RuleSet
from textual.css.stylesheet import CSSLocation, Stylesheet
from textual.pilot import Pilot

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Hundreds of processes are started: each would compile the program anew where it may not keep what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What a person's own folder holds is nobody's who runs the tests.
_data = tempfile.TemporaryDirectory(prefix="clientsync-tests-")
os.environ["XDG_DATA_HOME"] = _data.name

RUBBISH_EVERY = 50_000
"""Objects made until new rubbish is looked for; with Python's usual 700 that is a fifth of the time of a test of screens."""

FRAME_S = 1 / 50
"""In which Textual draws what has changed; a test that looks before it would see a dialogue without what is below."""


def pytest_collection_finish() -> None:
    """What was imported stays: it need not be looked through for rubbish."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup() -> None:
    """Before each test, because an app sets it for itself."""
    gc.set_threshold(RUBBISH_EVERY)


async def _at_once(min_sleep: float = 0, max_sleep: float = 0) -> None:
    await asyncio.sleep(0)


async def _press(pilot: Pilot[object], *keys: str) -> None:
    for key in keys:
        await pilot.app._press_keys([key])
        for _ in range(3):
            await pilot._wait_for_screen()
        queue = getattr(pilot.app, "key_queue", None)
        while queue is not None and queue.is_busy:
            await asyncio.sleep(0.001)
    await pilot.pause(FRAME_S)


_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _parse_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    how = (css, read_from, is_default_rules, tie_breaker, scope)
    key = (*how, *sheet._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse(sheet, *how)
    return _parsed[key]


@pytest.fixture(scope="session", autouse=True)
def style_sheets_are_parsed_once() -> Iterator[None]:
    """Each app parses them for itself, hundreds of apps a run: half of what it costs to start one and to open a second screen."""
    with patch.object(Stylesheet, "_parse_rules", _parse_once):
        yield


@pytest.fixture(scope="session", autouse=True)
def keys_wait_for_what_they_do() -> Iterator[None]:
    """Pilot's own keys wait until the process is idle, up to two seconds each: with a sandbox in the process it seldom is."""
    with patch("textual.app.wait_for_idle", _at_once), patch.object(Pilot, "press", _press):
        yield
