"""`menu`: everything the screens do, as numbered prompts, for screen readers and terminals that can't move the cursor."""

import click

from .. import options
from ..context import open_workplace


@click.command(epilog=options.examples("clientsync menu", "clientsync --sandbox menu"))
def menu() -> None:
    """Use Client Sync through numbered prompts.

    It works line by line, for screen readers and plain terminals: no colours, and nothing is redrawn. Type `?` for help, `b` to go back and `q` to quit.
    """
    from .start import start

    with open_workplace() as workplace:
        start(workplace)
