"""Runs an app for a test: its pilot's keys wait until they have been handled, and apps share their style sheets."""

import asyncio
import string
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from textual.app import App
from textual.events import Key
from textual.keys import _character_to_key
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from clientsync_tui.app import key_queue
from tests.support.frames import Frames
from tests.support.shared_rules import SharedRules

PATIENCE_S = 30
"""How long a key, or the state waited for, may take."""
LOOK_EVERY_S = 0.02
"""How often a test checks for something that no frame shows."""
KEYS_PATIENCE_S = 10
"""How long the program's keys wait for the previous one. On a busy machine, that may take longer than a person would wait."""
key_queue.PATIENCE_S = key_queue.BEHIND_S = KEYS_PATIENCE_S

CHARACTERS = {_character_to_key(character): character for character in string.printable}
"""What each named key types: `slash` types `/`. Textual's own table is incomplete."""


class PatientPilot(Pilot[Any]):
    """Presses a key once the previous one has been handled and everything that it changed is drawn."""

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
        """Without a time: waits until everything requested is done and drawn."""
        if delay is not None:
            await super().pause(delay)
            return
        await self._handled()
        while self._draws():
            await self._handled()

    async def until(self, condition: Callable[[], object]) -> bool:
        """Waits until `condition` holds, checking each frame. False: it has not come true."""
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
        """Waits until every message, and those that it caused, have been handled."""
        end = time.monotonic() + PATIENCE_S
        await self._ready()
        while self.app._exception is None and self._is_busy():
            if time.monotonic() > end:
                raise AssertionError(f"something is not done after {PATIENCE_S} s")
            await asyncio.sleep(0.001)
            await self._ready()

    async def _ready(self) -> None:
        """Waits until nothing in this thread is going on except waiting for time, another thread or another process."""
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
        """Draws at once what Textual would draw within a sixtieth of a second. Returns whether there was anything to draw."""
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
    """Whether it is handling messages instead of waiting for the next."""
    waits = cast(Any, pump._message_queue.ready_event)._waiters
    return pump._running and not (pump._closing or pump._closed or waits)


@asynccontextmanager
async def run_app(
    app: App[Any], *, size: tuple[int, int] = (80, 24), notifications: bool = False
) -> AsyncGenerator[PatientPilot]:
    """Runs `app` without a terminal until the block ends."""
    app.stylesheet = SharedRules(variables=app.get_css_variables())
    pilot = PatientPilot(app)
    async with app.run_test(size=size, notifications=notifications):
        yield pilot
