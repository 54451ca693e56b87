"""This host's share of limits that several hosts use: it requests a block of calls from time to time, and spends it
on its own.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from .limits import Rate
from .limits_file import LimitsFile

PARTS = 12
"""A block is this fraction of a rate, valid for this fraction of the rate's time. Unspent calls are lost."""
SHORTEST_S, LONGEST_S = 2, 600
SCHEMA = """
CREATE TABLE granted (
    lane TEXT, seconds INTEGER, left INTEGER, until REAL, PRIMARY KEY (lane, seconds)
) WITHOUT ROWID;
"""
Counted = Sequence[tuple[str, Rate]]
"""Rates, each with the key its calls are counted under."""


class Budget(Protocol):
    """Grants calls."""

    def grant(self, lane: str, calls: int, seconds: int, wanted: int) -> tuple[int, float] | None:
        """Up to `wanted` of `calls` in `seconds`, and how long to wait if there are none. None: nobody can be asked
        now.
        """
        ...


class Blocks:
    """The blocks that all processes on this host spend together, in the limiter's file."""

    def __init__(self, file: LimitsFile, budget: Budget | None) -> None:
        self._file = file
        self._budget = budget
        self._asking = asyncio.Lock()

    def lacking(self, counted: Counted, now: float) -> tuple[str, Rate] | None:
        """The first rate with no calls left here; None if there is none, or if no other host shares the limits."""
        if self._budget is None:
            return None
        return next(((key, rate) for key, rate in counted if not self._has(key, rate, now)), None)

    def spend(self, counted: Counted) -> None:
        """Takes one call from each rate, within the caller's transaction."""
        if self._budget is not None:
            self._file.executemany(
                "UPDATE granted SET left = left - 1 WHERE lane = ? AND seconds = ?",
                [(key, rate.seconds) for key, rate in counted],
            )

    async def ask(self, key: str, rate: Rate) -> float:
        """Requests a block of a rate. Returns how long to wait; 0 if there are calls now. Raises Trouble if the file can't be used."""
        assert self._budget is not None
        async with self._asking:
            # Another call may have requested one while this one was waiting.
            if await self._file.change(lambda: self._has(key, rate, time.time())):
                return 0
            wanted = max(1, rate.calls // PARTS)
            answer = await asyncio.to_thread(self._budget.grant, key, rate.calls, rate.seconds, wanted)
            # Without the server, this host only has its own count.
            calls, wait_s = (wanted, 0.0) if answer is None else answer
            if calls:
                until = time.time() + min(max(rate.seconds / PARTS, SHORTEST_S), LONGEST_S)
                values = (key, rate.seconds, calls, until)
                statement = "INSERT OR REPLACE INTO granted VALUES (?, ?, ?, ?)"
                await self._file.change(lambda: self._file.execute(statement, values))
            return wait_s

    def _has(self, key: str, rate: Rate, now: float) -> bool:
        query = "SELECT 1 FROM granted WHERE lane = ? AND seconds = ? AND left BETWEEN 1 AND ? AND until BETWEEN ? AND ?"
        # A block in the future was granted before the clock was set back. None has more calls than the rate.
        values = (key, rate.seconds, rate.calls, now, now + LONGEST_S)
        return self._file.execute(query, values).fetchone() is not None
