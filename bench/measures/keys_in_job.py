"""A key in the real program while a job of thousands of clients runs on a slow server, beside the same key without it."""

import asyncio
import sys
import time
from collections.abc import Iterator

from bench.measures.jobs import add_clients
from bench.measures.keys import lines
from bench.measures.select_table import press
from bench.programs.practice import SOFTWARE, Bench, practice
from bench.result import Result, measure
from bench.terminal import Cost, Terminal
from clientsync_tui.sync.kinds import check
from clientsync_tui.sync.kinds.seam.kind import Request

LATENCY_MS = 250
"""A slow server. A key could have to wait for what the job does between its answers."""
FOUND = "Not connected"
"""A text that only the client list's screen has."""


@measure("keys_in_job")
def keys_in_job(quick: bool) -> Iterator[Result]:
    size, times = (400, 6) if quick else (10_000, 200)
    with practice(size, LATENCY_MS) as bench:
        job, jobs = asyncio.run(_cut_off(bench)), bench.workplace.store.jobs
        with _app(bench) as terminal:
            terminal.press("n")
            without = _keys(terminal, times)
        with _app(bench) as terminal:
            terminal.press("y")
            while jobs.one(job).left == size:
                time.sleep(0.1)
            terminal.press("\x1b")
            during = _keys(terminal, times)
            assert jobs.one(job).left > 0
        what = f"app, down: while a job of {size:,} clients runs / without it"
        yield from lines(what, [cost.ms for cost in during], [cost.ms for cost in without], 1.5)


async def _cut_off(bench: Bench) -> str:
    """The id of an unfinished job, which the program offers to resume."""
    store = bench.workplace.store
    async with bench.workplace.session() as session:
        sign_in = await bench.sign_in(session, 0)
        add_clients(store, sign_in.id, await session.reach(sign_in))
    return store.jobs.create(check.plan(Request(store, SOFTWARE, held={sign_in.id})), "bench")


def _app(bench: Bench) -> Terminal:
    config = str(bench.workplace.config.path)
    command = [sys.executable, "-m", "clientsync_tui", "--config", config]
    terminal = Terminal(command, env={"TEXTUAL_ANIMATIONS": "none"})
    terminal.wait_for("Resume it?")
    return terminal


def _keys(terminal: Terminal, times: int) -> list[Cost]:
    terminal.wait_for(FOUND)
    press([terminal], ("down", "up"), 4)
    return press([terminal], ("down", "up"), times)[0]
