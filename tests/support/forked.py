"""A process that starts at once, for tests that kill many: forked from one that has already imported the program."""

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
    """Runs it in a process with this one's environment, and discards its output."""
    process = _forking.Process(target=_run, args=(dict(os.environ), does, arguments), daemon=True)
    process.start()
    return process


def talk() -> "tuple[Connection, Connection]":
    """Two ends of a connection, to be passed to `begin`."""
    return _forking.Pipe()


def barrier(parties: int) -> Barrier:
    """A barrier for that many processes."""
    return _forking.Barrier(parties)


def command(config: Path, *words: str) -> None:
    """Runs `clientsync` with these arguments."""
    from clientsync_tui.cli.main import root

    root.main(["--config", str(config), *words], prog_name="clientsync")


def _run(environment: dict[str, str], does: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    does(*arguments)
