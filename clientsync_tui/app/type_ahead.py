"""Keys one after the other: each finds what the one before it has made of the screen, however fast they come.

Textual hands every key at once to the widget that has the focus then. Over a slow line several keys come in one piece, so
that of `/daily` the `d` and the `y` would still be keys of the list, and not words of the filter that `/` opens. A key that means
what a list shows waits until the list shows what the key before it asked for.
"""

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from textual.events import Event, Key
from textual.message import Message

from .sparing_app import SparingApp

if TYPE_CHECKING:
    from textual.screen import Screen

PATIENCE_S = 0.25
"""How long a key may take before the next one is handed on in any case."""
BEHIND_S = 2
"""How long keys wait for a list at the most: what is seen for longer than that is what a person means."""


class Done(Message, bubble=True):
    """Follows a key the way it goes, and so arrives when the key was dealt with; once `again`, it has followed what the key's
    action told the widgets above, too."""

    def __init__(self, number: int, *, again: bool = False) -> None:
        super().__init__()
        self.number = number
        self.again = again


class TypeAheadApp(SparingApp):
    """An app whose keys wait for each other."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Key] = deque()
        self._number = 0
        self._late: asyncio.TimerHandle | None = None
        self._held = False

    @property
    def is_behind(self) -> bool:
        """Whether what the next key would act on is yet to follow the keys before it."""
        return False

    def caught_up(self) -> None:
        """It has followed."""
        if self._held:
            self._next(self._number)

    def on_mount(self) -> None:
        """The first key waits for the first screen: a field without a size yet would show only the end of what is typed."""
        self._hold(PATIENCE_S)
        self.call_after_refresh(self._next, self._number)

    async def on_event(self, event: Event) -> None:
        """Keys from outside queue up; what they become on their way is not touched."""
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._late is None and not self.is_behind:
            await self._hand_on(event)
        else:
            self._waiting.append(event)
            if self._late is None:
                self._held = True
                self._hold(BEHIND_S)

    async def _hand_on(self, key: Key) -> None:
        self._number += 1
        before = self.screen
        self._hold(PATIENCE_S)
        await super().on_event(key)
        (self.focused or before).post_message(Done(self._number))

    def on_done(self, message: Done) -> None:
        """The key was dealt with; what it began (a focus, a screen) is let happen."""
        message.stop()
        if self._waiting and not message.again:
            (self.focused or self.screen).post_message(Done(message.number, again=True))
        else:
            self.call_later(self._settled, message.number, self.screen)

    def _settled(self, number: int, screen: "Screen[object]") -> None:
        if self._waiting and not self.screen.is_mounted:
            self.screen.call_after_refresh(self._next, number)
        else:
            self._next(number)

    def _hold(self, seconds: float) -> None:
        self._late = asyncio.get_running_loop().call_later(
            seconds, partial(self._next, in_any_case=True), self._number
        )

    def _next(self, number: int, *, in_any_case: bool = False) -> None:
        if number != self._number or self._late is None:
            return
        self._late.cancel()
        self._late = None
        self._held = bool(self._waiting) and self.is_behind and not in_any_case
        if self._held:
            self._hold(BEHIND_S)
        elif self._waiting:
            self.call_later(self._hand_on, self._waiting.popleft())
