"""Runs an app for a test: its pilot's keys wait for what they do, and no style sheet is parsed twice in one process.

Textual's own pilot waits after each key until the whole process is idle, up to two seconds: with a sandbox in the process it seldom is.
"""

import asyncio
import string
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

FRAME_S = 1 / 50
"""Textual draws what has changed within this time. A test that looks earlier would see a dialogue without the screen below it."""
ROUNDS = 3
"""A key's message makes others, and these make others again: so often everything waits until all messages are handled."""


CHARACTERS = {_character_to_key(character): character for character in string.printable}
"""What each named key types: `slash` types `/`. Textual's own table lacks some."""


class PatientPilot(Pilot[Any]):
    """Presses a key once the key before it is done."""

    async def press(self, *keys: str) -> None:
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(Key(name, CHARACTERS.get(name, name if len(name) == 1 else None)))
            await self._handled()
        await self.pause(FRAME_S)

    async def pause(self, delay: float | None = None) -> None:
        """Without a time: until everything asked for is done and drawn."""
        if delay is None:
            await self._handled()
        await super().pause(FRAME_S if delay is None else delay)

    async def _handled(self) -> None:
        for _ in range(ROUNDS):
            await self._wait_for_screen()
        queue = getattr(self.app, "key_queue", None)
        while queue is not None and queue.is_busy:
            await asyncio.sleep(0.001)


class SharedRules(Stylesheet):
    """Style sheets whose rules every app of the process shares. Parsing them is half of what it costs to start an app."""

    _parsed: ClassVar[dict[tuple[object, ...], list[RuleSet]]] = {}

    def _parse_rules(self, css: str, *how: Any, **more: Any) -> list[RuleSet]:
        key = (css, *how, *more.items(), *self._variables.items())
        if key not in self._parsed:
            self._parsed[key] = super()._parse_rules(css, *how, **more)
        return self._parsed[key]

    def reparse(self) -> None:
        """Parses into this object, so that new variables are shared too. Textual takes another one, in case of errors."""
        self.parse()


@asynccontextmanager
async def run_app(
    app: App[Any], *, size: tuple[int, int] = (80, 24), notifications: bool = False
) -> AsyncGenerator[PatientPilot]:
    """Runs `app` without a terminal until the block ends."""
    app.stylesheet = SharedRules(variables=app.get_css_variables())
    async with app.run_test(size=size, notifications=notifications):
        yield PatientPilot(app)
