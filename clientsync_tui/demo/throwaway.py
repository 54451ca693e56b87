"""A practice and a sandbox that are thrown away: for trying the program, and for its examples.

A second process serves the sandbox and owns the folder. It lives as long as the pipe from this one, so that it ends, and the
folder with it, however this one ends: also when it is killed.
"""

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..host import own_process
from ..practice.trouble import Trouble

ORGANISATIONS = 200
READY = "ready"


@contextmanager
def throwaway_practice(organisations: int = ORGANISATIONS) -> Generator[str]:
    """A new practice on a new sandbox; gives its configuration file. Both are gone when this is left.

    Its sign-ins are made without a browser, as the first accountant of the sandbox, who reaches every organisation.
    Raises Trouble when it cannot be started.
    """
    command = [*own_process.command(__name__), str(organisations)]
    # A session of its own: ctrl+c on the terminal is for this process to answer.
    child = subprocess.Popen(  # noqa: S603  (this program itself)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        said, _, config = child.stdout.readline().rstrip("\n").partition(" ")
        if said != READY:
            raise Trouble("The throwaway sandbox could not be started; what it says is above.")
        yield config
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()


def serve(organisations: int) -> None:
    """Serves a sandbox beside a folder with a practice in the middle of its life, until stdin ends. To be run as a process of its own."""
    import asyncio

    from ..sandbox.options import Options
    from ..sandbox.server import running
    from ..workplace import Workplace
    from . import demo_practice

    with (
        tempfile.TemporaryDirectory(prefix="clientsync-sandbox-", ignore_cleanup_errors=True) as folder,
        running(Options(organisations=organisations)) as sandbox,
    ):
        config = _write_practice(Path(folder), sandbox.url, sandbox.world.people[0].email)
        workplace = Workplace.open(config)
        asyncio.run(demo_practice.prepare(workplace, sandbox))
        workplace.close()
        print(READY, config, flush=True)
        sys.stdin.read()


def _write_practice(folder: Path, url: str, email: str) -> Path:
    import secrets

    import tomlkit

    from ..sandbox.config import software_tables

    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(secrets.token_urlsafe(), encoding="utf-8")
    browser = [*own_process.command(), "sandbox", "authorise", "{link}", "--as", email]
    tables = {
        "practice": {"name": "Throwaway practice", "database": "practice.db"},
        "software": software_tables(url),
        "sign_in": {"browser": shlex.join(browser)},
        "keyring": {"file": "keyring.bin", "passphrase_file": passphrase.name},
    }
    config = folder / "config.toml"
    config.write_text(tomlkit.dumps(tables), encoding="utf-8")
    return config


if __name__ == "__main__":
    serve(int(sys.argv[1]))
