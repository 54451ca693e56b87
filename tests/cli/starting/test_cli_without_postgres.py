"""PostgreSQL's driver is not installed: every command says what to install, and nothing is changed."""

from pathlib import Path

import pytest

from tests.support.command import Command

URL = "postgresql://ann@127.0.0.1:1/practice"
EXTRA = "PostgreSQL needs the extra: pip install 'clientsync-tui[postgres]'."


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Where psycopg can't be imported."""
    hidden = tmp_path / "hidden" / "psycopg"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ModuleNotFoundError(name='psycopg')\n")
    monkeypatch.setenv("PYTHONPATH", str(hidden.parent))
    config = tmp_path / "config.toml"
    config.write_text("[practice]\nname = 'Tester'\ndatabase = 'practice.db'\n")
    return Command(config)


@pytest.mark.parametrize("command", ["create", "join"])
def test_extra_is_named(cli: Command, command: str) -> None:
    before = cli.config.read_text()
    missing = cli.fresh.run("practice", command, URL)
    assert (missing.code, missing.out, EXTRA in missing.err) == (2, "", True), missing.err
    wrong = cli.fresh.run("practice", command, "foo")
    assert (wrong.code, "not an address of a PostgreSQL database" in wrong.err) == (2, True), wrong.err
    assert cli.config.read_text() == before


@pytest.mark.parametrize("words", [("clients",), ("practice", "people"), ("practice", "upgrade")])
def test_extra_is_named_where_the_practice_is_on_a_server(cli: Command, words: tuple[str, ...]) -> None:
    cli.config.write_text(f"[practice]\nname = 'Tester'\ndatabase = '{URL}'\n")
    missing = cli.fresh.run(*words)
    assert (missing.code, missing.out, EXTRA in missing.err) == (2, "", True), missing.err


def test_doctor_names_the_extra(cli: Command) -> None:
    cli.config.write_text(f"[practice]\nname = 'Tester'\ndatabase = '{URL}'\n")
    found = cli.fresh.run("doctor")
    assert (found.code, EXTRA in found.out) == (1, True), found.out
