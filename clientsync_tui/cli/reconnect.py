"""`reconnect`: dead sign-ins replaced by one that works."""

from typing import TYPE_CHECKING

import click

from . import options
from .place import place

if TYPE_CHECKING:
    from ..practice.plan import Plan
    from ..sync.session import Session


@click.command(
    epilog=options.examples(
        "clientsync reconnect xero --all --dry-run",
        "clientsync reconnect xero --all",
        "clientsync reconnect --client ABB01",
    )
)
@options.some_software
@click.option("--all", "everything", is_flag=True, help="Every expired or broken client of SOFTWARE.")
@options.clients
@options.sign_in
@options.dry_run
@options.json("A JSON object.")
def reconnect(
    software: str | None,
    everything: bool,
    clients: tuple[str, ...],
    email: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Reconnect expired and broken clients with your sign-in.

    Their details and lists are pulled too. Working integrations are not touched.
    """
    if everything == bool(clients) or (everything and software is None):
        raise click.UsageError("Say which: SOFTWARE --all, or --client C (once or more).")
    from ..practice.plan import Will
    from ..sync import plans
    from . import chosen
    from .network import signed_in
    from .running import bulk

    with place() as workplace:
        only = chosen.ids(workplace, clients)
        name = chosen.software_of(workplace, software, only or ())

        async def make(session: "Session") -> "Plan":
            # What needs no sign-in must not ask for one.
            before = plans.reconnect(session.store, name, None, None, only)
            if not before.count(Will.DO):
                return before
            sign_in, reach = await signed_in(workplace, session, name, email)
            return plans.reconnect(session.store, name, sign_in, reach, only)

        bulk(workplace, make, dry_run=dry_run, as_json=as_json)
