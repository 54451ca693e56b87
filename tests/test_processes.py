"""A command forked from a waiting process behaves like one started from nothing."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support import process
from tests.support.command import Command
from tests.support.process import Process


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    config = tmp_path / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    return Command(config)


@pytest.mark.parametrize(
    "words",
    [("doctor",), ("clients", "--json"), ("nonsense",), ("client", "nobody"), ("--version",)],
    ids=" ".join,
)
def test_forked_command_prints_and_exits_like_a_fresh_one(cli: Command, words: tuple[str, ...]) -> None:
    cli.inside("clients")
    forked = cli.run(*words)
    assert forked == cli.fresh.run(*words) and forked.out + forked.err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_caller_learns_how_the_command_ended(cli: Command, number: signal.Signals) -> None:
    following = cli.start("log", "--follow")
    assert following.runs()
    assert Path(f"/proc/{following.process.pid}/stat").exists() or not Path("/proc/self/stat").exists()
    following.process.send_signal(number)
    assert following.end().code == -number


def test_forked_command_has_its_own_environment(cli: Command, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "config.toml").write_text("[practice]\nname = 'Here'\ndatabase = 'practice.db'\n")
    before = os.umask(0o027)
    try:
        done = process.run(["--config", "config.toml", "export", "clients.csv"], cwd=folder)
    finally:
        os.umask(before)
    assert done.returncode == 0 and (folder / "clients.csv").exists(), done.stderr
    with Process(cli.words("log", "--follow"), start_new_session=True) as apart:
        assert os.getsid(apart.pid) == apart.pid
        apart.kill()
    with Process(cli.words("log", "--follow")) as beside:
        session = os.getsid(beside.pid)
        beside.kill()
    assert session not in (beside.pid, os.getsid(0)), (
        "neither its own session nor one that may have a terminal"
    )


@pytest.mark.parametrize("name", ["PYTHONIOENCODING", "TEXTUAL_FPS", "LANG"])
def test_settings_for_pythons_start_are_refused(
    cli: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "15")
    for other in ("LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(other, raising=False)
    with pytest.raises(AssertionError, match=name):
        cli.run("clients")


def test_reader_that_leaves_ends_it_quietly(cli: Command) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with Process(["--help"], stdout=writing, stderr=subprocess.PIPE) as done:
        os.close(writing)
        assert done.stderr is not None and done.stderr.read() == ""
    assert done.returncode == 0
