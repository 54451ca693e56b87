"""Handles keys in order: each key finds the screen as the previous key left it, however fast they come.

Textual gives each key at once to the widget that has the focus at that moment. Over a slow line several keys arrive together, so the `d`
and the `y` of `/daily` would still be keys of the list instead of text in the filter that `/` opens. A key that acts on a list also waits
until the list shows what the previous key asked for. A key after one that opens a question waits for the question, and a key after an
answer waits until that is saved. If this takes too long, the waiting keys are ignored, because the user pressed them for a screen that
did not appear.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from ..practice.counted import counted

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

PATIENCE_S = 0.25
"""How long a key may take before the next one is handled anyway."""
START_S = 10
"""How long the first key waits for the first screen. On a busy machine, that can take much longer than a key."""
BEHIND_S = 4
"""How long keys wait for a list or a question. A key pressed later is for what the screen shows by then."""


class Done(Message, bubble=True):
    """Travels the same way as a key, so it arrives once the key has been handled.

    With `again`, it also follows the messages that the key's action sent to parent widgets.
    """

    def __init__(self, number: int, *, again: bool = False) -> None:
        super().__init__()
        self.number = number
        self.again = again


class KeyQueue:
    """Hands keys to an app one by one."""

    def __init__(self, app: "App[Any]", deliver: Callable[[Key], Awaitable[None]]) -> None:
        """`deliver`: handles a key in the app. The app passes each key to `put`, and each `Done` to `done`."""
        self._app = app
        self._deliver = deliver
        self._waiting: deque[Key] = deque()
        self._number = 0
        self.count = 0
        """How many keys there have been."""
        self._deadline: asyncio.TimerHandle | None = None
        self._held = False
        self._gave_up = False
        """Whether keys were ignored, and what they waited for is still missing."""

    @property
    def is_busy(self) -> bool:
        """Whether a key is still being handled."""
        return self._deadline is not None

    def _is_behind(self) -> bool:
        """Whether keys must wait, because the screen doesn't yet show the list or question that was requested."""
        behind = getattr(self._app.screen, "is_behind", False) or self._is_saving()
        self._gave_up = self._gave_up and behind
        return behind and not self._gave_up

    def _is_saving(self) -> bool:
        """Whether the screen is saving an entry, and closes once that has worked."""
        return getattr(self._app.screen, "is_saving", False)

    def _is_typed(self, key: Key) -> bool:
        """Whether the key becomes a letter in a field: typing continues while results are being looked for."""
        return key.is_printable and isinstance(self._app.focused, Input) and not self._is_saving()

    def start(self) -> None:
        """Makes the first key wait for the first screen, because a field without a size would show only the end of the
        text.
        """
        self._wait_at_most(START_S)
        self._app.call_after_refresh(self._next, self._number)

    def caught_up(self) -> None:
        """The requested list or question is there, or the answer is saved."""
        if self._held:
            self._app.call_later(self._settled, self._number, self._app.screen)

    async def put(self, key: Key) -> None:
        """Accepts a key from the terminal."""
        self.count += 1
        if self._deadline is None and (self._is_typed(key) or not self._is_behind()):
            await self._hand_on(key)
        else:
            self._waiting.append(key)
            if self._deadline is None:
                self._held = True
                self._wait_at_most(BEHIND_S)

    async def _hand_on(self, key: Key) -> None:
        self._number += 1
        screen = self._app.screen
        self._wait_at_most(PATIENCE_S)
        await self._deliver(key)
        (self._app.focused or screen).post_message(Done(self._number))

    def done(self, message: Done) -> None:
        """The key has been handled. What it started (a focus change, a screen) happens before the next one."""
        message.stop()
        app = self._app
        if self._waiting and not message.again:
            (app.focused or app.screen).post_message(Done(message.number, again=True))
        else:
            app.call_later(self._settled, message.number, app.screen)

    def _settled(self, number: int, screen: "Screen[object]") -> None:
        if self._waiting and not self._app.screen.is_mounted:
            screen = self._app.screen
            screen.call_after_refresh(self._next, number)
        else:
            self._next(number)

    def _wait_at_most(self, seconds: float) -> None:
        self._deadline = asyncio.get_running_loop().call_later(
            seconds, partial(self._next, in_any_case=True), self._number
        )

    def _next(self, number: int, *, in_any_case: bool = False) -> None:
        if number != self._number or self._deadline is None:
            return
        self._deadline.cancel()
        self._deadline = None
        has_waited = self._held and in_any_case
        self._held = bool(self._waiting) and self._is_behind()
        if self._held and has_waited:
            self._held = False
            self.leave_out()
        elif self._held:
            self._wait_at_most(BEHIND_S)
        elif self._waiting:
            self._app.call_later(self._hand_on, self._waiting.popleft())

    def leave_out(self) -> None:
        """Drops the keys that wait for something that doesn't come, and says so."""
        self._gave_up = True
        if self._waiting:
            keys = counted(len(self._waiting), "key that you pressed was", "keys that you pressed were")
            self._waiting.clear()
            sentence = f"{keys} ignored, because what you pressed before took too long or failed."
            self._app.notify(sentence, markup=False, severity="warning")
