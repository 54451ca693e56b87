"""What a shell offers for a word that is half typed: names of accounting software, and clients by practice code or name."""

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VARIABLE = "_CLIENTSYNC_COMPLETE"
"""By which the script in the shell asks (click's way: the program's name in capitals)."""

MOST = 50
HARMLESS = re.compile(r"[\w.&()+/@' -]+")
"""What a client's name may consist of to be offered: it comes from outside, and ends up in a shell's command line."""


def softwares(ctx: click.Context, param: click.Parameter, typed: str) -> list[str]:
    """The accounting softwares whose names begin so."""
    from ..accounting.seam.registry import softwares as known

    return [name for name in known() if name.startswith(typed)]


def clients(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """The clients whose practice codes or names begin so; codes with the name as their explanation."""
    from click.shell_completion import CompletionItem

    from ..config import load
    from ..practice.trouble import Trouble
    from ..store.listing.prefix_search import beginning
    from .place import config_file_of

    try:
        database = load(config_file_of(ctx)).database
    except Trouble:
        return []
    if not typed.isprintable():
        return []
    return [
        CompletionItem(code or name, help=name if code else None)
        for code, name in beginning(database, typed, MOST)
        if HARMLESS.fullmatch(code or name)
    ]


def quote_in_bash() -> None:
    """Has what is offered to bash quoted; zsh and fish do that themselves."""
    from shlex import quote

    from click.shell_completion import BashComplete, add_completion_class

    class Quoting(BashComplete):
        def format_completion(self, item: "CompletionItem[str]") -> str:
            return f"{item.type},{quote(item.value) if item.value else item.value}"

    add_completion_class(Quoting)
