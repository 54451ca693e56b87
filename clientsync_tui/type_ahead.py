"""Keys one after the other: each finds what the one before it has made of the screen, however fast they come.

Textual hands every key at once to the widget that has the focus then. Over a slow line several keys come in one piece, so
that of `/daily` the `d` and the `y` would still be keys of the list, and not words of the filter that `/` opens.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from textual.events import Event, Key
from textual.message import Message

from .sparing_app import SparingApp

if TYPE_CHECKING:
    from textual.screen import Screen

PATIENCE_S = 0.25
"""How long a key may take before the next one is handed on in any case."""


class Done(Message, bubble=True):
    """Follows a key the way it goes, and so arrives when the key was dealt with."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class TypeAheadApp(SparingApp):
    """An app whose keys wait for each other."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Key] = deque()
        self._number = 0
        self._late: asyncio.TimerHandle | None = None

    def on_mount(self) -> None:
        """The first key waits for the first screen: a field without a size yet would show only the end of what is typed."""
        self._late = asyncio.get_running_loop().call_later(PATIENCE_S, self._next, self._number)
        self.call_after_refresh(self._next, self._number)

    async def on_event(self, event: Event) -> None:
        """Keys from outside queue up; what they become on their way is not touched."""
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._late is None:
            await self._hand_on(event)
        else:
            self._waiting.append(event)

    async def _hand_on(self, key: Key) -> None:
        self._number += 1
        before = self.screen
        self._late = asyncio.get_running_loop().call_later(PATIENCE_S, self._next, self._number)
        await super().on_event(key)
        (self.focused or before).post_message(Done(self._number))

    def on_done(self, message: Done) -> None:
        """The key was dealt with; what it began (a focus, a screen) is let happen."""
        message.stop()
        self.call_later(self._settled, message.number, self.screen)

    def _settled(self, number: int, screen: "Screen[object]") -> None:
        if self._waiting and not self.screen.is_mounted:
            self.screen.call_after_refresh(self._next, number)
        else:
            self._next(number)

    def _next(self, number: int) -> None:
        if number != self._number or self._late is None:
            return
        self._late.cancel()
        self._late = None
        if self._waiting:
            self.call_later(self._hand_on, self._waiting.popleft())
