"""Runs an app for a test: its pilot's keys wait for what they do, and no style sheet is parsed twice in one process.

Textual's own pilot waits after each key until the whole process is idle, up to two seconds: with a sandbox in the process it seldom is.
"""

import asyncio
import string
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar, cast

from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.events import Key
from textual.keys import _character_to_key
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from clientsync_tui.app import key_queue
from tests.support.frames import Frames

PATIENCE_S = 30
"""How long a key, or what is waited for, may take."""
LOOK_EVERY_S = 0.02
"""How often a test looks for what no frame shows."""
KEYS_PATIENCE_S = 10
"""How long the program's keys wait for the key before them. On a busy machine what it does may take longer than they wait for a person."""
key_queue.PATIENCE_S = key_queue.BEHIND_S = KEYS_PATIENCE_S

CHARACTERS = {_character_to_key(character): character for character in string.printable}
"""What each named key types: `slash` types `/`. Textual's own table lacks some."""


class PatientPilot(Pilot[Any]):
    """Presses a key once the key before it is done, and everything that it changed is drawn."""

    def __init__(self, app: App[Any]) -> None:
        super().__init__(app)
        self.frames = Frames(app)

    async def press(self, *keys: str) -> None:
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(Key(name, CHARACTERS.get(name, name if len(name) == 1 else None)))
            await self._handled()
        await self.pause()

    async def pause(self, delay: float | None = None) -> None:
        """Without a time: until everything asked for is done and drawn."""
        if delay is not None:
            await super().pause(delay)
            return
        await self._handled()
        while self._draws():
            await self._handled()

    async def until(self, condition: Callable[[], object]) -> bool:
        """Waits until `condition` holds, and looks at each frame. False: it has not come true."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                return False
            await self.frames.next(LOOK_EVERY_S)
        # The frame may be one of several that belong together.
        await self._ready()
        while self._draws():
            await self._ready()
        return True

    async def _handled(self) -> None:
        """Until every message is handled, and those that it led to."""
        end = time.monotonic() + PATIENCE_S
        await self._ready()
        while self.app._exception is None and self._is_busy():
            if time.monotonic() > end:
                raise AssertionError(f"something is not done after {PATIENCE_S} s")
            await asyncio.sleep(0.001)
            await self._ready()

    async def _ready(self) -> None:
        """Until nothing goes on in this thread that does not wait for time, another thread or another process."""
        await asyncio.sleep(0)
        while cast(Any, asyncio.get_running_loop())._ready:
            await asyncio.sleep(0)

    def _is_busy(self) -> bool:
        queue = getattr(self.app, "key_queue", None)
        if self.app._resize_event is not None or (queue is not None and queue.is_busy):
            return True
        return any(
            is_at_work(node)
            for screen in self.app.screen_stack
            for node in (self.app, *screen.walk_children(with_self=True))
        )

    def _draws(self) -> bool:
        """Draws at once what Textual would draw within a sixtieth of a second. Whether there was something to draw."""
        if self.app._exit or self.app._exception is not None:
            return False
        screen = self.app.screen
        waits = (
            screen._layout_required,
            screen._scroll_required,
            screen._repaint_required,
            screen._dirty_widgets,
            screen._callbacks,
        )
        if any(waits):
            screen._on_timer_update()
        return any(waits)


def is_at_work(pump: MessagePump) -> bool:
    """Whether it is handling messages, and not waiting for the next."""
    waits = cast(Any, pump._message_queue.ready_event)._waiters
    return pump._running and not (pump._closing or pump._closed or waits)


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
    pilot = PatientPilot(app)
    async with app.run_test(size=size, notifications=notifications):
        yield pilot
