"""A process that begins at once, for tests that kill many: forked from one that has imported the program already.

What a start from nothing costs and does is tested by those that start `python -m clientsync_tui`.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(
    [
        "clientsync_tui.accounting.seam.network.transport",
        "clientsync_tui.cli.commands.add",
        "clientsync_tui.cli.main",
        "clientsync_tui.cli.run_job",
        "clientsync_tui.signin.keyrings.encrypted_file",
        "clientsync_tui.signin.token_endpoint",
        "clientsync_tui.signin.tokens",
        "clientsync_tui.sync.doctor.database",
        "clientsync_tui.sync.doctor.restore",
        "httpcore2",
        "hypothesis.stateful",
        "tests.signin.desk",
        "tests.signin.keyrings",
        "tests.support.command",
        "tests.support.person",
    ]
)


def begin(does: Callable[..., object], *arguments: Any) -> ForkServerProcess:
    """Does it in a process with this one's environment, whose output is thrown away."""
    process = _forking.Process(target=_run, args=(dict(os.environ), does, arguments), daemon=True)
    process.start()
    return process


def talk() -> "tuple[Connection, Connection]":
    """Two ends of a line, to be given to `begin`."""
    return _forking.Pipe()


def barrier(parties: int) -> Barrier:
    """Where so many of them wait for each other."""
    return _forking.Barrier(parties)


def command(config: Path, *words: str) -> None:
    """`clientsync` with these words."""
    from clientsync_tui.cli.main import root

    root.main(["--config", str(config), *words], prog_name="clientsync")


def _run(environment: dict[str, str], does: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    does(*arguments)
