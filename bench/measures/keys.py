"""A key in the real program: 100,000 clients beside 100, the letter of a filter beside fzf or SQLite, and while a job runs."""

import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

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
DIGITS = "4219"
"""What is typed as a filter: each letter leaves other clients."""
SORTED, LETTER = 3, 2
"""What a list a thousand times as long may cost more: no one sorts or searches it without looking at it."""


@measure("keys")
def keys(quick: bool) -> Iterator[Result]:
    """Keys in the client list, and the first letters of a filter."""
    times, many_clients = (6, 5_000) if quick else (60, MANY)
    with ExitStack() as stack:
        few, many = (stack.enter_context(filled(n)) for n in (FEW, many_clients))
        terminals = [stack.enter_context(app_on(config)) for config in (many, few)]
        for terminal in terminals:
            terminal.wait_for("C000000")
        time.sleep(1.5)  # until the starts have settled
        beside = f"{many_clients:,} / {FEW} clients"
        for name, both in MOVES:
            much, little = press(terminals, both, times)
            yield from lines(f"app, {name}: {beside}", [c.ms for c in much], [c.ms for c in little], 1.1)
            yield Result(f"app, {name}: {beside}, bytes", _bytes(much), _bytes(little), 1.1)
        much, little = _sorts(terminals, max(4, times // 5))
        yield from lines(f"app, sort: {beside}", much, little, SORTED)
        databases = [config.with_name("practice.db") for config in (many, few)]
        much, little, theirs, peer = _letters(terminals, databases, times)
        yield from lines(f"app, filter letter: {beside}", much, little, LETTER)
        what = f"app, filter letter / {peer}, ms p50"
        yield Result(what, statistics.median(much), statistics.median(theirs), 1.0)


def lines(what: str, ours: Sequence[float], other: Sequence[float], aim: float) -> Iterator[Result]:
    """The median of keys and, where there are enough of them, what one in twenty is slower than."""
    yield Result(f"{what}, ms p50", statistics.median(ours), statistics.median(other), aim)
    if len(ours) >= ENOUGH:
        yield Result(f"{what}, ms p95", quantile(ours), quantile(other), aim)


def quantile(times: Sequence[float]) -> float:
    """What one in twenty is longer than."""
    return statistics.quantiles(times, n=20)[-1]


def _sorts(terminals: Sequence[Terminal], times: int) -> list[list[float]]:
    """From the choice of a column to its arrow in the header: by code, and the other way round."""
    took: list[list[float]] = [[] for _ in terminals]
    for turn in range(times):
        for terminal, its in zip(terminals, took, strict=True):
            terminal.press("o")
            its.append(terminal.press_until("\r", f"Code {'▲▼'[turn % 2]}"))
    return took


def _letters(
    terminals: Sequence[Terminal], databases: Sequence[Path], times: int
) -> tuple[list[float], list[float], list[float], str]:
    """Letters typed one by one and deleted, each until the right count stands on the screen; the peer has the names of the
    first practice. The peer's name comes last."""
    dbs = [sqlite3.connect(database) for database in databases]
    totals = [_found(db, "")[0] for db in dbs]
    took: list[list[float]] = [[] for _ in terminals]
    theirs: list[float] = []
    for terminal in terminals:
        terminal.press("/")
    with ExitStack() as stack:
        fzf = None
        if shutil.which("fzf"):
            fzf = stack.enter_context(_fzf(dbs[0], databases[0].with_name("names.txt")))
            fzf.wait_for(f"{totals[0]}/{totals[0]}")
        else:
            missing("fzf", "SQLite is asked instead")
        for _ in range(max(1, times // len(DIGITS))):
            for typed in (DIGITS[: length + 1] for length in range(len(DIGITS))):
                for terminal, its, db, total in zip(terminals, took, dbs, totals, strict=True):
                    count, sqlite_ms = _found(db, typed)
                    its.append(terminal.press_until(typed[-1], f"{count:,} of {total:,}"))
                    if db is dbs[0]:
                        theirs.append(fzf.press_until(typed[-1], f"{count}/{total}") if fzf else sqlite_ms)
            for terminal in (*terminals, *([fzf] if fzf else [])):
                for _ in DIGITS:
                    terminal.press("\x7f")
    for db in dbs:
        db.close()
    much, little = took
    return much, little, theirs, "fzf" if fzf else "SQLite LIKE, which draws no frame"


def _found(db: sqlite3.Connection, text: str) -> tuple[int, float]:
    """How many names and codes contain the text, and how many milliseconds SQLite takes for their numbers in order."""
    started = time.perf_counter()
    query = "SELECT n FROM clients WHERE name LIKE ?1 OR practice_code LIKE ?1 ORDER BY name_key"
    found = db.execute(query, (f"%{text}%",)).fetchall()
    return len(found), (time.perf_counter() - started) * 1000


def _fzf(db: sqlite3.Connection, file: Path) -> Terminal:
    rows = db.execute("SELECT practice_code, name FROM clients ORDER BY name_key")
    file.write_text("".join(f"{code} {name}\n" for code, name in rows))
    return Terminal(["sh", "-c", 'fzf --exact < "$0"', str(file)])


def app_on(config: Path) -> Terminal:
    """The program on a practice."""
    return Terminal([sys.executable, "-m", "clientsync_tui", "--config", str(config)], env=QUIET)


def _bytes(costs: Sequence[Cost]) -> float:
    return statistics.median(cost.size for cost in costs)
