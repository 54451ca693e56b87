"""Starting the demo practice: how soon it says what it does, and how soon its clients are on the screen."""

import sys
from collections.abc import Iterator
from statistics import median

from bench.result import Result, measure
from bench.terminal import Terminal

QUIET = {"TEXTUAL_ANIMATIONS": "none"}
PROGRESS, CLIENT = "Starting the sandbox", "Abbot Roofing"
AT_ONCE_S = 0.01


@measure("demo")
def demo(quick: bool) -> Iterator[Result]:
    """The minimal app and the demo take turns."""
    minimal = [sys.executable, "-m", "bench.programs.minimal"]
    sandbox = [sys.executable, "-m", "clientsync_tui", "--sandbox"]
    base: list[float] = []
    progress: list[float] = []
    listed: list[float] = []
    for _ in range(1 if quick else 5):
        with Terminal(minimal, env=QUIET) as terminal:
            base.append(terminal.wait_for("Minimal app"))
        with Terminal(sandbox, env=QUIET) as terminal:
            progress.append(terminal.wait_for(PROGRESS, quiet_s=AT_ONCE_S))
            listed.append(terminal.wait_for(CLIENT))
    yield Result("--sandbox, first progress / minimal app, ms", median(progress), median(base), 1.0)
    yield Result("--sandbox, clients on screen / minimal app, ms", median(listed), median(base), 2.5)
