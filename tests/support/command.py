"""The command line for tests: as a separate process or, if that would prove nothing more, inside this one."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import click
from click.testing import CliRunner

from clientsync_tui.cli.main import root
from tests.support import process
from tests.support.process import Process

PATIENCE_S = 60


@dataclass(frozen=True)
class Said:
    """A command's result."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Command:
    """`clientsync --config CONFIG`. `from_nothing`: starts new processes instead of forking one that has imported the
    program.
    """

    config: Path
    from_nothing: bool = False

    @property
    def fresh(self) -> "Command":
        """For tests of imports, of Python's start-up, or of the process list."""
        return replace(self, from_nothing=True)

    def words(self, *words: str) -> list[str]:
        return ["--config", str(self.config), *words]

    def line(self, *words: str) -> list[str]:
        """The command line that starts it from nothing."""
        return [sys.executable, "-m", "clientsync_tui", *self.words(*words)]

    def run(self, *words: str, stdin: str | None = None) -> Said:
        """Runs it as a process. Without `stdin`, its input is at its end."""
        if self.from_nothing:
            done = subprocess.run(
                self.line(*words), input=stdin or "", capture_output=True, text=True, timeout=PATIENCE_S
            )
        else:
            done = process.run(self.words(*words), text=stdin or "", timeout=PATIENCE_S)
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, stdin: int = subprocess.DEVNULL) -> "Started":
        pipe = subprocess.PIPE
        if self.from_nothing:
            return Started(
                subprocess.Popen(self.line(*words), stdin=stdin, stdout=pipe, stderr=pipe, text=True)
            )
        return Started(Process(self.words(*words), stdin=stdin, stdout=pipe, stderr=pipe))

    def inside(self, *words: str) -> Said:
        """Runs it in this process."""
        done = CliRunner().invoke(root, ["--config", str(self.config), *words], prog_name="clientsync")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)


class Started:
    """A running command. Its stderr is read as it comes."""

    def __init__(self, process: "Process | subprocess.Popen[str]") -> None:
        self.process = process
        self._err: list[str] = []
        self._out: list[str] = []
        self._readers = [
            threading.Thread(target=_read, args=(stream, into), daemon=True)
            for stream, into in ((process.stderr, self._err), (process.stdout, self._out))
        ]
        for reader in self._readers:
            reader.start()

    def runs(self) -> bool:
        return self.process.poll() is None

    @property
    def err(self) -> str:
        return "".join(self._err)

    @property
    def out(self) -> str:
        return "".join(self._out)

    def line(self, start: str, number: int = 1) -> str:
        """Waits for the first (or second ...) line on stderr that starts like this."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            whole = (line.rstrip("\n") for line in self.err.splitlines(keepends=True) if line.endswith("\n"))
            found = [line for line in whole if line.startswith(start)]
            if len(found) >= number:
                return found[number - 1]
            if self.process.poll() is not None and not self._readers[0].is_alive():
                break
            time.sleep(0.01)
        raise AssertionError(f"no line {start!r}; status {self.process.poll()}, stderr:\n{self.err}")

    def say(self, text: str) -> None:
        """Sends a line to its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def end(self) -> Said:
        """Waits until it ends."""
        code = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        return Said(code, self.out, self.err)

    def kill(self) -> Said:
        self.process.kill()
        return self.end()


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, cli: Command, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = Process(
            cli.words(*words), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.text = ""
        self._seen = 0

    def until(self, pattern: str) -> str:
        """Waits until the text matches `pattern`. Returns its first group, or the whole match."""
        found = self._found(pattern, 0)
        return found[found.lastindex or 0]

    def after(self, pattern: str) -> str:
        """The same, searching after the last match."""
        found = self._found(pattern, self._seen)
        self._seen = found.end()
        return found[found.lastindex or 0]

    def _found(self, pattern: str, start: int) -> re.Match[str]:
        end = time.monotonic() + PATIENCE_S
        while (found := re.compile(pattern).search(self.text, start)) is None:
            assert time.monotonic() < end and self._read(), f"no {pattern!r} in:\n{self.text[start:]}"
        return found

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Reads to the end. Returns the exit status."""
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(PATIENCE_S)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], PATIENCE_S)[0]:
            return False
        try:
            data = os.read(self._ours, 65_536)
        except OSError:  # Linux raises this when the other end is closed
            return False
        self.text += data.decode("utf-8", "replace")
        return bool(data)


def _read(stream: IO[str] | None, into: list[str]) -> None:
    assert stream is not None
    for line in stream:
        # Each line must be visible as it comes.
        into.append(line)  # noqa: PERF402


def every_command(command: click.Command, *above: str) -> list[tuple[tuple[str, ...], click.Command]]:
    """This command and all below it, each with the arguments that call it."""
    found: list[tuple[tuple[str, ...], click.Command]] = [(above, command)]
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            below = command.get_command(ctx, name)
            assert below is not None
            found += every_command(below, *above, name)
    return found


def example_lines(command: click.Command) -> list[str]:
    """The examples at the end of a command's help."""
    return [line.strip() for line in (command.epilog or "").splitlines() if "clientsync " in line]


def environment(folder: Path) -> dict[str, str]:
    """The platform's folders and the terminal's properties in a test."""
    return {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "PYTHONPATH": str(Path.cwd()),
    }


def keys(rows: Sequence[dict[str, Any]]) -> set[frozenset[str]]:
    """The keys of the objects in an array."""
    return {frozenset(row) for row in rows}
