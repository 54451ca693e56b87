"""The apps' limits on calls, shared by two hosts: the server grants blocks, and each host spends its own."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from clientsync_tui.accounting.seam.blocks import PARTS
from clientsync_tui.accounting.seam.limiter import Lane, Limiter
from clientsync_tui.accounting.seam.limits import Limits, Rate
from clientsync_tui.store.postgres.budget import Budget
from clientsync_tui.store.postgres.home import PostgresHome
from tests.support.command import PATIENCE_S
from tests.support.hosts import shared
from tests.support.postgres import Database, Server

RATE = Rate(48, 60, "organisation")
LIMITS = Limits((RATE,), organisation_at_once=100, at_once=100)
LANE = Lane("xero", "id", "o1")


@pytest.fixture
def budgets(tmp_path: Path, postgres: Database) -> tuple[Budget, Budget]:
    found: list[Budget] = []
    for host in shared(tmp_path, postgres, "ann", "ben"):
        with host.workplace() as workplace:
            assert isinstance(workplace.store.home, PostgresHome)
            found.append(Budget(workplace.store.home))
    first, second = found
    return first, second


async def let_through(*limiters: Limiter, tries: int = 100, enough: int) -> list[int]:
    """How many calls each host allows until that many are made, and for a moment after."""
    made = [0] * len(limiters)

    async def call(which: int) -> None:
        async with limiters[which].turn(LANE, LIMITS, longest_wait_s=0, lease_s=60):
            made[which] += 1

    waiting = [asyncio.create_task(call(which)) for which in range(len(limiters)) for _ in range(tries)]
    async with asyncio.timeout(PATIENCE_S):
        while sum(made) < enough:
            await asyncio.sleep(0.01)
    await asyncio.wait(waiting, timeout=0.3)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return made


async def test_two_hosts_make_no_more_calls_than_one_may(
    budgets: tuple[Budget, Budget], tmp_path: Path, postgres: Database
) -> None:
    first, second = (Limiter(tmp_path / f"limits{n}", budget=budget) for n, budget in enumerate(budgets))
    with closing(first), closing(second):
        # The second host has a block, of which the first one can take nothing, however fast it is.
        assert await let_through(second, tries=1, enough=1) == [1]
        made = await let_through(first, second, enough=RATE.calls - 1)
    assert sum(made) == RATE.calls - 1 and made[1] >= RATE.calls // PARTS - 1
    with postgres.connect() as db:
        assert db.execute("SELECT sum(n) FROM clientsync.rates").fetchone() == (RATE.calls,)
    for budget in budgets:
        budget.close()


async def test_block_is_spent_without_asking_and_the_server_is_not_missed(
    budgets: tuple[Budget, Budget], tmp_path: Path, postgres: Database, server: Server
) -> None:
    budget, _ = budgets
    with closing(Limiter(tmp_path / "limits", budget=budget)) as limiter:
        assert await let_through(limiter, tries=3, enough=3) == [3]
        with postgres.connect() as db:
            assert db.execute("SELECT n FROM clientsync.rates").fetchall() == [(4,)], "one block of a twelfth"
        server.stop()
        try:
            assert await let_through(limiter, tries=10, enough=10) == [10]
        finally:
            server.start()
    budget.close()
