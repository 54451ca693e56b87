"""The workplace that a command works in."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..workplace import Workplace


def config_file() -> Path | None:
    """What `--config` names."""
    return config_file_of(click.get_current_context())


def config_file_of(ctx: click.Context) -> Path | None:
    """What `--config` names on the command line that `ctx` belongs to."""
    named = ctx.find_root().params.get("config")
    return Path(named) if named else None


def is_throwaway() -> bool:
    """Whether this run is on `--sandbox`."""
    return bool(click.get_current_context().find_root().params["throwaway"])


@contextmanager
def place() -> "Generator[Workplace]":
    """The practice, closed at the end. Raises UsageError where the configuration or the database is at fault."""
    from ..workplace import Workplace
    from .talk import interactive

    workplace = Workplace.open(config_file(), ask_passphrase if interactive() else None)
    try:
        yield workplace
    finally:
        workplace.close()


def ask_passphrase(new: bool) -> str:
    """Asks on the terminal; for a new one twice, and until it can be used. Raises click's Abort."""

    def strong(said: str) -> str:
        from ..signin.keyrings.passphrase import too_weak

        if why := too_weak(said):
            raise click.UsageError(why)
        return said

    if not new:
        return click.prompt("Passphrase of the keyring file", hide_input=True, err=True)
    return click.prompt(
        "New passphrase for the keyring file",
        hide_input=True,
        confirmation_prompt=True,
        value_proc=strong,
        err=True,
    )
