"""`backup` and `restore`: the practice's database as one file."""

import click

from .. import options
from ..context import open_workplace

TOKENS = "Sign-ins are not in it: their tokens are in the keyring of whoever signed in."


@click.command(
    epilog=options.examples(
        "clientsync backup",
        "clientsync backup practice-backup.db",
        "clientsync backup --yes practice-backup.db",
    )
)
@click.argument("file", type=click.Path(dir_okay=False), required=False)
@options.yes
@options.json("A JSON object: {file, bytes}.")
def backup(file: str | None, yes: bool, as_json: bool) -> None:
    """Copy the practice to a file, or beside itself.

    That is its ledger, clients, integrations and jobs; others can go on working meanwhile. Without FILE the copy is one of the
    program's own, of which the newest seven stay; those are also made before an upgrade and with the first job of each day.
    A FILE that exists is replaced only after asking, or with --yes.
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
    output.say(f"The practice is copied to {file or made}. {TOKENS}")


@click.command(
    epilog=options.examples(
        "clientsync restore practice-backup.db", "clientsync restore --yes practice-backup.db"
    )
)
@click.argument("file", type=click.Path(dir_okay=False))
@options.yes
@options.json("A JSON object: {database, kept}.")
def restore(file: str, yes: bool, as_json: bool) -> None:
    """Put the practice back as a backup has it.

    The present one is kept beside it.
    """
    from pathlib import Path

    from ...sync.doctor.restore import restore as put_back
    from .. import output

    with open_workplace() as workplace:
        database = workplace.config.database
        output.require_yes_or_terminal(yes)
        if database.exists():
            output.confirm(f"Replace the practice in {database}?", yes)
        kept, flaw = put_back(Path(file), database)
        # Brings a copy of an older version up to date, and shows that it can be read.
        clients = workplace.store.clients.total()
    if as_json:
        output.json_document({"database": str(database), "kept": str(kept) if kept else None})
    output.say(f"The practice is as {file} has it: {clients:,} clients. {TOKENS}")
    if flaw:
        output.say(f"Its ledger is not as this program wrote it, from entry {flaw.seq} on ({flaw.what}).")
    if kept:
        output.say(f"The former one is kept as {kept}.")
