"""This host's share of limits that several hosts use: it requests a block of calls from time to time, and spends it
on its own.
"""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from typing import Protocol

from .limits import Rate

PARTS = 12
"""A block is this fraction of a rate, valid for this fraction of the rate's time. Unspent calls are lost."""
SHORTEST_S, LONGEST_S = 2, 600
SCHEMA = """
CREATE TABLE IF NOT EXISTS granted (
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

    def __init__(self, database: sqlite3.Connection, budget: Budget | None) -> None:
        self._database = database
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
            self._database.executemany(
                "UPDATE granted SET left = left - 1 WHERE lane = ? AND seconds = ?",
                [(key, rate.seconds) for key, rate in counted],
            )

    async def ask(self, key: str, rate: Rate) -> float:
        """Requests a block of a rate. Returns how long to wait; 0 if there are calls now."""
        assert self._budget is not None
        async with self._asking:
            # Another call may have requested one while this one was waiting.
            if self._has(key, rate, time.time()):
                return 0
            wanted = max(1, rate.calls // PARTS)
            answer = await asyncio.to_thread(self._budget.grant, key, rate.calls, rate.seconds, wanted)
            # Without the server, this host only has its own count.
            calls, wait_s = (wanted, 0.0) if answer is None else answer
            if calls:
                until = time.time() + min(max(rate.seconds / PARTS, SHORTEST_S), LONGEST_S)
                values = (key, rate.seconds, calls, until)
                self._database.execute("INSERT OR REPLACE INTO granted VALUES (?, ?, ?, ?)", values)
            return wait_s

    def _has(self, key: str, rate: Rate, now: float) -> bool:
        query = "SELECT 1 FROM granted WHERE lane = ? AND seconds = ? AND left > 0 AND until BETWEEN ? AND ?"
        # A block in the future was granted before the clock was set back.
        values = (key, rate.seconds, now, now + LONGEST_S)
        return self._database.execute(query, values).fetchone() is not None
