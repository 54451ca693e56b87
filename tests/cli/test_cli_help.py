"""`--help`: each command in one line, what it does, and examples that work."""

import re
import shlex

import click
import pytest

from clientsync_tui.cli.main import root
from tests.support.command import Command, every_command, example_lines

COMMANDS = every_command(root)
EXAMPLES = [line for _, command in COMMANDS for line in example_lines(command)]


@pytest.mark.parametrize("words", [words for words, _ in COMMANDS], ids=" ".join)
def test_everything_has_help(cli: Command, words: tuple[str, ...]) -> None:
    said = cli.inside(*words, "--help")
    assert said.code == 0
    assert said.out.startswith("Usage: clientsync")
    sentence = said.out.split("\n\n")[1].strip()
    assert len(sentence) > 10 and not sentence.startswith("Options"), "it says what it does"
    assert "..." not in said.out.partition("\nCommands:")[2], "each command's line is complete"


@pytest.mark.parametrize(
    ("words", "command"), COMMANDS, ids=lambda x: " ".join(x) if type(x) is tuple else ""
)
def test_every_command_shows_itself_in_an_example(words: tuple[str, ...], command: click.Command) -> None:
    if not command.hidden:
        assert any(f" {' '.join(words)}".rstrip() in line for line in example_lines(command)), words


@pytest.mark.parametrize(
    ("words", "command"), COMMANDS, ids=lambda x: " ".join(x) if type(x) is tuple else ""
)
def test_help_fits_a_terminal_of_80_columns(words: tuple[str, ...], command: click.Command) -> None:
    parent = click.Context(root, info_name="clientsync", terminal_width=80)
    ctx = click.Context(command, parent, " ".join(words)) if words else parent
    # A path that can't be any shorter.
    wide = [
        line
        for line in command.get_help(ctx).splitlines()
        if len(line) > 80 and "bash-completion" not in line
    ]
    assert wide == []


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_something_that_the_command_takes(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _, command in COMMANDS:
        monkeypatch.setattr(command, "callback", lambda *_, **__: None)
    for part in line.split("|"):
        name, *words = shlex.split(re.split("[<>]", part)[0])
        if name == "clientsync":
            assert root.main(words, prog_name=name, standalone_mode=False) in (None, 0)
