"""How the command line starts: quickly, with help for everything, and with one clear line for what is wrong."""

import importlib.metadata
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from clientsync_tui import version
from clientsync_tui.cli.main import COMMANDS
from tests.support.command import Command

HEAVY = (
    "textual",
    "sqlite3",
    "sqlite_utils",
    "httpx2",
    "keyring",
    "authlib",
    "asyncio",
    "starlette",
    "rich",
    "importlib.metadata",
    "psycopg",
)


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_version_is_the_packages(cli: Command) -> None:
    assert version() == importlib.metadata.version("clientsync-tui")
    assert cli.fresh.run("--version").out == f"clientsync {version()}\n"


def test_starting_imports_only_click_and_the_root(cli: Command) -> None:
    code = f"""
import sys
from clientsync_tui.cli.main import root
root(["--version"], standalone_mode=False)
print(*sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    assert python(code).splitlines()[1] == ""


def test_commands_module_imports_nothing_heavy_either() -> None:
    modules = ", ".join(f"clientsync_tui.cli.{name}" for name in sorted(set(COMMANDS.values())))
    code = f"import sys, {modules}\nprint(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    assert python(code).strip() == ""


def test_app_needs_a_terminal(cli: Command) -> None:
    said = cli.run()
    assert (said.code, said.out) == (2, "")
    assert "needs a terminal" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[practise]\nname = 'x'\n", 'Did you mean "practice"?'),
        ("[software.xero]\nclient-id = 'x'\n", 'Did you mean "client_id"?'),
        ("[http]\nattempts = 'three'\n", "attempts must be a whole number"),
        ("[practice\n", "is not valid TOML"),
        ("[practice]\ndatabase = 'postgresql://ann:pw@x/y'\n", "holds a password"),
    ],
)
def test_mistake_in_the_configuration_is_reported(tmp_path: Path, text: str, says: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    said = Command(config).inside("clients", "--json")
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert said.err.startswith("clientsync: ")
    assert len(said.err.splitlines()) == 1


def test_configuration_that_is_named_must_be_there(tmp_path: Path) -> None:
    assert Command(tmp_path / "absent.toml").inside("clients").code == 2


@pytest.mark.parametrize("file", ["newer", "no database", "folder"])
def test_database_that_cannot_be_used_is_left_alone(tmp_path: Path, file: str) -> None:
    database = tmp_path / "practice.db"
    config = tmp_path / "config.toml"
    config.write_text("[practice]\ndatabase = 'practice.db'\n")
    if file == "newer":
        with sqlite3.connect(database) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
    elif file == "no database":
        database.write_text("these are the client's own notes" * 100)
    else:
        database.mkdir()
    before = database.read_bytes() if database.is_file() else None
    said = Command(config).inside("clients", "--json")
    assert (said.code, said.out) == (2, "")
    assert "practice.db" in said.err
    assert before is None or database.read_bytes() == before


def test_names_that_the_terminal_cannot_show_do_not_end_it(cli: Command) -> None:
    done = subprocess.run(
        cli.line("setup", "xero"), capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.returncode == 0


def test_unexpected_error_is_one_line_without_its_message(
    cli: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "-".join(["a", "token", "for", "all", "we", "know"])

    def fail(*_: object, **__: object) -> None:
        raise LookupError(secret)

    monkeypatch.setattr("clientsync_tui.workplace.Workplace.open", fail)
    said = cli.inside("clients")
    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert "LookupError" in said.err and secret not in said.err
    log = home / "data" / "clientsync" / "errors.log"
    assert str(log) in said.err
    assert "LookupError" in log.read_text() and secret not in log.read_text()
    monkeypatch.setenv("CLIENTSYNC_DEBUG", "1")
    with pytest.raises(LookupError):
        cli.inside("clients")
