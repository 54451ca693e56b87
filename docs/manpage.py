"""Writes docs/man/clientsync.1, the manual page, from the commands' help: `python docs/manpage.py`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import click  # noqa: E402

from clientsync_tui import version  # noqa: E402
from clientsync_tui.cli.main import root  # noqa: E402

PAGE = HERE / "man" / "clientsync.1"

FILES = {
    "~/.config/clientsync/config.toml": "The configuration: practice, accounting apps, keys, screen. It holds no secret. $XDG_CONFIG_HOME "
    "replaces ~/.config, and --config FILE replaces all of it.",
    "~/.local/share/clientsync/practice.db": "The practice: ledger, clients, integrations, jobs. $XDG_DATA_HOME replaces ~/.local/share.",
    "~/.local/share/clientsync/keyring.bin": "Without a desktop keyring: tokens and client secrets, encrypted with a passphrase.",
}
ENVIRONMENT = {
    "CLIENTSYNC_PASSPHRASE_FILE": "File (mode 0600) with the passphrase of keyring.bin.",
    "CREDENTIALS_DIRECTORY": "Set by systemd. Its credential clientsync-passphrase is the passphrase of keyring.bin.",
    "PYTHON_KEYRING_BACKEND": "Keyring to use, as the Python library keyring names it.",
    "CLIENTSYNC_DEBUG": "1: show the traceback of an unexpected error.",
    "NO_COLOR": "Use no colour.",
}
STATUS = {
    "0": "Done.",
    "1": "Some items failed. For check and doctor: something is wrong.",
    "2": "Wrong usage or configuration; nothing was changed.",
    "3": "A sign-in is needed.",
}


def page() -> str:
    """The whole page, in roff with the man macros."""
    # \b marks paragraphs that click does not fill.
    says = (root.help or "").replace("\b\n", "")
    synopsis = ["[\\-\\-config FILE] [\\-\\-sandbox] [COMMAND ...]", "\\-\\-serve [\\-\\-port PORT]"]
    parts = [
        f'.TH CLIENTSYNC 1 "" "Client Sync {version()}" "User Commands"',
        ".SH NAME",
        "clientsync \\- connect all of a practice's clients to their accounting apps",
        ".SH SYNOPSIS",
        *(f".B clientsync\n{words}\n.br" for words in synopsis),
        ".SH DESCRIPTION",
        *paragraphs(says),
        ".SH OPTIONS",
        *options(root),
        ".SH COMMANDS",
        *commands(root, "clientsync"),
        *(".SH EXIT STATUS", *terms(STATUS)),
        *(".SH FILES", *terms(FILES)),
        *(".SH ENVIRONMENT", *terms(ENVIRONMENT)),
        *(".SH EXAMPLES", *examples(root)),
    ]
    return "\n".join(parts) + "\n"


def commands(group: click.Group, above: str) -> Iterator[str]:
    """The commands of a group, and those below them, each with its options and examples."""
    ctx = click.Context(group, info_name=above)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is None or command.hidden:
            continue
        words = f"{above} {name}"
        usage = " ".join(command.collect_usage_pieces(click.Context(command)))
        yield f".SS {roff(words)}\n.B {roff(words)}\n{roff(usage)}"
        yield from paragraphs(command.help or "")
        yield from options(command)
        yield from examples(command)
        if isinstance(command, click.Group):
            yield from commands(command, words)


def options(command: click.Command) -> Iterator[str]:
    """The options of a command, except `--help`, which all have."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield from terms({called(parameter): explained(parameter)})


def called(option: click.Option) -> str:
    """How the option is written: `--port PORT`."""
    value = option.metavar
    if isinstance(option.type, click.Choice):
        value = "|".join(map(str, option.type.choices))
    return option.opts[0] if option.is_flag else f"{option.opts[0]} {value}"


def explained(option: click.Option) -> str:
    """The option's help, with its default if that is shown."""
    return f"{option.help} [{option.default}]" if option.show_default else str(option.help)


def examples(command: click.Command) -> Iterator[str]:
    """The examples of a command as they are written."""
    lines = [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  ")]
    if lines:
        yield ".PP\n.nf\n.RS\n" + "\n".join(map(roff, lines)) + "\n.RE\n.fi"


def terms(described: dict[str, str]) -> Iterator[str]:
    """Terms, each with its description."""
    for term, says in described.items():
        yield f".TP\n.B {roff(term)}\n{roff(says)}"


def paragraphs(text: str) -> Iterator[str]:
    """Text in paragraphs, each on one line."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        yield f".PP\n{roff(' '.join(paragraph.split()))}"


def roff(text: str) -> str:
    """`text` as roff shows it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
