"""`menu`: what the screens do, as numbered prompts, for screen readers and terminals that cannot move the cursor."""

import click

from .. import options
from ..context import open_workplace


@click.command(epilog=options.examples("clientsync menu", "clientsync --sandbox menu"))
def menu() -> None:
    """Do what the screens do, by numbered prompts.

    Line by line, for screen readers and plain terminals: nothing is coloured, moved or drawn over. `?` is help, `b` goes back, `q` or the end of the input ends it.
    """
    from .start import start

    with open_workplace() as workplace:
        start(workplace)
