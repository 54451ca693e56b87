"""A key in the real program: 100,000 clients compared with 100, the letter of a filter compared with fzf or SQLite, and while a job runs."""

import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import NamedTuple

from bench.measures.select_table import ENOUGH, press
from bench.programs.filled import filled
from bench.result import Result, measure, missing
from bench.terminal import Cost, Terminal

FEW, MANY = 100, 100_000
QUIET = {"TEXTUAL_ANIMATIONS": "none"}
MOVES = (
    ("down", ("down", "up")),
    ("space", ("space", "space")),
    ("page", ("page down", "page up")),
    ("end", ("end", "home")),
    ("select all", ("A", "N")),
)
TYPED = ("sta", "4219")
"""What is typed as a filter: each letter leaves another client as the first. No letter is in the name of who is signed in."""
SORTED, LETTER, COUNTED = 3, 1.2, 2
"""How much more a list a thousand times as long may cost, because sorting and counting have to read all of it."""


@measure("keys")
def keys(quick: bool) -> Iterator[Result]:
    """Keys in the client list, and the first letters of a filter."""
    times, many_clients = (4, 2_000) if quick else (60, MANY)
    with ExitStack() as stack:
        few, many = (stack.enter_context(filled(n)) for n in (FEW, many_clients))
        terminals = [stack.enter_context(app_on(config)) for config in (many, few)]
        for terminal in terminals:
            terminal.wait_for("C000000")
        time.sleep(0.5 if quick else 1.5)  # until the starts have settled
        beside = f"{many_clients:,} / {FEW} clients"
        for name, both in MOVES:
            much, little = press(terminals, both, times)
            yield from lines(f"app, {name}: {beside}", [c.ms for c in much], [c.ms for c in little], 1.1)
            yield Result(f"app, {name}: {beside}, bytes", _bytes(much), _bytes(little), 1.1)
        databases = [config.with_name("practice.db") for config in (many, few)]
        (many_letters, few_letters), theirs, peer = _letters(terminals, databases, times)
        yield from lines(f"app, filter letter: {beside}", many_letters.first, few_letters.first, LETTER)
        yield from lines(
            f"app, filter letter, total: {beside}", many_letters.total, few_letters.total, COUNTED
        )
        what = f"app, filter letter / {peer}, ms p50"
        yield Result(what, statistics.median(many_letters.first), statistics.median(theirs), 1.0)
        for terminal in terminals:
            terminal.press("\x1b")
        much, little = _sorts(terminals, max(4, times // 5))
        yield from lines(f"app, sort: {beside}", much, little, SORTED)


def lines(what: str, ours: Sequence[float], other: Sequence[float], aim: float) -> Iterator[Result]:
    """The median of the keys and, if there are enough, their 95th percentile."""
    yield Result(f"{what}, ms p50", statistics.median(ours), statistics.median(other), aim)
    if len(ours) >= ENOUGH:
        yield Result(f"{what}, ms p95", quantile(ours), quantile(other), aim)


def quantile(times: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def _sorts(terminals: Sequence[Terminal], times: int) -> list[list[float]]:
    """From the choice of a column to its arrow in the header: by code, and the other way round."""
    took: list[list[float]] = [[] for _ in terminals]
    for turn in range(times):
        for terminal, its in zip(terminals, took, strict=True):
            terminal.press("o")
            its.append(terminal.press_until("\r", f"Code {'▲▼'[turn % 2]}"))
    return took


def _typed(times: int) -> Iterator[str]:
    """The field's text after each letter, for at least this many letters."""
    for _ in range(-(-times // len("".join(TYPED)))):
        for word in TYPED:
            yield from (word[: length + 1] for length in range(len(word)))


class Letters(NamedTuple):
    """Milliseconds from letters of a filter to the first frame whose first client is the right one, and to the right count."""

    first: list[float]
    total: list[float]


def _letters(
    terminals: Sequence[Terminal], databases: Sequence[Path], times: int
) -> tuple[list[Letters], list[float], str]:
    """Types letters one by one and deletes them. Letters that match none of the few clients are only typed in the long list. The peer has
    the names of the first practice, and shows clients and count in one frame. The peer's name comes last.
    """
    dbs = [sqlite3.connect(database) for database in databases]
    totals = [len(_found(db, "")[0]) for db in dbs]
    took = [Letters([], []) for _ in terminals]
    theirs: list[float] = []
    terminals[0].wait_for("☐ C000000")
    row = terminals[0].line_of("☐ C000000")
    for terminal in terminals:
        terminal.press("/")
    with ExitStack() as stack:
        fzf = None
        if shutil.which("fzf"):
            fzf = stack.enter_context(_fzf(dbs[0], databases[0].with_name("names.txt")))
            fzf.wait_for(f"{totals[0]}/{totals[0]}")
        else:
            missing("fzf", "SQLite is asked instead")
        for typed in _typed(times):
            for terminal, its, db, total in zip(terminals, took, dbs, totals, strict=True):
                codes, sqlite_ms = _found(db, typed)
                count = f"{len(codes):,} of {total:,}"
                if codes:
                    first, last = terminal.press_and_time(typed[-1], row, codes[0], count)
                    its.first.append(first)
                    its.total.append(last)
                if db is dbs[0]:
                    shown = f"{len(codes)}/{total}"
                    theirs.append(fzf.press_until(typed[-1], shown) if fzf else sqlite_ms)
            if typed in TYPED:
                # The cursor stays on its client, so it is taken back to the first.
                for terminal, key in product(terminals, ("\x1b", "home", "/")):
                    terminal.press(key)
                for _ in typed if fzf else "":
                    fzf.press("\x7f")
    for db in dbs:
        db.close()
    return took, theirs, "fzf" if fzf else "SQLite LIKE, which draws no frame"


def _found(db: sqlite3.Connection, text: str) -> tuple[list[str], float]:
    """The codes of the clients whose name or code contains the text, by name, and how many milliseconds SQLite needs to find them."""
    started = time.perf_counter()
    query = "SELECT practice_code FROM clients WHERE name LIKE ?1 OR practice_code LIKE ?1 OR team LIKE ?1 ORDER BY name_key"
    found = [code for (code,) in db.execute(query, (f"%{text}%",))]
    return found, (time.perf_counter() - started) * 1000


def _fzf(db: sqlite3.Connection, file: Path) -> Terminal:
    rows = db.execute("SELECT practice_code, name, team FROM clients ORDER BY name_key")
    file.write_text("".join(" ".join(row) + "\n" for row in rows))
    return Terminal(["sh", "-c", 'fzf --exact < "$0"', str(file)])


def app_on(config: Path) -> Terminal:
    """The program on a practice, with its own data folder, because it saves how the list is sorted."""
    data = config.parent / "data"
    (data / "clientsync").mkdir(parents=True, mode=0o700, exist_ok=True)
    env = {**QUIET, "XDG_DATA_HOME": str(data)}
    return Terminal([sys.executable, "-m", "clientsync_tui", "--config", str(config)], env=env)


def _bytes(costs: Sequence[Cost]) -> float:
    return statistics.median(cost.size for cost in costs)
