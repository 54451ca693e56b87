"""`menu`: what the screens do, as numbered prompts, for screen readers and terminals that cannot move the cursor."""

import click

from ..place import place


@click.command()
def menu() -> None:
    """Do what the screens do with numbered prompts, line by line: for screen readers and plain terminals.

    Nothing is coloured, moved or drawn over. `?` is help, `b` goes back, `q` or the end of the input ends it.
    """
    from .start import start

    with place() as workplace:
        start(workplace)
