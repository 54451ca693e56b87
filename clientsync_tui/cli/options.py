"""Arguments and options that several commands share, so that they have the same names and help everywhere."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from . import shell_completion

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

software: Decorator[Any] = click.argument("software", shell_complete=shell_completion.softwares)
some_software: Decorator[Any] = click.argument(
    "software", required=False, shell_complete=shell_completion.softwares
)
_CLIENT = "Client: practice code, exact name or id."


def _named(help: str) -> Decorator[Any]:
    """`--client CLIENT`. Given several times, it is refused by the command itself, which says what it takes."""
    return click.option(
        "--client",
        "clients",
        metavar="CLIENT",
        multiple=True,
        shell_complete=shell_completion.clients,
        help=help,
    )


named_clients: Decorator[Any] = _named(f"{_CLIENT} Repeat for several.")
named_client: Decorator[Any] = _named(_CLIENT)
match: Decorator[Any] = click.option("--match", metavar="TEXT", help="Every client that this filter shows.")


def _clients(metavar: str, named: Decorator[Any]) -> Decorator[Any]:
    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @click.argument("plain", metavar=metavar, nargs=-1, shell_complete=shell_completion.clients)
        @named
        @wraps(command)
        def run(*, plain: tuple[str, ...], clients: tuple[str, ...], **given: Any) -> Any:
            return command(clients=(*plain, *clients), **given)

        return run

    return decorated


clients: Decorator[Any] = _clients("[CLIENT]...", named_clients)
"""Clients as plain arguments and with `--client`: together they are `clients`."""
client_or_none: Decorator[Any] = _clients("[CLIENT]", named_client)
"""The same for a command that takes one client or none, and refuses several."""


def some_clients(command: Callable[..., Any]) -> Callable[..., Any]:
    """Clients by name, or all those that `--match` shows. One of the two is needed."""

    @clients
    @match
    @wraps(command)
    def run(*, clients: tuple[str, ...], match: str | None, **given: Any) -> Any:
        if not clients and match is None:
            raise click.UsageError("Choose clients: CLIENT (once or more), or --match TEXT.")
        return command(clients=clients, match=match, **given)

    return run


def one_client(command: Callable[..., Any]) -> Callable[..., Any]:
    """One client, as a plain argument or with `--client`: it is `words`."""

    @client_or_none
    @wraps(command)
    def run(*, clients: tuple[str, ...], **given: Any) -> Any:
        if len(clients) != 1:
            raise click.UsageError("Name one client: CLIENT, or --client CLIENT.")
        return command(words=clients[0], **given)

    return run


client: Decorator[Any] = click.argument("client", metavar="CLIENT", shell_complete=shell_completion.clients)
sign_in: Decorator[Any] = click.option(
    "--as", "email", metavar="EMAIL", help="Sign-in to use (default: the last one used)."
)
yes: Decorator[Any] = click.option(
    "--yes", is_flag=True, help="Do not ask for confirmation. Required without a terminal."
)
dry_run: Decorator[Any] = click.option(
    "--dry-run", is_flag=True, help="Show what would be done, without doing it."
)


def json(shape: str) -> Decorator[Any]:
    """`--json`. `shape`: what it prints, such as "A JSON array."."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {shape[0].lower()}{shape[1:]}")


def only_software(help: str) -> Decorator[Any]:
    """`--software SOFTWARE`, for commands that otherwise apply to all accounting apps."""
    return click.option(
        "--software", metavar="SOFTWARE", shell_complete=shell_completion.softwares, help=help
    )


def examples(*lines: str) -> str:
    """The end of a command's help: commands as you would type them."""
    # \b keeps click from joining the lines into a paragraph.
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))
