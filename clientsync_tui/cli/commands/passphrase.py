"""`passphrase`: another passphrase for the encrypted keyring file."""

import click

from .. import options
from ..context import ask_passphrase, open_workplace


@click.command(
    epilog=options.examples("clientsync passphrase", "clientsync passphrase --stdin < new-passphrase")
)
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the new passphrase from stdin, one line.")
def passphrase(from_stdin: bool) -> None:
    """Change the passphrase of the encrypted keyring file.

    The one it has is asked for first, or comes from where it always comes.
    """
    from ..output import interactive, say

    if not (from_stdin or interactive()):
        raise click.UsageError("There is no terminal to ask on: give the new passphrase with --stdin.")
    with open_workplace() as workplace:
        file = workplace.vault.change_passphrase(_from_stdin if from_stdin else ask_passphrase)
    say(
        f"{file} has another passphrase. Where a file or a credential holds it for cron or systemd, change that too."
    )


def _from_stdin(_: bool) -> str:
    from ..stdin import secret_line

    return secret_line("The passphrase on stdin")
