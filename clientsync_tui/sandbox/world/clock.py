"""The sandbox's own clock: real time plus a lead that can be increased."""

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970 as the sandbox sees them. `ahead_s` never shrinks, so time only moves forward."""

    def __init__(self, ahead_s: float = 0) -> None:
        self.ahead_s = ahead_s

    def now(self) -> float:
        return time.time() + self.ahead_s

    def advance(self, seconds: float) -> None:
        """Moves forward by that many seconds. Raises ValueError for a negative number."""
        if not 0 <= seconds < 1e10:
            raise ValueError("a clock can only be moved forward")
        self.ahead_s += seconds


def utc(moment: float) -> datetime:
    """Seconds since 1970 as a time with its zone."""
    return datetime.fromtimestamp(moment, UTC)
