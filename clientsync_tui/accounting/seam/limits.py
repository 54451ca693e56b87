"""The softwares' limits on calls, kept by all processes on this host together.

A small SQLite file holds what every process has to know: how many calls went out in the last minute, who is calling now
(leases, which end by themselves, so that a killed process holds no place for long), and until when the software has told us
to wait. It is a cache: a damaged file is thrown away.
"""

import asyncio
import contextlib
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

from filelock import FileLock

from ...practice.status import Fault
from ...practice.trouble import PassingTrouble, UsageError
from .software import Limits

WINDOW_S = 60
_PURGE_EVERY = 200
_BUSY_FOR_S = 5.0
_BUSY_MS = 10  # longer than anybody's transaction, shorter than anybody sees
_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (lane TEXT, second INTEGER, n INTEGER, PRIMARY KEY (lane, second)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases (id INTEGER PRIMARY KEY, lane TEXT, until REAL);
CREATE INDEX IF NOT EXISTS leases_lane ON leases (lane, until);
CREATE TABLE IF NOT EXISTS blocked (lane TEXT PRIMARY KEY, until REAL) WITHOUT ROWID;
"""


class Lane(NamedTuple):
    """What a limit is counted for: one organisation of an app, or (organisation_id None) the app itself."""

    software: str
    client_id: str
    organisation_id: str | None = None

    @property
    def app(self) -> "Lane":
        """The lane of the whole app."""
        return Lane(self.software, self.client_id)

    @property
    def key(self) -> str:
        """The lane as the file knows it."""
        return "\n".join((self.software, self.client_id, self.organisation_id or ""))


class _Line:
    """Those of this process who wait for one lane: `at_once` go in, through a `door` that opens to one after the other."""

    def __init__(self, at_once: int) -> None:
        self.at_once = asyncio.Semaphore(at_once)
        self.door = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """`lease`: the place given, None when there is none yet, for `wait_s`; `told`: because the software told us to wait."""

    lease: int | None
    wait_s: float = 0.0
    told: bool = False


class Limiter:
    """Gives turns to call. One for a process; all processes of a host that share `path` obey the limits together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = _open(path)
        self._lines: WeakValueDictionary[Lane, _Line] = WeakValueDictionary()
        self._left: list[int] = []
        self._given = 0
        self._held_up: Counter[str] = Counter()

    def held_up(self, software: str) -> int:
        """How many lanes of a software (organisations, as a rule) wait for a limit now, in this process."""
        return self._held_up[software]

    @asynccontextmanager
    async def turn(
        self, lane: Lane, limits: Limits, *, longest_wait_s: float, lease_s: float
    ) -> AsyncGenerator[None]:
        """A turn to make one call in `lane`; the lease ends by itself after `lease_s` seconds.

        Waits for the own limits as long as it takes; for a wait that the software told us of at most `longest_wait_s`
        seconds, beyond which PassingTrouble(LIMIT) says when to come back. First come, first served within a process.
        """
        line = self._line(lane, limits.organisation_at_once if lane.organisation_id else limits.at_once)
        whole = self._line(lane.app, limits.at_once)
        async with line.at_once:
            async with line.door:
                lease = await self._admitted(lane, limits, whole, longest_wait_s, lease_s)
            try:
                yield
            finally:
                if whole is not line:
                    whole.at_once.release()
                self._left.append(lease)
                with contextlib.suppress(sqlite3.Error):  # the next turn takes it off
                    self._take_off()

    async def _admitted(
        self, lane: Lane, limits: Limits, whole: _Line, longest_wait_s: float, lease_s: float
    ) -> int:
        """The lease; the caller holds a place of `whole` from then on (only a place that is used is held, so that a
        lane that has to wait keeps no other from calling)."""
        crowded = 0.05
        while True:
            if lane.organisation_id:
                await whole.at_once.acquire()
            try:
                verdict = await self._ask(lane, limits, lease_s)
            except BaseException:
                self._leave(lane, whole)
                raise
            if verdict.lease is not None:
                return verdict.lease
            self._leave(lane, whole)
            if verdict.told and verdict.wait_s > longest_wait_s:
                until = datetime.fromtimestamp(time.time() + verdict.wait_s, UTC)
                raise PassingTrouble(
                    Fault.LIMIT,
                    f"The software allows no more calls until {until:%d %b %H:%M} UTC; try again then.",
                    until,
                )
            if not verdict.wait_s:
                await asyncio.sleep(crowded)
                crowded = min(crowded * 1.5, 0.25)
                continue
            self._held_up[lane.software] += 1
            try:
                await asyncio.sleep(max(verdict.wait_s, crowded))
            finally:
                self._held_up[lane.software] -= 1

    @staticmethod
    def _leave(lane: Lane, whole: _Line) -> None:
        if lane.organisation_id:
            whole.at_once.release()

    def block(self, lane: Lane, seconds: float) -> None:
        """Nobody on this host calls in `lane` for so long (a longer wait already known stays)."""
        with contextlib.suppress(sqlite3.Error):  # the software says it again
            self._database.execute(
                "INSERT INTO blocked VALUES (?, ?) ON CONFLICT (lane) DO UPDATE SET until = max(until, excluded.until)",
                (lane.key, time.time() + seconds),
            )

    def used_up(self, lane: Lane) -> None:
        """The software says that this minute's calls are used up: nobody calls until the first of ours is a minute old."""
        now = time.time()
        with contextlib.suppress(sqlite3.Error):  # the software says it again
            oldest = self._database.execute(
                "SELECT min(second) FROM calls WHERE lane = ? AND second BETWEEN ? AND ?",
                (lane.key, int(now) - WINDOW_S, int(now)),
            ).fetchone()[0]
            self.block(lane, max(1.0, (oldest if oldest is not None else now) + WINDOW_S + 1 - now))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _take_off(self) -> None:
        self._database.executemany("DELETE FROM leases WHERE id = ?", [(lease,) for lease in self._left])
        self._left.clear()

    def _line(self, lane: Lane, at_once: int) -> _Line:
        line = self._lines.get(lane)
        if line is None:
            line = self._lines[lane] = _Line(at_once)
        return line

    async def _ask(self, lane: Lane, limits: Limits, lease_s: float) -> _Verdict:
        ends = time.monotonic() + _BUSY_FOR_S
        pause = 0.001
        while True:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                # A longer wait is done here, not in SQLite, which would stop the screen meanwhile.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                    raise _unusable(self._path, error) from None
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.05)
        try:
            verdict = self._decide(lane, limits, lease_s, time.time())
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise _unusable(self._path, error) from None
        return verdict

    def _decide(self, lane: Lane, limits: Limits, lease_s: float, now: float) -> _Verdict:
        ask = self._database.execute
        if self._left:
            self._take_off()
        lanes = (lane.key, lane.app.key) if lane.organisation_id else (lane.key,)
        (until,) = ask(
            f"SELECT max(until) FROM blocked WHERE lane IN ({','.join('?' * len(lanes))})",  # noqa: S608
            lanes,
        ).fetchone()
        if until is not None and until > now:
            return _Verdict(None, until - now, told=True)
        # What lies in the future was written before the clock was set back, and counts for nothing.
        for key, most in zip(
            lanes,
            (limits.organisation_a_minute, limits.app_a_minute)
            if lane.organisation_id
            else (limits.app_a_minute,),
            strict=True,
        ):
            made, oldest = ask(
                "SELECT sum(n), min(second) FROM calls WHERE lane = ? AND second BETWEEN ? AND ?",
                (key, int(now) - WINDOW_S, int(now)),
            ).fetchone()
            if (made or 0) >= most:
                return _Verdict(None, oldest + WINDOW_S + 1 - now)
        if lane.organisation_id:
            (calling,) = ask(
                "SELECT count(*) FROM leases WHERE lane = ? AND until BETWEEN ? AND ?",
                (lane.key, now, now + 3600),
            ).fetchone()
            if calling >= limits.organisation_at_once:
                return _Verdict(None)
        for key in lanes:
            ask("INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", (key, int(now)))
        lease = ask("INSERT INTO leases (lane, until) VALUES (?, ?)", (lane.key, now + lease_s)).lastrowid
        self._given += 1
        if self._given % _PURGE_EVERY == 1:
            ask("DELETE FROM calls WHERE second NOT BETWEEN ? AND ?", (int(now) - WINDOW_S, int(now) + 1))
            ask("DELETE FROM leases WHERE until NOT BETWEEN ? AND ?", (now, now + 3600))
            ask("DELETE FROM blocked WHERE until < ?", (now,))
        return _Verdict(lease)


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite does not wait for another that is just turning the same new file to WAL: it says "locked" at once.
        with FileLock(f"{path}.lock", timeout=_BUSY_FOR_S, poll_interval=0.005):
            try:
                return _connect(path)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                    raise
                path.unlink(missing_ok=True)
                return _connect(path)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from None


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_FOR_S, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        # Nothing here is worth a wait for the disk: after a power cut the last minute is over anyway.
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_SCHEMA)
        database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    except BaseException:
        database.close()
        raise
    return database


def _unusable(path: Path, error: Exception) -> UsageError:
    return UsageError(f"{path}, where the limits on calls are kept, cannot be used: {error}")
