"""Caches what an app has just said about a sign-in, so that a bulk check of hundreds of organisations doesn't ask
hundreds of times.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from .software import Calls

AGE_S = 1.0
T = TypeVar("T")


class Lately(Generic[T]):
    """One answer per sign-in, valid for a second. Simultaneous callers wait for a single request."""

    def __init__(self) -> None:
        self._said: WeakKeyDictionary[Calls, tuple[float, T]] = WeakKeyDictionary()
        self._asking: WeakKeyDictionary[Calls, asyncio.Lock] = WeakKeyDictionary()

    async def of(self, calls: Calls, ask: Callable[[Calls], Awaitable[T]]) -> T:
        """What `ask` returns, or returned within the last second."""
        async with self._asking.setdefault(calls, asyncio.Lock()):
            at, answer = self._said.get(calls, (float("-inf"), None))
            if answer is None or time.monotonic() - at > AGE_S:
                answer = await ask(calls)
                self._said[calls] = time.monotonic(), answer
            return answer

    def forget(self, calls: Calls) -> None:
        """The answer no longer holds, because something was changed in the app."""
        self._said.pop(calls, None)
