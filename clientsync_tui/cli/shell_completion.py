"""What a shell suggests for a half-typed word: accounting apps, and clients by practice code or name."""

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VARIABLE = "_CLIENTSYNC_COMPLETE"
"""Set by the script in the shell when it asks. click derives the name from the program's."""

MOST = 50
HARMLESS = re.compile(r"[\w.&()+/@' -]+")
"""Only such names are suggested, because they come from outside and end up on a shell's command line."""


def softwares(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """The accounting apps whose short names start with `typed`."""
    from ..accounting.seam.registry import softwares as apps

    return [name for name in apps() if name.startswith(typed)]


def clients(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """The clients whose code or name starts with `typed`. A code comes with the name as its description."""
    from click.shell_completion import CompletionItem

    from ..config.reading import load
    from ..practice.trouble import Trouble
    from ..store.listing.prefix_search import clients_starting_with
    from .context import config_file_of

    try:
        database = load(config_file_of(ctx)).database
    except Trouble:
        return []
    if not typed.isprintable():
        return []
    return [
        CompletionItem(code or name, help=name if code else None)
        for code, name in clients_starting_with(database, typed, MOST)
        if HARMLESS.fullmatch(code or name)
    ]


def quote_in_bash() -> None:
    """Quotes suggestions for bash; zsh and fish quote them themselves."""
    from shlex import quote

    from click.shell_completion import BashComplete, add_completion_class

    class QuotingBashComplete(BashComplete):
        def format_completion(self, item: "CompletionItem[str]") -> str:
            return f"{item.type},{quote(item.value) if item.value else item.value}"

    add_completion_class(QuotingBashComplete)
