"""The arguments and options that several commands share, so that they are called and explained the same everywhere."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from . import shell_completion

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

software: Decorator[Any] = click.argument("software", shell_complete=shell_completion.softwares)
some_software: Decorator[Any] = click.argument(
    "software", required=False, shell_complete=shell_completion.softwares
)
clients: Decorator[Any] = click.option(
    "--client",
    "clients",
    metavar="C",
    multiple=True,
    shell_complete=shell_completion.clients,
    help="This client: practice code, exact name or id; can be repeated.",
)
client: Decorator[Any] = click.argument("client", metavar="C", shell_complete=shell_completion.clients)
sign_in: Decorator[Any] = click.option(
    "--as", "email", metavar="EMAIL", help="The sign-in to use; otherwise the one used last."
)
yes: Decorator[Any] = click.option(
    "--yes", is_flag=True, help="Do not ask. Needed where there is no terminal."
)
dry_run: Decorator[Any] = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and change nothing."
)


def json(shape: str) -> Decorator[Any]:
    """`--json`; `shape` says what is printed then."""
    return click.option("--json", "as_json", is_flag=True, help=shape)


def only_software(help: str) -> Decorator[Any]:
    """`--software S`, for commands that are about all of them without it."""
    return click.option("--software", metavar="S", shell_complete=shell_completion.softwares, help=help)


def examples(*lines: str) -> str:
    """The end of a command's help: commands as somebody would type them."""
    # \b keeps click from filling the lines up to a paragraph.
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))
