"""`backup` and `restore`: the practice's database as one file."""

import click

from . import options
from .place import place

TOKENS = "Sign-ins are not in it: their tokens are in the keyring of whoever signed in."


@click.command(epilog=options.examples("clientsync backup practice-backup.db"))
@click.argument("file", type=click.Path(dir_okay=False))
@options.json("A JSON object: {file, bytes}.")
def backup(file: str, as_json: bool) -> None:
    """Copy the practice to a file.

    That is its ledger, clients, integrations and jobs; others can go on working meanwhile.
    """
    from pathlib import Path

    from ..sync import backup as copying
    from . import talk

    with place() as workplace:
        copying.backup(workplace.store, Path(file))
    if as_json:
        talk.document({"file": file, "bytes": Path(file).stat().st_size})
    talk.say(f"The practice is copied to {file}. {TOKENS}")


@click.command(epilog=options.examples("clientsync restore practice-backup.db"))
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.json("A JSON object: {database, kept}.")
def restore(file: str, yes: bool, as_json: bool) -> None:
    """Put the practice back as a backup has it.

    The present one is kept beside it.
    """
    from pathlib import Path

    from ..sync import backup as copying
    from . import talk

    with place() as workplace:
        database = workplace.config.database
        if database.exists() and talk.interactive() and not yes:
            click.confirm(f"Replace the practice in {database}?", abort=True, err=True)
        kept = copying.restore(Path(file), database)
        # Brings a copy of an older version up to date, and shows that it can be read.
        clients = workplace.store.clients.total()
    if as_json:
        talk.document({"database": str(database), "kept": str(kept) if kept else None})
    talk.say(f"The practice is as {file} has it: {clients:,} clients. {TOKENS}")
    if kept:
        talk.say(f"The former one is kept as {kept}.")
