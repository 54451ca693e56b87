"""`menu`: the same actions as the screens have, as numbered prompts, for screen readers and terminals without cursor movement."""

import click

from ..place import place


@click.command()
def menu() -> None:
    """Do everything with numbered prompts, line by line: for screen readers and plain terminals. ? is help, q ends it."""
    with place():
        click.echo("Clients and Client Sync, line by line.")
