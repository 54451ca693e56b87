"""A temporary practice with its own sandbox, for trying the program and its examples.

A second process runs the sandbox and owns the folder. It ends when its pipe from this process closes, so both disappear even if this
process is killed.
"""

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..host import own_process
from ..practice.counted import counted
from ..practice.trouble import Trouble

if TYPE_CHECKING:
    from ..sandbox.server import Running

READY, MAKING = "ready", "making"


@contextmanager
def throwaway_practice(say: Callable[[str], None], softwares: Sequence[str] = ()) -> Generator[str]:
    """Starts a new practice on a new sandbox and returns its configuration file. Deletes both at the end.

    `softwares`: names of the accounting apps to simulate; none: all. Signs in without a browser, as the sandbox's first accountant, who reaches every organisation.
    `say`: called with the progress. Raises Trouble if it can't be started.
    """
    command = [*own_process.command(__name__), *softwares]
    say("Starting the sandbox…")
    # Its own session, so that ctrl+c on the terminal reaches only this process.
    child = subprocess.Popen(  # noqa: S603  (this program itself)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        yield _config_of(child.stdout, say)
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()


def _config_of(messages: IO[str], say: Callable[[str], None]) -> str:
    """The configuration file, once the other process has made the practice."""
    for line in messages:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == READY:
            return rest
        say(f"Starting the sandbox… {rest}")
    raise Trouble("The demo sandbox could not be started. Its messages are above.")


def serve(softwares: Sequence[str]) -> None:
    """Runs a sandbox with a demo practice in a temporary folder until stdin ends. Run it as a separate process."""
    import asyncio

    from ..sandbox.server import running
    from ..workplace import Workplace
    from . import demo_practice

    with (
        tempfile.TemporaryDirectory(prefix="clientsync-sandbox-", ignore_cleanup_errors=True) as folder,
        running(demo_practice.options(softwares)) as sandbox,
    ):
        config = _write_practice(Path(folder), sandbox)
        workplace = Workplace.open(config)
        asyncio.run(demo_practice.prepare(workplace, sandbox, _say))
        workplace.close()
        print(READY, config, flush=True)
        sys.stdin.read()


def _say(done: int, of: int) -> None:
    print(MAKING, f"{done} of {counted(of, 'integration')}", flush=True)


def _write_practice(folder: Path, sandbox: "Running") -> Path:
    import secrets

    import tomlkit

    from ..sandbox.config import software_tables
    from .demo_practice import NAME

    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(secrets.token_urlsafe(), encoding="utf-8")
    email = sandbox.world.people[0].email
    browser = [*own_process.command(), "sandbox", "authorise", "{link}", "--as", email]
    tables = {
        "practice": {"name": NAME, "database": "practice.db"},
        "software": software_tables(sandbox.url, sandbox.sandbox.softwares.values()),
        "sign_in": {"browser": shlex.join(browser)},
        "keyring": {"file": "keyring.bin", "passphrase_file": passphrase.name},
    }
    config = folder / "config.toml"
    config.write_text(tomlkit.dumps(tables), encoding="utf-8")
    return config


if __name__ == "__main__":
    serve(sys.argv[1:])
