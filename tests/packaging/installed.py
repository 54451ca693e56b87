"""Tries a Client Sync that is installed: `python tests/packaging/installed.py BIN`, BIN being the folder with its `clientsync`.

It needs nothing but Python, so that it can run where only Client Sync is installed, and works in its own folders, away from the checkout.
Prints one line for each thing that works; what does not work ends it.
"""

import json
import os
import pty
import select
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE_S = 60
FORMER = Path(__file__).resolve().parents[1] / "store" / "release_0_1.sql"


def main(bin_folder: Path) -> None:
    """Tries everything, in a home folder that is empty before and must be empty afterwards."""
    with tempfile.TemporaryDirectory(prefix="clientsync-installed-") as home:
        program = Installed(bin_folder, Path(home))
        for step in (
            says_its_version,
            does_a_job,
            opens,
            completes,
            has_a_man_page,
            leaves_nothing,
            upgrades,
        ):
            step(program)
            print(f"ok {step.__name__.replace('_', ' ')}", flush=True)


class Installed:
    """An installed `clientsync` and the home of someone who has never used it."""

    def __init__(self, bin_folder: Path, home: Path) -> None:
        self.command = str(bin_folder.absolute() / "clientsync")
        self.prefix = bin_folder.absolute().parent
        self.home = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
        }

    def run(self, *words: str, **environment: str) -> str:
        """The command's stdout. It must succeed."""
        process = subprocess.run(
            [self.command, *words],
            cwd=self.home,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        return process.stdout


def says_its_version(program: Installed) -> None:
    words = program.run("--version").split()
    assert words[0] == "clientsync" and words[1][0].isdigit(), words


def does_a_job(program: Installed) -> None:
    """Runs a whole job: sandbox, OAuth, keyring, database, network."""
    done = json.loads(program.run("--sandbox", "add", "xero", "--all", "--json"))
    assert done["done"] > 3 and done["failed"] == 0, done


def opens(program: Installed) -> None:
    """Opens the app with its style sheets in a terminal. `q` ends it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(program.home)
        os.execve(program.command, [program.command, "--sandbox"], {**program.environment, "COLUMNS": "100"})
    try:
        seen, end, asked_to_quit = b"", time.monotonic() + PATIENCE_S, False
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                chunk = os.read(terminal, 1 << 16)
            except OSError:  # how Linux says that the other side of the terminal has ended
                chunk = b""
            if not chunk:
                break
            seen += chunk
            if not asked_to_quit and b"Client Sync" in seen and b"connected" in seen.lower():
                os.write(terminal, b"q")
                asked_to_quit = True
        assert asked_to_quit, seen[-2000:].decode("utf-8", "replace")
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    finally:
        os.close(terminal)


def completes(program: Installed) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "_CLIENTSYNC_COMPLETE" in program.run("completion", shell), shell
    words = program.run(_CLIENTSYNC_COMPLETE="bash_complete", COMP_WORDS="clientsync rec", COMP_CWORD="1")
    assert words.strip() == "plain,reconnect", words


def has_a_man_page(program: Installed) -> None:
    page = program.prefix / "share" / "man" / "man1" / "clientsync.1"
    assert ".SH NAME" in page.read_text("utf-8")
    if shutil.which("man"):
        subprocess.run(["man", "-l", str(page)], check=True, stdout=subprocess.DEVNULL)


def leaves_nothing(program: Installed) -> None:
    left = [path for path in program.home.rglob("*") if path.is_file()]
    assert left == [], left


def upgrades(program: Installed) -> None:
    """The practice of the release before, after a copy of it was made."""
    practice = program.home / ".local" / "share" / "clientsync" / "practice.db"
    practice.parent.mkdir(parents=True, mode=0o700)
    practice.touch(mode=0o600)
    former = sqlite3.connect(practice)
    former.executescript(FORMER.read_text("utf-8"))
    names = {name for (name,) in former.execute("SELECT name FROM clients WHERE removed = 0")}
    former.close()
    assert {client["name"] for client in json.loads(program.run("clients", "--json"))} == names and names
    assert list(practice.parent.rglob("*before-version-*.db"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
