"""Follows a page of the documents: runs every command in its `console` blocks, in order, and compares the output."""

import configparser
import gc
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from clientsync_tui.cli.main import root
from tests.support.process import Process

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$|^<!-- signs in as (\S+) -->$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"\[exit status (\d+)\]")
PLACEHOLDERS = {"CLIENT-ID": "sandbox-xero", "/srv/": "~/srv/"}
"""Placeholders in a page for something that each reader has."""
OPENS = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"
"""A browser in which the sandbox knows the person, so it asks nothing."""
IN_A_SHELL = re.compile(r"[|<>&;$~*]")


@dataclass(frozen=True)
class Step:
    """A command of a page, and its output."""

    command: str
    says: tuple[str, ...]
    status: int = 0


@dataclass(frozen=True)
class WrittenFile:
    name: str
    text: str


@dataclass(frozen=True)
class Crontab:
    text: str


@dataclass(frozen=True)
class Person:
    email: str


def steps(page: Path) -> Iterator[Step | WrittenFile | Crontab | Person]:
    """What the page asks the reader to do, in order."""
    for kind, name, text, email in BLOCK.findall(page.read_text("utf-8")):
        if email:
            yield Person(email)
        elif name:
            yield WrittenFile(name, text)
        elif kind == "crontab":
            yield Crontab(text)
        elif kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, *rest = part.replace("\\\n", "").rstrip("\n").split("\n")
                status = [int(found[1]) for line in rest if (found := STATUS.fullmatch(line))]
                yield Step(command, tuple(line for line in rest if not STATUS.fullmatch(line)), *status)


@dataclass
class Reader:
    """Someone with an empty home, a `clientsync` on their path and a browser in which the sandbox knows them."""

    home: Path
    patch: pytest.MonkeyPatch
    person: str = "amelia.ferreira@example.com"
    running: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        tools = self.home / ".local" / "bin"
        tools.mkdir(parents=True)
        program = [sys.executable, "-m", "clientsync_tui"]
        opens = [sys.executable, "-I", "-S", "-c", OPENS]
        for name, line in {
            "clientsync": f'exec {shlex.join(program)} "$@"',
            "browser": f'exec {shlex.join(opens)} "$1&prompt=none&login_hint=$(cat {self.home}/.person)"',
        }.items():
            (tools / name).write_text(f"#!/bin/sh\n{line}\n")
            (tools / name).chmod(0o755)

    def follow(self, page: Path) -> int:
        """Does everything that the page asks. Returns the number of commands."""
        count = 0
        for step in steps(page):
            match step:
                case Person():
                    self.person = step.email
                case WrittenFile():
                    file = self.home / step.name
                    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    file.write_text(step.text)
                    if file.suffix == ".service":
                        self._start(file)
                case Crontab():
                    self._cron(step.text)
                case Step():
                    self._do(step)
                    count += 1
        return count

    def leave(self) -> None:
        """Ends what the reader left running."""
        for process in self.running:
            process.terminate()
            process.communicate()

    def _do(self, step: Step) -> None:
        (self.home / ".person").write_text(self.person)
        if step.command.startswith("clientsync sandbox --"):
            self._serve(step)
            return
        command = step.command
        for placeholder, value in PLACEHOLDERS.items():
            command = command.replace(placeholder, value)
        if step.command.startswith("export "):
            name, _, value = step.command.removeprefix("export ").partition("=")
            self.patch.setenv(name, value.replace("~", str(self.home)))
            return
        plain = command.startswith("clientsync ") and not IN_A_SHELL.search(command)
        run = _inside if plain else _in_a_shell
        status, said = run(command)
        assert status == step.status, f"{step.command}: exit status {status}\n{said}"
        lines = iter(said.splitlines())
        for expected in step.says:
            pattern = re.compile(r"\s*" + ".*".join(map(re.escape, expected.strip().split("…"))) + r"\s*")
            assert any(pattern.fullmatch(line) for line in lines), (
                f"{step.command}: no {expected!r} in\n{said}"
            )

    def _start(self, unit: Path) -> None:
        """Starts a service as systemd does: with its credential, and with nothing of what the reader's shell has."""
        service = configparser.ConfigParser(interpolation=None)
        service.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]  (keys are not made lower case)
        service.read(unit)
        said = {key: value.replace("%h", str(self.home)) for key, value in service["Service"].items()}
        name, _, source = said["LoadCredential"].partition(":")
        credentials = self.home / ".credentials"
        credentials.mkdir(exist_ok=True)
        (credentials / name).write_bytes(Path(source).read_bytes())
        self._bare(said["ExecStart"], {"CREDENTIALS_DIRECTORY": str(credentials)})
        if shutil.which("systemd-analyze"):
            verified = ["systemd-analyze", "--user", "verify", unit]
            process = subprocess.run(
                verified,
                capture_output=True,
                text=True,
                env={**os.environ, "XDG_RUNTIME_DIR": str(self.home)},
            )
            assert str(unit.name) not in process.stderr, process.stderr

    def _cron(self, crontab: str) -> None:
        """Does immediately what cron would do later."""
        *settings, line = crontab.splitlines()
        self._bare(line.split(maxsplit=5)[5], dict(setting.split("=", 1) for setting in settings))

    def _bare(self, command: str, environment: dict[str, str]) -> None:
        bare = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ["PYTHONPATH"]}
        process = subprocess.run(
            ["sh", "-c", command], cwd=self.home, env=bare | environment, capture_output=True, text=True
        )
        assert process.returncode == 0, f"{command}: {process.stderr}"

    def _serve(self, step: Step) -> None:
        """A sandbox in another terminal; the configuration that it writes gets the reader's browser."""
        words = [os.path.expanduser(word) for word in shlex.split(step.command)[1:]]  # noqa: PTH111  (as the shell does)
        process = Process(words, stdout=subprocess.PIPE)
        self.running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready http://127.0.0.1:")
        for config in (self.home / ".config" / "clientsync").glob("config.toml"):
            with config.open("a") as file:
                file.write('\n[sign_in]\nbrowser = "browser {link}"\n')


def _inside(command: str) -> tuple[int, str]:
    name, *words = shlex.split(command)
    result = CliRunner().invoke(root, words, prog_name=name)
    # As when a process ends, the practice is closed completely.
    gc.collect()
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def _in_a_shell(command: str) -> tuple[int, str]:
    process = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return process.returncode, process.stdout
