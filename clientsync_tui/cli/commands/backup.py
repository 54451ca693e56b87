"""`backup` and `restore`: the practice's database as one file."""

import click

from .. import options
from ..context import open_workplace
from ..parameter_types import FileName

NO_TOKENS = "Sign-ins are not included: their tokens stay in each person's keyring."


@click.command(
    epilog=options.examples(
        "clientsync backup",
        "clientsync backup practice-backup.db",
        "clientsync backup --yes practice-backup.db",
    )
)
@click.argument("file", type=FileName(dir_okay=False), required=False)
@options.yes
@options.json("A JSON object: {file, bytes}.")
def backup(file: str | None, yes: bool, as_json: bool) -> None:
    """Copy the practice's database to a file.

    The copy has the ledger, clients, integrations and jobs. Others can keep working meanwhile. Without FILE, the copy goes next to the
    database, where the newest seven are kept. Such a copy is also made before an upgrade and with the first job of each day. An
    existing FILE is replaced only if you confirm or add --yes.
    """
    from pathlib import Path

    from ...sync.doctor import backup as copying
    from .. import output

    with open_workplace() as workplace:
        if file:
            output.confirm_replacing(Path(file), workplace.own_files, yes)
        made = copying.backup(workplace.store, Path(file) if file else None, workplace.own_files)
    if as_json:
        output.json_document({"file": file or str(made), "bytes": made.stat().st_size})
    output.say(f"Copied the practice to {file or made}. {NO_TOKENS}")


@click.command(
    epilog=options.examples(
        "clientsync restore practice-backup.db", "clientsync restore --yes practice-backup.db"
    )
)
@click.argument("file", type=FileName(dir_okay=False))
@options.yes
@options.json("A JSON object: {database, kept}.")
def restore(file: str, yes: bool, as_json: bool) -> None:
    """Restore the practice from a backup.

    The current database is kept next to it.
    """
    from pathlib import Path

    from ...practice.counted import counted
    from ...store.files.replacing import killed
    from ...sync.doctor.restore import restore as restore_database
    from .. import output

    with open_workplace() as workplace:
        if workplace.config.server is not None:
            raise click.UsageError(
                "The practice is on a server, and this host's file only follows it. Restore it there, from its own backup."
            )
        database = workplace.config.database
        output.require_yes_or_terminal(yes)
        if database.exists():
            output.confirm(f"Replace the practice in {database}?", yes)
        interrupted = killed(database) if database.exists() else None
        saved_as, flaw = restore_database(Path(file), database)
        # Upgrades a copy of an older version, and proves that it can be read.
        clients = workplace.store.clients.total()
    if as_json:
        output.json_document({"database": str(database), "kept": str(saved_as) if saved_as else None})
    output.say(f"Restored the practice from {file}: {counted(clients, 'client')}. {NO_TOKENS}")
    if flaw:
        output.say(f"From entry {flaw.seq} on, its ledger is not as Client Sync wrote it ({flaw.what}).")
    if interrupted and interrupted.former:
        output.say(f"An earlier restore was interrupted. What it replaced is kept as {interrupted.former}.")
    if saved_as:
        output.say(f"The previous database is kept as {saved_as}.")
