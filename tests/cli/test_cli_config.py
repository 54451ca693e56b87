"""`config`: settings are shown and changed without an editor, and mistakes are named by line."""

import json
import os
from pathlib import Path

import click
import pytest

from clientsync_tui.cli.main import root
from clientsync_tui.config.reading import load
from clientsync_tui.config.schema import schema
from clientsync_tui.config.settings import DESCRIPTIONS, EACH_APP, settings
from clientsync_tui.practice.trouble import UsageError
from tests.support.command import Command, every_command

WRITTEN = """# Ours
[practice]
name = "Baker & Daughters"  # as on the door
database = "practice.db"

[software.xero]
client_id = "app"
"""
SCHEMA = Path(__file__).parents[2] / "docs" / "config.schema.json"


@pytest.fixture
def cli(tmp_path: Path) -> Command:
    config = tmp_path / "config.toml"
    config.write_text(WRITTEN)
    return Command(config)


def test_setting_is_changed_and_everything_else_stays(cli: Command) -> None:
    assert cli.inside("config", "set", "http.timeout_s", "30").code == 0
    assert cli.inside("config", "set", "screen.ascii", "true").code == 0
    assert cli.inside("config", "set", "software.xero.scopes", "a, b").code == 0
    assert cli.inside("config", "set", "keys.clients.filter", "f").code == 0
    text = cli.config.read_text()
    assert text.startswith(WRITTEN.rstrip())
    read = load(cli.config)
    assert (read.http.timeout_s, read.screen.ascii, read.software["xero"].scopes) == (30.0, True, ("a", "b"))
    assert read.keys == {"clients.filter": "f"}
    assert cli.inside("config", "get", "http.timeout_s").out == "30.0\n"
    assert cli.inside("config", "get", "practice.name", "--json").json == "Baker & Daughters"
    assert cli.inside("config", "set", "http.timeout_s").code == 0
    assert load(cli.config).http.timeout_s == 15.0
    shown = cli.inside("config", "get", "--json").json
    assert (shown["practice.name"], shown["software.xero.client_id"]) == ("Baker & Daughters", "app")
    assert shown["keys.clients.filter"] == "f"
    assert "screen.theme" in cli.inside("config", "get").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("screen.them", "light"), "Did you mean screen.theme?"),
        (("screen.theme", "lihgt"), 'Did you mean "light"?'),
        (("http.attempts", "many"), "must be a whole number"),
        (("http.attempts", "0"), "must be from 1 to 100"),
        (("software.xero.parameters", "x"), "Edit the file"),
        (("xero", "x"), "no setting"),
        (("software.xerro.client_id", "x"), 'Did you mean "xero"?'),
        (("software.xero.client_id", " "), "The client id is empty."),
        (("", "x"), "This is empty."),
    ],
)
def test_wrong_value_changes_nothing(cli: Command, words: tuple[str, ...], says: str) -> None:
    refused = cli.inside("config", "set", *words)
    assert (refused.code, says in refused.err) == (2, True), refused.err
    assert cli.config.read_text() == WRITTEN


def test_value_that_was_never_saved_is_not_looked_for_in_the_file(cli: Command) -> None:
    said = cli.inside("config", "set", "screen.theme", "lihgt")
    assert said.err.startswith("clientsync: [screen] theme must be one of")
    assert (
        said.err.endswith('Did you mean "light"? Nothing was changed.\n') and cli.config.name not in said.err
    )


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_practice_without_a_name_leaves_the_line_out(cli: Command, name: str) -> None:
    refused = cli.inside("config", "set", "practice.name", name)
    assert (refused.code, "practice] name is empty" in refused.err) == (2, True)
    assert cli.config.read_text() == WRITTEN
    cli.config.write_text(f"[practice]\nname = '{name}'\n")
    refused = cli.inside("clients")
    assert refused.code == 2 and "line 2" in refused.err and "take the line out" in refused.err
    assert schema()["properties"]["practice"]["properties"]["name"]["pattern"] == r"\S"


def test_half_written_files_of_a_killed_process_go_at_the_next_start(
    cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    data = tmp_path / "data" / "clientsync"
    data.mkdir(parents=True)
    beside, digits = cli.config.parent, "0123456789abcdef"
    left = [beside / f".clientsync-{digits}", data / f".last-frame-{digits}.4711"]
    left += [data / f".{name}-abc.json.{digits}" for name in ("preferences", "visits")]
    # The first one may still be written. The others are the user's own, such as the file that CLIENTSYNC_PASSPHRASE_FILE names.
    kept = [beside / ".clientsync-fedcba9876543210", beside / ".clientsync-passphrase", tmp_path / ".other"]
    kept += [data / f"last-frame-{digits}", data / ".preferences-abc.json.mine"]
    for file in (*left, *kept):
        file.write_text("half")
    for file in (*left, *kept[1:]):
        os.utime(file, (1, 1))
    assert cli.inside("clients").code == 0
    assert not any(file.exists() for file in left) and all(file.exists() for file in kept)


def test_new_file_is_named_and_a_folder_that_is_missing_is_not_made(tmp_path: Path) -> None:
    cli = Command(tmp_path / "new.toml")
    created = cli.inside("config", "set", "screen.theme", "light").err
    assert created.splitlines()[0] == f"Created the configuration file {cli.config}."
    assert "Created" not in cli.inside("config", "set", "screen.theme", "dark").err
    missing = Command(tmp_path / "none" / "new.toml")
    for words in (("config", "set", "screen.theme", "light"), ("setup", "xero", "--client-id", "x")):
        refused = missing.inside(*words)
        assert (refused.code, len(refused.err.splitlines())) == (2, 1)
        assert f"There is no folder {missing.config.parent}" in refused.err
    assert not missing.config.parent.exists()


MAY_BE_EMPTY = {
    ("config", "set", "value"),
    ("set", "code"),
    ("set", "note"),
    ("settings", "note"),
    ("setup", "redirect_url"),
    ("team", "assign", "name"),
}
"""Options that accept an empty text, which removes the current value."""


def test_empty_text_never_means_the_default() -> None:
    """It comes from a script's variable that is not set."""
    taken: set[tuple[str, ...]] = set()
    for words, command in every_command(root):
        for param in command.params:
            if isinstance(param, click.Option) and param.is_flag:
                continue
            try:
                param.type.convert("", param, click.Context(command))
                taken.add((*words, param.name or ""))
            except click.BadParameter:
                continue
    assert taken == MAY_BE_EMPTY


def test_table_goes_with_its_last_setting(cli: Command) -> None:
    assert cli.inside("config", "set", "software.xero.client_id").code == 0
    assert "software" not in cli.config.read_text()
    assert cli.inside("config", "set", "practice.database").code == 0
    assert cli.inside("config", "set", "practice.name").code == 0
    assert cli.config.read_text().strip() == "# Ours"


def test_table_with_a_comment_stays_and_an_app_that_is_gone_can_be_removed(cli: Command) -> None:
    cli.config.write_text('[software.gone]\n# ask Ann\nclient_id = "x"\n\n[screen]\nascii = true\n')
    assert cli.inside("config", "set", "software.gone.client_id").code == 0
    assert cli.config.read_text() == "[software.gone]\n# ask Ann\n\n[screen]\nascii = true\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[practice]\nname = "A"\nnmae = "B"\n', 3, 'Did you mean "name"?'),
        ("# one\n\n[practise]\n", 3, 'Did you mean "practice"?'),
        ('[screen]\ntheme = "lite"\n', 2, 'Did you mean "light"?'),
        ("[http]\n'attempts' = 0\n", 2, "must be from 1 to 100"),
        ("[software.xero]\nclient_id = 5\n", 2, "must be text"),
        ("[software]\nxero = { client_idd = 'a' }\n", 2, 'Did you mean "client_id"?'),
        ("http = 5\n", 1, "must be a table"),
    ],
)
def test_mistake_is_named_by_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(config)
    assert f"{config}, line {line}: " in str(caught.value) and says in str(caught.value)


def test_every_setting_is_described_in_the_schema_and_the_guide(cli: Command) -> None:
    assert {setting.name for setting in settings(iter([EACH_APP]))} == set(DESCRIPTIONS)
    assert json.loads(SCHEMA.read_text("utf-8")) == schema() == cli.inside("config", "schema").json
    page = (SCHEMA.parent / "configuration.md").read_text("utf-8")
    assert all(f"`{name}`" in page for name in DESCRIPTIONS)


@pytest.mark.parametrize("words", [("clients",), ("config", "set", "practice.name", "X"), ("doctor",)])
def test_configuration_above_one_megabyte_is_refused(cli: Command, words: tuple[str, ...]) -> None:
    with cli.config.open("wb") as big:
        big.truncate(1_000_000_000)
    result = cli.inside(*words)
    assert result.code != 0
    (line,) = [line for line in (result.out + result.err).splitlines() if "can't be read" in line]
    assert line.endswith(f"The configuration {cli.config} can't be read: it is larger than 1 MB.")
