"""Starting: the first useful frame, its memory, and the command line."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.programs.filled import filled
from bench.result import Result, measure, missing
from bench.terminal import TERMINAL, Terminal

FEW, MANY = 100, 100_000
QUIET = {"TEXTUAL_ANIMATIONS": "none"}


@measure("start")
def start(quick: bool) -> Iterator[Result]:
    times, many_clients = (2, 2_000) if quick else (7, MANY)
    with ExitStack() as stack:
        few, many = stack.enter_context(filled(FEW)), stack.enter_context(filled(many_clients))
        minimal = [sys.executable, "-m", "bench.programs.minimal"]
        programs = [(minimal, "Minimal app"), (_app(few), "C000000"), (_app(many), "C000000")]
        if vd := shutil.which("vd"):
            programs.append(([vd, str(_csv(many.parent / "practice.db"))], "C000000"))
        else:
            missing("VisiData", "its line is left out (`pipx install visidata`)")
        frames: list[list[float]] = [[] for _ in programs]
        memory: list[list[float]] = [[] for _ in programs]
        for _ in range(times):
            for number, (command, text) in enumerate(programs):
                with Terminal(command, env=QUIET) as terminal:
                    frames[number].append(terminal.wait_for(text))
                    memory[number].append(terminal.memory_mib)
        base, little, much, *visidata = map(median, frames)
        yield Result(f"first frame, {many_clients:,} clients / minimal app, ms", much, base, 1.25)
        yield Result(f"first frame, {many_clients:,} / {FEW} clients, ms", much, little, 1.1)
        again = median(_second_starts(many, times))
        yield Result(
            f"first frame from the second start, {many_clients:,} clients / minimal app, ms", again, base, 0.3
        )
        if visidata:
            yield Result(f"first frame, {many_clients:,} clients / VisiData, ms", much, visidata[0], 1.0)
        yield Result(
            f"memory, {many_clients:,} clients / minimal app, MiB", median(memory[2]), median(memory[0]), 1.5
        )
        yield from _command_line(few, times)


def _app(config: Path) -> list[str]:
    return [sys.executable, "-m", "clientsync_tui", "--config", str(config)]


def _second_starts(config: Path, times: int) -> Iterator[float]:
    """Milliseconds until the list is shown, when the previous run ended with `q`."""
    env = {**QUIET, "XDG_DATA_HOME": str(config.parent / "data")}
    (config.parent / "data" / "clientsync").mkdir(parents=True, mode=0o700, exist_ok=True)
    with Terminal(_app(config), env=env) as terminal:
        terminal.wait_for("C000000", quiet_s=1.0)
        terminal.leave("q")
    for _ in range(times):
        with Terminal(_app(config), env=env) as terminal:
            yield terminal.wait_for("C000000")


def _csv(database: Path) -> Path:
    """The same clients as a file that VisiData reads."""
    file = database.with_name("clients.csv")
    rows = sqlite3.connect(database).execute("SELECT practice_code, name FROM clients ORDER BY practice_code")
    file.write_text("code,name\n" + "".join(f"{code},{name}\n" for code, name in rows))
    return file


def _command_line(config: Path, times: int) -> Iterator[Result]:
    click = [sys.executable, "-c", "import click"]
    version, listed = [*_app(config)[:3], "--version"], [*_app(config), "clients", "--json"]
    textual = [sys.executable, "-c", "import textual.app"]
    app = [sys.executable, "-c", "import clientsync_tui.app.app"]
    took: list[list[float]] = [[], [], [], [], []]
    for _ in range(times):
        for number, command in enumerate((click, version, listed, textual, app)):
            took[number].append(_ms(command))
    yield Result("clientsync --version / import click, ms", median(took[1]), median(took[0]), 1.3)
    yield Result("import clientsync_tui.app.app / textual.app, ms", median(took[4]), median(took[3]), 1.3)
    yield Result(f"clients --json of {FEW} / import click, ms", median(took[2]), median(took[0]), 2.5)


def _ms(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | TERMINAL)
    return (time.perf_counter() - started) * 1000
