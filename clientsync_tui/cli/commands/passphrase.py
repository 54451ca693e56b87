"""`passphrase`: changes the passphrase of the encrypted keyring file."""

import click

from .. import options
from ..context import ask_passphrase, open_workplace


@click.command(
    epilog=options.examples("clientsync passphrase", "clientsync passphrase --stdin < new-passphrase")
)
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the new passphrase from stdin, as one line.")
def passphrase(from_stdin: bool) -> None:
    """Change the passphrase of the encrypted keyring file.

    Asks for the current one first, unless a file or a credential provides it.
    """
    from ..output import say, someone_there

    if not (from_stdin or someone_there()):
        raise click.UsageError("Without a terminal, pass the new passphrase with --stdin.")
    with open_workplace() as workplace:
        file = workplace.vault.change_passphrase(_from_stdin if from_stdin else ask_passphrase)
    say(
        f"Changed the passphrase of {file}. If cron or systemd reads it from a file or a credential, change that too."
    )


def _from_stdin(_: bool) -> str:
    from ..stdin import secret_line

    return secret_line("The passphrase on stdin")
