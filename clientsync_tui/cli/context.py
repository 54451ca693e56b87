"""What every command starts from: its configuration file and the practice."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..workplace import Workplace


def config_file() -> Path | None:
    """The file given with `--config`."""
    return config_file_of(click.get_current_context())


def config_file_of(ctx: click.Context) -> Path | None:
    """The file given with `--config` on the command line of `ctx`."""
    named = ctx.find_root().params.get("config")
    return Path(named) if named else None


def is_throwaway() -> bool:
    """Whether this run uses the demo practice of `--sandbox`."""
    return bool(click.get_current_context().find_root().params["throwaway"])


@contextmanager
def open_workplace() -> "Generator[Workplace]":
    """The practice, closed at the end. Raises UsageError if the configuration or the database can't be used."""
    from ..workplace import Workplace
    from .output import interactive, say

    workplace = Workplace.open(config_file(), ask_passphrase if interactive() else None)
    workplace.say = say
    try:
        yield workplace
    finally:
        workplace.close()


def ask_passphrase(new: bool) -> str:
    """Asks on the terminal; asks for a new one twice and until it is strong enough. Raises click's Abort."""
    if not new:
        return click.prompt("Passphrase of the keyring file", hide_input=True, err=True)
    from ..signin.keyrings.passphrase import too_weak

    while True:
        entered = click.prompt("New passphrase for the keyring file", hide_input=True, err=True)
        # Not as a `value_proc`: click hides what was entered in its errors, also where their words only hold the same letters.
        if why := too_weak(entered):
            click.echo(f"Error: {why}", err=True)
        elif click.prompt("Repeat for confirmation", hide_input=True, err=True) == entered:
            return entered
        else:
            click.echo("Error: The two passphrases differ.", err=True)
