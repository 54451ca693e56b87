"""`reconnect`: dead sign-ins replaced by one that works."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...practice.plan import Plan
    from ...sync.jobs.session import Session


@click.command(
    epilog=options.examples(
        "clientsync reconnect xero --all --dry-run",
        "clientsync reconnect xero --all",
        "clientsync reconnect --all",
        "clientsync reconnect --client ABB01",
    )
)
@options.some_software
@click.option(
    "--all", "everything", is_flag=True, help="Every expired or broken client (of SOFTWARE, if it is named)."
)
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

    Their details and lists are pulled too. Working integrations are not touched. Where a sign-in is for one organisation, you are led
    from one consent to the next; an empty line stops, and the same command goes on.
    """
    if everything == bool(clients):
        raise click.UsageError("Say which: [SOFTWARE] --all, or --client C (once or more).")
    from ...sync.kinds import reconnect as reconnecting
    from ...sync.kinds.seam.kind import Request
    from .. import selection
    from ..bulk import bulk
    from ..plan_across_apps import plan_across_apps

    with open_workplace() as workplace:
        only = selection.client_ids(workplace, clients)
        names = selection.software_names(workplace, software, only)

        async def make(session: "Session") -> "Plan":
            return await plan_across_apps(
                workplace,
                session,
                names,
                email,
                lambda name, sign_in, reach: reconnecting.plan(
                    Request(session.store, name, only, sign_in=sign_in, reach=reach)
                ),
            )

        bulk(workplace, make, dry_run=dry_run, as_json=as_json)
