"""Calls wait for the limits of the accounting apps, across processes too."""

import asyncio
import sqlite3
import subprocess
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Literal

import pytest

from clientsync_tui.accounting.seam import limiter as limiter_module
from clientsync_tui.accounting.seam.limiter import Lane, Limiter
from clientsync_tui.accounting.seam.software import Limits, Rate
from clientsync_tui.practice.trouble import PassingTrouble
from tests.signin.desk import python
from tests.support.command import PATIENCE_S
from tests.support.forked import begin, talk

ONE, OTHER = Lane("xero", "app", "one"), Lane("xero", "app", "other")


def narrow(at_once: int, a_minute: int = 10_000, app_a_minute: int = 100_000, *, whole: int = 20) -> Limits:
    """Limits on calls at once, and per minute."""
    return Limits((Rate(a_minute, 60, "organisation"), Rate(app_a_minute, 60, "app")), at_once, at_once=whole)


WIDE = narrow(5)


@pytest.fixture
async def limiter(tmp_path: Path) -> AsyncGenerator[Limiter]:
    limiter = Limiter(tmp_path / "limits")
    yield limiter
    limiter.close()


class Counting:
    """Calls that take a moment; `most` at once, and `ended` in all."""

    def __init__(self, limiter: Limiter, limits: Limits, *, longest_wait_s: float = 5) -> None:
        self.limiter, self.limits, self.longest_wait_s = limiter, limits, longest_wait_s
        self.now = self.most = self.ended = 0

    async def call(self, lane: Lane, takes_s: float = 0.005) -> None:
        async with self.limiter.turn(lane, self.limits, longest_wait_s=self.longest_wait_s, lease_s=20):
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(takes_s)
            self.now -= 1
        self.ended += 1


async def test_calls_at_once_are_counted_for_an_organisation(limiter: Limiter):
    counting = Counting(limiter, WIDE)
    await asyncio.gather(*(counting.call(ONE) for _ in range(40)))
    assert (counting.most, counting.ended) == (5, 40)


async def test_calls_at_once_are_counted_for_the_whole_program(limiter: Limiter):
    counting = Counting(limiter, WIDE)
    await asyncio.gather(*(counting.call(Lane("xero", "app", str(n))) for n in range(60)))
    assert (counting.most, counting.ended) == (20, 60)


async def test_calls_for_no_organisation_count_for_the_app(limiter: Limiter):
    counting = Counting(limiter, narrow(5, whole=3))
    await asyncio.gather(*(counting.call(ONE.app) for _ in range(12)))
    assert (counting.most, counting.ended) == (3, 12)


async def test_first_come_first_served(limiter: Limiter):
    order: list[int] = []

    async def call(number: int) -> None:
        async with limiter.turn(ONE, narrow(1), longest_wait_s=1, lease_s=5):
            order.append(number)
            await asyncio.sleep(0.001)

    await asyncio.gather(*(call(number) for number in range(30)))
    assert order == list(range(30))


#: For each scope of a limit: lanes that count together, and one that counts separately.
WHOSE: dict[Literal["organisation", "app", "person"], tuple[list[Lane], Lane]] = {
    "organisation": ([ONE._replace(person="a"), ONE._replace(person="b")], OTHER._replace(person="a")),
    "app": ([ONE, OTHER, ONE.app], Lane("xero", "another app", "one")),
    "person": ([ONE._replace(person="a"), ONE.app._replace(person="a")], ONE._replace(person="b")),
}


async def test_calls_are_counted_by_the_scope_of_the_limit(tmp_path: Path):
    # All of them in parallel, because each waits until its first calls are over.
    async with asyncio.TaskGroup() as together:
        for per in WHOSE:
            together.create_task(_counted_for(per, tmp_path / per))


async def _counted_for(per: Literal["organisation", "app", "person"], path: Path) -> None:
    limiter, (lanes, free) = Limiter(path), WHOSE[per]
    counting = Counting(limiter, Limits((Rate(6, 2, per), Rate(1_000, 60, per)), 5))
    calls = [asyncio.create_task(counting.call(lanes[n % len(lanes)], 0)) for n in range(7)]
    async with asyncio.timeout(PATIENCE_S):
        while counting.ended < 6 or not limiter.held_up("xero"):
            await asyncio.sleep(0.01)
    assert (counting.ended, limiter.held_up("xero")) == (6, 1), per
    await counting.call(free, 0)
    await asyncio.gather(*calls)
    assert (counting.ended, limiter.held_up("xero")) == (8, 0), per
    limiter.close()


async def test_used_up_day_is_reported_without_waiting(limiter: Limiter):
    counting = Counting(limiter, Limits((Rate(3, 86_400, "organisation"),), 5))
    for _ in range(3):
        await counting.call(ONE, 0)
    with pytest.raises(PassingTrouble) as caught:
        await counting.call(ONE, 0)
    assert caught.value.retry_at is not None
    assert 86_000 < (caught.value.retry_at - datetime.now(UTC)).total_seconds() < 90_000
    await counting.call(OTHER, 0)


async def test_day_runs_from_its_first_call(limiter: Limiter, tmp_path: Path):
    counting = Counting(limiter, Limits((Rate(3, 86_400, "organisation"),), 5))
    with sqlite3.connect(tmp_path / "limits") as file:
        yesterday = int((time.time() - 90_000) * 60 / 86_400)
        file.execute("INSERT INTO made VALUES (?, 86400, ?, 3)", (ONE.key, yesterday))
    file.close()
    await counting.call(ONE, 0)


async def test_organisations_that_have_to_wait_hold_up_no_other(limiter: Limiter):
    """Uses more of them than the whole program may call at once."""
    counting = Counting(limiter, WIDE, longest_wait_s=7200)
    blocked = [Lane("xero", "app", f"blocked {n}") for n in range(25)]
    for lane in blocked:
        limiter.block(lane, 3600)
    held_up = [asyncio.create_task(counting.call(lane)) for lane in blocked for _ in range(8)]
    async with asyncio.timeout(PATIENCE_S):
        while limiter.held_up("xero") < 25:
            await asyncio.sleep(0.01)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(counting.call(OTHER) for _ in range(30)))
    assert counting.ended == 30
    for call in held_up:
        call.cancel()
    await asyncio.gather(*held_up, return_exceptions=True)
    assert limiter.held_up("xero") == 0


async def test_wait_that_is_too_long_is_reported_with_its_end(limiter: Limiter):
    limiter.block(ONE, 3600)
    limiter.block(ONE, 1)  # a longer wait already known stays
    with pytest.raises(PassingTrouble) as caught:
        await Counting(limiter, WIDE, longest_wait_s=60).call(ONE)
    assert caught.value.fault == "limit"
    assert caught.value.retry_at is not None
    assert 3500 < (caught.value.retry_at - datetime.now(UTC)).total_seconds() <= 3600


async def test_short_wait_is_waited_out(limiter: Limiter):
    limiter.block(ONE.app, 0.1)
    started = time.monotonic()
    await Counting(limiter, WIDE).call(ONE)
    assert time.monotonic() - started >= 0.1


async def test_when_the_software_says_that_the_minute_is_used_up_no_one_calls(limiter: Limiter):
    await Counting(limiter, WIDE).call(ONE)
    limiter.used_up(ONE)
    with pytest.raises(PassingTrouble):
        await Counting(limiter, WIDE, longest_wait_s=30).call(ONE)
    await Counting(limiter, WIDE).call(OTHER)


async def test_cancelled_wait_takes_no_slot(limiter: Limiter):
    counting = Counting(limiter, narrow(1, whole=1))
    for _ in range(5):
        running = asyncio.create_task(counting.call(ONE, 60))
        waiting = [asyncio.create_task(counting.call(lane)) for lane in (ONE, OTHER)]
        await asyncio.sleep(0.01)
        for task in (*waiting, running):
            task.cancel()
        await asyncio.gather(*waiting, running, return_exceptions=True)
    counting.now = 0
    async with asyncio.timeout(PATIENCE_S):
        await counting.call(ONE)
        await counting.call(OTHER)


#: Takes turns like another process of this host. Arguments: the file, how many, calls per hour, and how long each takes in seconds.
TAKER = """
import asyncio, sys, time
from pathlib import Path
from clientsync_tui.accounting.seam.limiter import Lane, Limiter
from clientsync_tui.accounting.seam.software import Limits, Rate

async def main(path, number, an_hour, takes):
    limiter = Limiter(Path(path))
    print("ready", flush=True)
    sys.stdin.readline()

    async def call():
        limits = Limits((Rate(int(an_hour), 3600, "organisation"),), 3)
        async with limiter.turn(Lane("xero", "app", "one"), limits, longest_wait_s=1, lease_s=9):
            began = time.time()
            await asyncio.sleep(float(takes))
            print(began, time.time(), flush=True)

    await asyncio.wait([asyncio.create_task(call()) for _ in range(int(number))])
    limiter.close()

asyncio.run(main(*sys.argv[1:]))
"""


def taken(path: Path, processes: int, number: int, an_hour: int, takes_s: float) -> list[tuple[float, float]]:
    """When each call of all processes began and ended."""
    runs = [
        python(TAKER, str(path), str(number), str(an_hour), str(takes_s), stdin=subprocess.PIPE)
        for _ in range(processes)
    ]
    for run in runs:
        assert run.stdout is not None and run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    found: list[tuple[float, float]] = []
    for run in runs:
        out, err = run.communicate(timeout=PATIENCE_S)
        assert run.returncode == 0, err
        for line in out.splitlines():
            began, ended = map(float, line.split())
            found.append((began, ended))
    return found


def test_two_processes_share_the_calls_at_once(tmp_path: Path):
    calls = taken(tmp_path / "limits", 2, 9, 10_000, 0.02)
    assert len(calls) == 18
    most = max(sum(began <= moment < ended for began, ended in calls) for moment, _ in calls)
    assert most <= 3


def test_two_processes_share_the_calls_of_an_hour(tmp_path: Path):
    assert len(taken(tmp_path / "limits", 2, 25, 30, 0)) == 30


def hold_places(path: Path, number: int, line: Connection) -> None:
    """Holds that many places of ONE until it is killed. Reports when it has them."""

    async def main() -> None:
        limiter, limits = Limiter(path), narrow(number)
        async with AsyncExitStack() as held:
            for _ in range(number):
                await held.enter_async_context(limiter.turn(ONE, limits, longest_wait_s=1, lease_s=600))
            line.send("held")
            await asyncio.Event().wait()

    asyncio.run(main())


@pytest.fixture
def holder(tmp_path: Path) -> Generator[ForkServerProcess]:
    """A process that holds three places of ONE in the file `limits`."""
    line, theirs = talk()
    process = begin(hold_places, tmp_path / "limits", 3, theirs)
    theirs.close()
    assert line.recv() == "held"
    yield process
    process.kill()
    process.join()


async def test_killed_process_holds_no_place(holder: ForkServerProcess, limiter: Limiter):
    holder.kill()
    holder.join()
    started = time.monotonic()
    await Counting(limiter, narrow(3)).call(ONE)
    assert time.monotonic() - started < PATIENCE_S < 600


@pytest.mark.parametrize("of_whom", ["a living process", "another machine", "nobody known"])
async def test_place_stays_if_its_process_may_still_run(
    holder: ForkServerProcess, limiter: Limiter, tmp_path: Path, of_whom: str
):
    if of_whom != "a living process":
        holder.kill()
        holder.join()
        with sqlite3.connect(tmp_path / "limits") as file:
            # A name that leads out of the folder must not be looked at, either.
            foreign = f"{'0' * 8}-{'0' * 16}" if of_whom == "another machine" else "/../nowhere"
            file.execute("UPDATE places SET holder = ?", (foreign,))
        file.close()
    call = asyncio.create_task(Counting(limiter, narrow(3)).call(ONE))
    others = Counting(limiter, narrow(3))
    while not call.done() and others.ended < 30:
        await others.call(OTHER)
    assert not call.done()
    call.cancel()
    await asyncio.wait([call])


def test_locks_that_killed_processes_left_are_removed(holder: ForkServerProcess, tmp_path: Path):
    (held,) = tmp_path.glob("limits-*.lock")
    left = held.with_name(held.name[: -len("0123456789abcdef.lock")] + "0123456789abcdef.lock")
    left.touch()
    Limiter(tmp_path / "limits").close()
    assert held.exists() and not left.exists()


async def test_long_write_by_another_process_blocks_no_screen(limiter: Limiter, tmp_path: Path):
    other = sqlite3.connect(tmp_path / "limits", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    call = asyncio.create_task(Counting(limiter, WIDE).call(ONE))
    slowest = 0.0
    for _ in range(20):
        before = time.monotonic()
        await asyncio.sleep(0.01)
        slowest = max(slowest, time.monotonic() - before)
    # SQLite itself would wait for five seconds.
    assert not call.done() and slowest < 4
    other.execute("COMMIT")
    other.close()
    await call


async def test_slot_is_released_while_another_process_writes(limiter: Limiter, tmp_path: Path):
    other = sqlite3.connect(tmp_path / "limits", isolation_level=None)
    limits = narrow(1)
    async with limiter.turn(ONE, limits, longest_wait_s=1, lease_s=60):
        other.execute("BEGIN IMMEDIATE")
    other.execute("COMMIT")
    other.close()
    counting = Counting(limiter, limits, longest_wait_s=1)
    await counting.call(ONE)
    assert counting.ended == 1


async def test_clock_set_back_blocks_no_call(tmp_path: Path):
    path = tmp_path / "limits"
    Limiter(path).close()
    later = time.time() + 7200
    with sqlite3.connect(path) as file:
        file.execute("INSERT INTO made VALUES (?, 60, ?, 1000)", (ONE.key, int(later)))
        file.executemany("INSERT INTO places (lane, until) VALUES (?, ?)", [(ONE.key, later)] * 9)
    file.close()
    limiter = Limiter(path)
    async with asyncio.timeout(PATIENCE_S):
        await Counting(limiter, narrow(5, 60)).call(ONE)
    limiter.close()


async def test_expired_limits_are_removed(limiter: Limiter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limiter_module, "_PURGE_EVERY", 2)
    with sqlite3.connect(tmp_path / "limits") as file:
        file.executemany("INSERT INTO made VALUES (?, 60, ?, 1)", [(f"lane {n}", n) for n in range(100)])
        file.execute("INSERT INTO places (lane, until) VALUES ('x', 1)")
        file.execute("INSERT INTO pauses VALUES ('x', 0, 1)")
    for _ in range(3):
        await Counting(limiter, WIDE).call(ONE)
    limiter.close()
    rows = [
        file.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("made", "places", "pauses")
    ]
    file.close()
    assert rows[0] <= 4 and rows[1:] == [0, 0]
