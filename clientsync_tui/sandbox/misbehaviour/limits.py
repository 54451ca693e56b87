"""Rate limits like an accounting app's: calls per time for an organisation, the app or a person, and simultaneous calls."""

from collections import Counter, deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..world.clock import Clock

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Rate:
    """`calls` in `seconds`, counted per organisation, app or person. `problem`: the app's name for it.

    A day is a calendar day (UTC); shorter times slide.
    """

    calls: int
    seconds: int
    per: Literal["organisation", "app", "person"]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The limits for a call. `at_once`: simultaneous calls for one organisation; exceeding it is refused as
    `at_once_problem`.

    If several limits are exceeded, the first one named is reported.
    """

    rates: tuple[Rate, ...]
    at_once: int | None = None
    at_once_problem: str = ""


class Caller(NamedTuple):
    """Whose call it is."""

    software: str
    app: str
    person: str
    organisation: str | None

    def counted_for(self, rate: Rate) -> str | None:
        """For whom the call counts; None if the rate doesn't apply to it."""
        return {"organisation": self.organisation, "app": self.app, "person": self.person}[rate.per]


@dataclass(frozen=True, slots=True)
class Refused:
    """Which limit was exceeded, and how many seconds to wait."""

    problem: str
    retry_after_s: int


@dataclass(slots=True)
class CallWindow:
    """The calls that one rate counts together."""

    sliding: deque[float] = field(default_factory=deque[float])
    day: int = 0
    today: int = 0

    def made(self, rate: Rate, now: float) -> int:
        """How many calls count at the moment."""
        if rate.seconds == DAY_S:
            return self.today if self.day == int(now // DAY_S) else 0
        while self.sliding and self.sliding[0] <= now - rate.seconds:
            self.sliding.popleft()
        return len(self.sliding)

    def add(self, rate: Rate, now: float) -> None:
        if rate.seconds == DAY_S:
            self.today = self.made(rate, now) + 1
            self.day = int(now // DAY_S)
        else:
            self.sliding.append(now)

    def free_in_s(self, rate: Rate, now: float) -> int:
        """Seconds until a call no longer counts, rounded up."""
        ends_in = DAY_S - now % DAY_S if rate.seconds == DAY_S else self.sliding[0] + rate.seconds - now
        return int(ends_in) + 1


class Limits:
    """Counts calls. If `on` is false, it refuses nothing and reports that nothing is used up.

    `over`: how many calls exceeded a limit, by app, whether refused or not. `most`: the highest count of any
    rate. `most_at_once`: the highest number of simultaneous calls for one organisation.
    """

    def __init__(self, clock: Clock, on: bool) -> None:
        self.over: Counter[str] = Counter()
        self.most: Counter[tuple[str, Rate]] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self._clock = clock
        self._on = on
        self._windows: dict[tuple[str, str, str, Rate], CallWindow] = {}
        self._running: Counter[tuple[str, str, str]] = Counter()

    def _window(self, caller: Caller, rate: Rate) -> CallWindow | None:
        whose = caller.counted_for(rate)
        if whose is None:
            return None
        return self._windows.setdefault((caller.software, caller.app, whose, rate), CallWindow())

    def enter(self, caller: Caller, allowed: Allowed) -> Refused | None:
        """Starts a call, which `leave` ends; or says which limit forbids it, and then there is nothing to end."""
        now = self._clock.now()
        windows = [
            (rate, window) for rate in allowed.rates if (window := self._window(caller, rate)) is not None
        ]
        refused = next(
            (
                Refused(rate.problem, window.free_in_s(rate, now))
                for rate, window in windows
                if window.made(rate, now) >= rate.calls
            ),
            None,
        )
        place = caller.software, caller.app, caller.organisation or ""
        if refused is None and allowed.at_once is not None and caller.organisation is not None:
            refused = Refused(allowed.at_once_problem, 1) if self._running[place] >= allowed.at_once else None
        if refused:
            self.over[caller.software] += 1
            if self._on:
                return refused
        for rate, window in windows:
            window.add(rate, now)
            key = caller.software, rate
            self.most[key] = max(self.most[key], window.made(rate, now))
        self._running[place] += 1
        if caller.organisation is not None:
            running = max(self.most_at_once[caller.software], self._running[place])
            self.most_at_once[caller.software] = running
        return None

    @contextmanager
    def lifted(self) -> Generator[None]:
        """Nothing is refused until the end of the block."""
        was, self._on = self._on, False
        try:
            yield
        finally:
            self._on = was

    def leave(self, caller: Caller) -> None:
        """Ends a call that `enter` admitted."""
        place = caller.software, caller.app, caller.organisation or ""
        self._running[place] -= 1
        if not self._running[place]:
            del self._running[place]

    def remaining(self, caller: Caller, rate: Rate) -> int:
        """How many more calls the rate allows."""
        window = self._window(caller, rate)
        if not self._on or window is None:
            return rate.calls
        return max(0, rate.calls - window.made(rate, self._clock.now()))
