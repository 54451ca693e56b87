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
    return None if named is None else Path(named)


def is_throwaway() -> bool:
    """Whether this run uses the demo practice of `--sandbox`."""
    return bool(click.get_current_context().find_root().params["throwaway"])


@contextmanager
def open_workplace(*, writes_config: bool = False) -> "Generator[Workplace]":
    """The practice, closed at the end. Raises UsageError if the configuration or the database can't be used.

    `writes_config`: the command writes the configuration, so a file that `--config` names may be new.
    """
    from ..workplace import Workplace
    from .output import say, someone_there

    ask = ask_passphrase if someone_there() else None
    workplace = Workplace.open(config_file(), ask, may_be_new=writes_config)
    workplace.say = say
    try:
        yield workplace
    finally:
        workplace.close()


def ask_passphrase(new: bool) -> str:
    """Asks on the terminal; asks for a new one twice and until it is strong enough. Raises click's Abort."""
    if not new:
        return _asked("Passphrase of the keyring file: ")
    from ..signin.keyrings.passphrase import too_weak

    mistake = ""
    while True:
        entered = _asked(f"{mistake}New passphrase for the keyring file: ")
        if why := too_weak(entered):
            mistake = f"Error: {why}\n"
        elif _asked("Repeat for confirmation: ") == entered:
            return entered
        else:
            mistake = "Error: The two passphrases differ.\n"


def _asked(prompt: str) -> str:
    """What is typed, without showing it. click would print its prompt on stderr, which may be a pipe, and ask again after
    an empty line.
    """
    from getpass import getpass

    while True:
        try:
            if entered := getpass(prompt):
                return entered
        except (KeyboardInterrupt, EOFError):
            raise click.Abort from None
