"""A key in the real program: 100,000 clients beside 100, the letter of a filter beside fzf or SQLite, and while a job runs."""

import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.measures.select_table import p50, p95, press
from bench.programs.filled import filled
from bench.result import Result, measure
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


@measure("keys")
def keys(quick: bool) -> Iterator[Result]:
    """Keys in the client list, and the first letters of a filter."""
    times, many_clients = (10, 10_000) if quick else (60, MANY)
    with ExitStack() as stack:
        few, many = (stack.enter_context(filled(n)) for n in (FEW, many_clients))
        terminals = [stack.enter_context(_app(config)) for config in (many, few)]
        for terminal in terminals:
            terminal.wait_for("C000000")
            time.sleep(1.5)  # until the start has settled
        for name, both in MOVES:
            much, little = press(terminals, both, times)
            what = f"app, {name}: {many_clients:,} / {FEW} clients"
            yield Result(f"{what}, ms p50", p50(much), p50(little), 1.1)
            yield Result(f"{what}, ms p95", p95(much), p95(little), 1.1)
            yield Result(f"{what}, bytes", _bytes(much), _bytes(little), 1.1)
        yield from _letters(terminals[0], many.parent / "practice.db", times)


def _letters(terminal: Terminal, database: Path, times: int) -> Iterator[Result]:
    """Letters typed one by one and deleted, each until the right count stands on the screen; the peer has the same names."""
    db = sqlite3.connect(database)
    total = _found(db, "")[0]
    ours: list[float] = []
    theirs: list[float] = []
    terminal.press("/")
    with ExitStack() as stack:
        fzf = stack.enter_context(_fzf(db, database.with_name("names.txt"))) if shutil.which("fzf") else None
        if fzf is not None:
            fzf.wait_for(f"{total}/{total}")
        for _ in range(max(1, times // len(DIGITS))):
            for typed in (DIGITS[: length + 1] for length in range(len(DIGITS))):
                count, took_ms = _found(db, typed)
                ours.append(terminal.press_until(typed[-1], f"{count:,} of {total:,}"))
                theirs.append(fzf.press_until(typed[-1], f"{count}/{total}") if fzf else took_ms)
            for _ in DIGITS:
                terminal.press("\x7f")
                if fzf is not None:
                    fzf.press("\x7f")
    db.close()
    peer = "fzf" if fzf is not None else "SQLite LIKE, which draws no frame"
    yield Result(
        f"app, filter letter / {peer}, ms p50", statistics.median(ours), statistics.median(theirs), 1.0
    )


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


def _app(config: Path) -> Terminal:
    return Terminal([sys.executable, "-m", "clientsync_tui", "--config", str(config)], env=QUIET)


def _bytes(costs: Sequence[Cost]) -> float:
    return statistics.median(cost.size for cost in costs)
