"""Any environment on the host leads to one sentence, a sensible exit status, and no traceback."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientsync_tui.cli.main import root
from clientsync_tui.practice.trouble import UsageError
from clientsync_tui.sync import locale_words
from tests.support.clients import workplace_in
from tests.support.command import PATIENCE_S, Command, every_command

NO_UTF8 = "\udcff"


@pytest.fixture
def cli(tmp_path: Path) -> Command:
    workplace_in(tmp_path).close()
    return Command(tmp_path / "config.toml")


def in_shell(cli: Command, line: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """`line` in a shell, in which `"$@"` is the command."""
    done = subprocess.run(
        ["/bin/sh", "-c", line, "sh", *cli.line(*words)], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert "Traceback" not in done.stderr and "Unexpected error" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize(
    ("redirected", "words", "code", "says"),
    [
        (">&-", ("clients",), 1, "The output can't be written: stdout is closed."),
        (">&-", ("clients", "--json"), 1, "The output can't be written: stdout is closed."),
        (">&-", ("software",), 1, "The output can't be written: stdout is closed."),
        (">&-", ("--help",), 1, "The output can't be written: stdout is closed."),
        ("<&- >&- 2>&-", ("clients",), 1, ""),
        ("<&-", ("sign-out", "--all"), 2, "add --yes"),
        ("2>&-", ("nonsense",), 2, ""),
        (">/dev/full", ("clients",), 1, "The output can't be written: No space left on device."),
        (">/dev/full", ("--help",), 1, "The output can't be written: No space left on device."),
        (">/dev/full", ("export", "-"), 1, "The output can't be written: No space left on device."),
        ("2>/dev/full", ("nonsense",), 2, ""),
        (">/dev/full 2>/dev/full", ("clients",), 1, ""),
    ],
)
def test_standard_streams_that_are_closed_or_full(
    cli: Command, redirected: str, words: tuple[str, ...], code: int, says: str
) -> None:
    done = in_shell(cli, f'"$@" {redirected}', *words)
    assert done.returncode == code and says in done.stderr
    if code == 1 and says:
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words", [("export", "-"), ("clients",), ("clients", "--json"), ("log",), ("--help",), ("log", "--help")]
)
def test_reader_that_stops_early_is_no_error(cli: Command, words: tuple[str, ...]) -> None:
    readable, writable = os.pipe()
    os.close(readable)
    with os.fdopen(writable, "w") as pipe:
        done = subprocess.run(
            cli.line(*words), stdout=pipe, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S
        )
    assert (done.returncode, done.stderr) == (0, "")


OPENS = """
import os, sys
from clientsync_tui.host import standard_streams
standard_streams.prepare()
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
os.write(file, str(file).encode())
print("lost")
"""


def test_no_file_of_the_program_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """A library that writes to descriptor 2 would write into it."""
    line = [sys.executable, "-c", OPENS, str(tmp_path / "file")]
    subprocess.run(["/bin/sh", "-c", '"$@" <&- >&- 2>&-', "sh", *line], check=True)
    assert int((tmp_path / "file").read_text()) > 2


def nobody() -> list[str]:
    """Runs a command as a user without a passwd entry, a HOME or anything else."""
    words = ["env", "-i", "PATH=/usr/bin:/bin", "unshare", "--user", "--map-user=4711", "--map-group=4711"]
    if not shutil.which("unshare") or subprocess.run([*words, "true"], capture_output=True).returncode:
        pytest.skip("no user namespace can be made here")
    return words


@pytest.mark.parametrize("words", [("clients",), ("log", "--json"), ("backup",), ("check",)], ids=" ".join)
def test_error_says_what_a_user_without_name_and_home_has_to_set(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*nobody(), sys.executable, "-P", "-m", "clientsync_tui", *words], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert "Your home folder is not known. Set HOME" in done.stderr


def test_empty_home_counts_as_not_set() -> None:
    words = ["HOME=", sys.executable, "-P", "-m", "clientsync_tui", "clients"]
    done = subprocess.run([*nobody(), "env", *words], capture_output=True, text=True)
    assert done.returncode == 2 and "Your home folder is not known. Set HOME" in done.stderr


def test_user_without_a_name_and_a_home_works_with_a_configuration_that_is_named(cli: Command) -> None:
    folder = cli.config.parent
    for words, code in (
        (("clients", "--json"), 0),
        (("export", str(folder / "clients.csv")), 0),
        (("backup", str(folder / "copy.db")), 0),
        (("doctor",), 1),
    ):
        done = subprocess.run([*nobody(), *cli.line(*words)], capture_output=True, text=True)
        assert done.returncode == code and "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    "words", [words for words, command in every_command(root) if words and not command.hidden], ids=" ".join
)
def test_arguments_that_are_not_utf8_are_refused_in_a_sentence(cli: Command, words: tuple[str, ...]) -> None:
    """Each option and argument of each command in turn. Only file names may contain any bytes."""
    (command,) = [command for found, command in every_command(root) if found == words]
    for param in command.params:
        if type(param.type).__name__ != "Text":
            continue
        given = [NO_UTF8] if param.param_type_name == "argument" else [param.opts[0], NO_UTF8]
        said = cli.inside(*words, *given)
        assert said.code == 2 and said.out == "", (param.name, said)
    assert not [param.name for param in command.params if type(param.type).__name__ == "StringParamType"]


def test_nothing_is_completed_for_text_that_is_not_utf8(cli: Command) -> None:
    from clientsync_tui.cli import shell_completion

    ctx = root.make_context("clientsync", ["--config", str(cli.config), "clients"])
    assert shell_completion.clients(ctx, ctx.command.params[0], NO_UTF8) == []


def test_file_may_have_a_name_of_any_bytes(cli: Command) -> None:
    file = cli.config.parent / f"{NO_UTF8}.csv"
    assert cli.run("export", str(file)).code == 0
    assert file.exists()


def test_working_folder_that_is_missing(cli: Command) -> None:
    folder = cli.config.parent / "gone"
    folder.mkdir()
    done = in_shell(cli, f'cd {folder} && rmdir {folder} && "$@"', "clients")
    assert done.returncode == 0
    done = in_shell(cli, f'mkdir {folder} && cd {folder} && rmdir {folder} && "$@"', "export", "clients.csv")
    assert done.returncode == 1 and "can't be written" in done.stderr


CLOCK = """
import sys, time
def beyond(): raise OverflowError("timestamp too large to convert to C _PyTime_t")
time.time = beyond
from clientsync_tui.__main__ import main
main()
"""


def test_clock_beyond_what_python_counts_is_reported(cli: Command) -> None:
    """From 2262 on, nanoseconds since 1970 do not fit into 64 bits."""
    done = subprocess.run([sys.executable, "-c", CLOCK, "clients"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "") and "clock is in the year 2262 or later" in done.stderr


def test_date_at_the_end_of_all_dates_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        last, now = datetime.max.replace(tzinfo=UTC), datetime.now(UTC)
        assert "9999" in locale_words.short_date(last, now)
        assert "9999" in locale_words.moment_in_full(last)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_invalid_file_name_is_reported() -> None:
    from clientsync_tui.host.named_file import named

    for file_name in ("~nobody-at-all/clients.csv", "a\0b"):
        with pytest.raises(UsageError):
            named(file_name)
