"""The apps' call limits, respected by all processes on this host together.

A small SQLite file holds what every process has to know: how many calls went out recently, who is calling now,
and how long an app has told us to wait.
"""

import asyncio
import contextlib
import os
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

from ...host import beside
from ...practice.status import Fault
from ...practice.trouble import PassingTrouble, UsageError
from . import blocks, places
from .blocks import Blocks, Budget
from .limits import Limits, Rate
from .limits_file import LimitsFile
from .places import Places

MINUTE_S = 60
_PARTS = 60  # the number of steps in which a rate's window moves
_PURGE_EVERY = 200
_MOST_CALLS = 1_000_000
"""More than any app allows in a minute."""
_LONGEST_PAUSE_S = 7 * 86_400
"""A pause that ends later than this was written by another program, or before the clock was set back."""
_SLACK_S = 1.0
"""A wait may end a little early, because clocks differ."""
_GIVEN_BACK_WITHIN_S = 0.01
_SCHEMA = f"""
CREATE TABLE made (
    lane TEXT, seconds INTEGER, part INTEGER, n INTEGER, PRIMARY KEY (lane, seconds, part)
) WITHOUT ROWID;
CREATE TABLE pauses (lane TEXT PRIMARY KEY, told REAL, until REAL) WITHOUT ROWID;
{places.SCHEMA}
{blocks.SCHEMA}
"""


class Lane(NamedTuple):
    """Whom a call counts for: an organisation, else a person, else the app itself.

    `person`: any id of the person who signed in; None if no personal limits apply.
    """

    software: str
    client_id: str
    organisation_id: str | None = None
    person: str | None = None

    @property
    def app(self) -> "Lane":
        """The lane of the app as a whole."""
        return Lane(self.software, self.client_id)

    @property
    def key(self) -> str:
        """The lane's key in the file."""
        return self._key(self.organisation_id or "", "" if self.organisation_id else self.person or "")

    def counted(self, rate: Rate) -> str | None:
        """The key under which a rate's calls are counted; None if the rate does not apply to this lane."""
        match rate.per:
            case "organisation":
                return self.key if self.organisation_id else None
            case "person":
                return self._key("", self.person) if self.person else None
            case "app":
                return self.app.key

    def _key(self, organisation_id: str, person: str) -> str:
        return "\n".join((self.software, self.client_id, organisation_id, person))


class _Line:
    """Calls of this process that wait for one lane. `at_once` may be in at a time, and enter one by one through the
    `door`.
    """

    def __init__(self, at_once: int) -> None:
        self.at_once = asyncio.Semaphore(at_once)
        self.door = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """`place`: the place given; None: wait for `wait_s` first. `patient`: the wait is for one of our own limits, a minute at most.
    `lacks`: a rate with no calls left on this host.
    """

    place: int | None
    wait_s: float = 0.0
    patient: bool = True
    lacks: tuple[str, Rate] | None = None


class _Made(NamedTuple):
    """The calls made in a rate's window, and how many seconds until the first of them leaves it."""

    calls: int
    over_in_s: float


class Limiter:
    """Gives turns to call. Each process has one, and all processes on a host that share `path` respect the limits
    together.
    """

    def __init__(self, path: Path, owner: beside.Owner | None = None, budget: Budget | None = None) -> None:
        """`owner`: who owns a new file (None: this user), because people who share a practice share it. `budget`:
        shared between hosts.

        Raises UsageError if the file can't be used.
        """
        owner = owner or beside.myself()
        self._file = LimitsFile(path, owner, _SCHEMA)
        self._places = Places(self._file, path, owner)
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()
        self._clearing: asyncio.TimerHandle | None = None
        self._given = 0
        self._held_up: Counter[str] = Counter()
        self._blocks = Blocks(self._file, budget)

    def held_up(self, software: str) -> int:
        """How many lanes of an app (usually organisations) are waiting for a limit in this process."""
        return self._held_up[software]

    @asynccontextmanager
    async def turn(
        self, lane: Lane, limits: Limits, *, longest_wait_s: float, lease_s: float
    ) -> AsyncGenerator[None]:
        """A turn to make one call in `lane`. Its place expires after `lease_s` seconds.

        Waits as long as it takes for our own limits of a minute; for longer ones, and if the app told us to wait, at most
        `longest_wait_s` seconds in all, beyond which PassingTrouble(LIMIT) says when to come back. First come, first served within a process.
        """
        line = self._line(lane, limits.organisation_at_once if lane.organisation_id else limits.at_once)
        whole = self._line(lane.app, limits.at_once)
        async with line.at_once:
            async with line.door:
                place = await self._admitted(lane, limits, whole, longest_wait_s, lease_s)
            try:
                yield
            finally:
                if whole is not line:
                    whole.at_once.release()
                self._give_back(place)

    async def _admitted(
        self, lane: Lane, limits: Limits, whole: _Line, longest_wait_s: float, lease_s: float
    ) -> int:
        """A place in the lane. On return, the caller also holds a place in `whole`. A lane that has to wait gives that place back, so
        that other lanes can call.
        """
        crowded, left_s = 0.05, longest_wait_s
        while True:
            if lane.key != lane.app.key:
                await whole.at_once.acquire()
            try:
                verdict = await self._ask(lane, limits, lease_s)
            except BaseException:
                self._leave(lane, whole)
                raise
            if verdict.place is not None:
                return verdict.place
            self._leave(lane, whole)
            if verdict.lacks is not None:
                key, rate = verdict.lacks
                verdict = _Verdict(None, await self._blocks.ask(key, rate), patient=rate.seconds <= MINUTE_S)
                if not verdict.wait_s:
                    continue
            if not verdict.patient and verdict.wait_s > left_s:
                until = datetime.fromtimestamp(time.time() + verdict.wait_s, UTC)
                raise PassingTrouble(
                    Fault.LIMIT,
                    f"The accounting app allows no more calls until {until:%d %b %H:%M} UTC; try again then.",
                    until,
                )
            if not verdict.wait_s:
                await asyncio.sleep(crowded)
                crowded = min(crowded * 1.5, 0.25)
                continue
            if not verdict.patient:
                left_s = max(left_s - verdict.wait_s, _SLACK_S)
            self._held_up[lane.software] += 1
            try:
                await asyncio.sleep(max(verdict.wait_s, crowded))
            finally:
                self._held_up[lane.software] -= 1

    @staticmethod
    def _leave(lane: Lane, whole: _Line) -> None:
        if lane.key != lane.app.key:
            whole.at_once.release()

    def block(self, lane: Lane, seconds: float) -> None:
        """Stops everyone on this host from calling in `lane` for that long (a longer wait already known stays)."""
        now = time.time()
        values = {
            "lane": lane.key,
            "now": now,
            "until": now + min(seconds, _LONGEST_PAUSE_S),
            "latest": now + _LONGEST_PAUSE_S,
        }
        # If this fails, the app says so again. A pause from the future was recorded before the clock was set back.
        with contextlib.suppress(sqlite3.Error), self._file.changing():
            self._file.execute(
                "INSERT INTO pauses VALUES (:lane, :now, :until) ON CONFLICT (lane) DO UPDATE SET told = :now, "
                "until = iif(told <= :now AND until BETWEEN :until AND :latest, until, :until)",
                values,
            )

    def used_up(self, lane: Lane) -> None:
        """The app says that this minute's calls are used up, so nobody calls until the first of ours is a minute
        old.
        """
        now = time.time()
        with contextlib.suppress(sqlite3.Error):  # the app says it again
            with self._file.changing():
                made = self._made(lane.key, MINUTE_S, _MOST_CALLS, now)
            self.block(lane, max(1.0, made.over_in_s) if made.calls else MINUTE_S + 1)

    def close(self) -> None:
        """Closes the file and gives up all places."""
        if self._clearing is not None:
            self._clearing.cancel()
            self._clear()
        self._places.close()
        self._file.close()

    def _give_back(self, place: int) -> None:
        """The next turn's transaction removes it if one follows soon, as it nearly always does in a job."""
        self._places.leave(place)
        if self._clearing is None:
            self._clearing = asyncio.get_running_loop().call_later(_GIVEN_BACK_WITHIN_S, self._clear)

    def _clear(self) -> None:
        self._clearing = None
        if not self._file.is_at_its_place():
            return
        with contextlib.suppress(sqlite3.Error), self._file.changing():  # the next turn removes it
            self._places.clear()

    def _line(self, lane: Lane, at_once: int) -> _Line:
        line = self._lines.get(lane.key)
        if line is None:
            line = self._lines[lane.key] = _Line(at_once)
        return line

    async def _ask(self, lane: Lane, limits: Limits, lease_s: float) -> _Verdict:
        return await self._file.change(lambda: self._decide(lane, limits, lease_s, time.time()))

    def _decide(self, lane: Lane, limits: Limits, lease_s: float, now: float) -> _Verdict:
        ask = self._file.execute
        self._places.clear()
        (until,) = ask(
            "SELECT max(until) FROM pauses WHERE lane IN (?, ?) AND told <= ? AND until BETWEEN ? AND ?",
            (lane.key, lane.app.key, now, now, now + _LONGEST_PAUSE_S),
        ).fetchone()
        if until is not None:
            return _Verdict(None, until - now, patient=False)
        counted = [(key, rate) for rate in limits.rates if (key := lane.counted(rate)) is not None]
        for key, rate in counted:
            made = self._made(key, rate.seconds, rate.calls, now)
            if made.calls >= rate.calls:
                return _Verdict(None, made.over_in_s, patient=rate.seconds <= MINUTE_S)
        if (lacks := self._blocks.lacking(counted, now)) is not None:
            return _Verdict(None, lacks=lacks)
        if lane.organisation_id and not self._places.has_room(lane.key, limits.organisation_at_once, now):
            return _Verdict(None)
        self._file.executemany(
            "INSERT INTO made VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = iif(n BETWEEN 1 AND ?, CAST(n AS INTEGER), 0) + 1",
            [(key, rate.seconds, _part(rate.seconds, now), rate.calls) for key, rate in counted],
        )
        self._blocks.spend(counted)
        place = self._places.take(lane.key, now, lease_s)
        self._given += 1
        if self._given % _PURGE_EVERY == 1:
            ask(
                "DELETE FROM made WHERE (part BETWEEN CAST(:now * :parts / seconds AS INTEGER) - :parts "
                "AND CAST(:now * :parts / seconds AS INTEGER) + 1) IS NOT TRUE",
                {"now": now, "parts": _PARTS},
            )
            self._places.clear_past(now)
            ask(
                "DELETE FROM pauses WHERE (until BETWEEN ? AND ?) IS NOT TRUE",
                (now, now + _LONGEST_PAUSE_S),
            )
        return _Verdict(place)

    def _made(self, key: str, seconds: int, most: int, now: float) -> _Made:
        # Entries in the future were written before the clock was set back, so they don't count. Nor do entries of more than `most`
        # calls: we never make that many.
        part = _part(seconds, now)
        calls, oldest = self._file.execute(
            "SELECT CAST(sum(n) AS INTEGER), CAST(min(part) AS INTEGER) FROM made "
            "WHERE lane = ? AND seconds = ? AND part BETWEEN ? AND ? AND n BETWEEN 1 AND ?",
            (key, seconds, part - _PARTS, part, most),
        ).fetchone()
        return _Made(calls or 0, (oldest + _PARTS + 1) * seconds / _PARTS - now if calls else 0.0)


def _part(seconds: int, now: float) -> int:
    return int(now * _PARTS / seconds)


def unusable(path: Path, owner: beside.Owner) -> str | None:
    """Why the file of call limits can't be used, for `doctor`; None if it can be, or is not there yet."""
    if not os.path.lexists(path):
        return None
    try:
        LimitsFile(path, owner, _SCHEMA).close()
    except UsageError as trouble:
        return str(trouble)
    return None
