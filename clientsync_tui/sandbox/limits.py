"""Rate limits as an accounting software has them: so many calls at once, a minute and a day, for an organisation and for the app."""

from collections import deque
from dataclasses import dataclass, field

from .clock import Clock

MINUTE_S = 60
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a software allows one app: for one organisation at once, a minute and a day, and for all together a minute."""

    at_once: int
    a_minute: int
    a_day: int
    app_a_minute: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Which limit was met, and after how many seconds to come again."""

    problem: str
    retry_after_s: int


@dataclass(slots=True)
class Lane:
    """The calls of one organisation, or of a whole app."""

    running: int = 0
    minute: deque[float] = field(default_factory=deque[float])
    day: int = 0
    today: int = 0

    def pass_time(self, now: float) -> None:
        while self.minute and self.minute[0] <= now - MINUTE_S:
            self.minute.popleft()
        if self.day != int(now // DAY_S):
            self.day, self.today = int(now // DAY_S), 0


class Limits:
    """Counts calls. With `on` false it refuses nothing, and says that nothing is used up."""

    def __init__(self, clock: Clock, on: bool) -> None:
        self._clock = clock
        self._on = on
        self._lanes: dict[tuple[str, str, str | None], Lane] = {}

    def _lane(self, software: str, app: str, organisation: str | None) -> Lane:
        lane = self._lanes.setdefault((software, app, organisation), Lane())
        lane.pass_time(self._clock.now())
        return lane

    def enter(self, software: str, app: str, organisation: str | None, allowed: Allowed) -> Refused | None:
        """Begins a call, which `leave` ends; or says which limit forbids it, and then nothing is to be ended."""
        now = self._clock.now()
        whole = self._lane(software, app, None)
        lanes = [whole]
        refused = None
        if len(whole.minute) >= allowed.app_a_minute:
            refused = Refused("appminute", _until(whole, now))
        if organisation is not None:
            lane = self._lane(software, app, organisation)
            lanes.append(lane)
            if lane.today >= allowed.a_day:
                refused = Refused("day", int(DAY_S - now % DAY_S) + 1)
            elif len(lane.minute) >= allowed.a_minute:
                refused = Refused("minute", _until(lane, now))
            elif lane.running >= allowed.at_once:
                refused = Refused("concurrent", 1)
        if refused and self._on:
            return refused
        for lane in lanes:
            lane.running += 1
            lane.minute.append(now)
            lane.today += 1
        return None

    def leave(self, software: str, app: str, organisation: str | None) -> None:
        """Ends a call that `enter` let in."""
        self._lane(software, app, None).running -= 1
        if organisation is not None:
            self._lane(software, app, organisation).running -= 1

    def remaining(
        self, software: str, app: str, organisation: str | None, allowed: Allowed
    ) -> tuple[int, int]:
        """How many calls are left this minute and today; for the app (organisation None) only the first means something."""
        lane = self._lane(software, app, organisation)
        a_minute = allowed.app_a_minute if organisation is None else allowed.a_minute
        if not self._on:
            return a_minute, allowed.a_day
        return max(0, a_minute - len(lane.minute)), max(0, allowed.a_day - lane.today)


def _until(lane: Lane, now: float) -> int:
    """Seconds until the oldest call is a minute old, rounded up."""
    return int(lane.minute[0] + MINUTE_S - now) + 1
