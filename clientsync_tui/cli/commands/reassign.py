"""`reassign`: makes the user the authenticated user of what colleagues integrated."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...practice.plan import Plan
    from ...sync.jobs.session import Session


@click.command(
    epilog=options.examples(
        "clientsync reassign --from EMAIL --dry-run",
        "clientsync reassign xero --all",
        "clientsync reassign --all",
        "clientsync reassign --client ABB01 --client BAK02",
    )
)
@options.some_software
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every client (of SOFTWARE, if you name it) that someone else integrated.",
)
@click.option(
    "--from",
    "integrated_by",
    metavar="EMAIL",
    help="Every client (of SOFTWARE, if you name it) that this person integrated.",
)
@options.named_clients
@options.match
@options.sign_in
@options.dry_run
@options.json("A JSON object.")
def reassign(
    software: str | None,
    everything: bool,
    integrated_by: str | None,
    clients: tuple[str, ...],
    match: str | None,
    email: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take over the integrations that colleagues set up.

    You become their authenticated user; the history says from whom.
    """
    if everything + bool(integrated_by) + (bool(clients) or match is not None) != 1:
        raise click.UsageError(
            "Choose clients with [SOFTWARE] --all, [SOFTWARE] --from EMAIL, --client CLIENT (once or more), or --match TEXT."
        )
    from ...sync.kinds import reassign as reassigning
    from ...sync.kinds.seam.kind import Request
    from .. import selection
    from ..bulk import bulk
    from ..plan_across_apps import plan_across_apps

    with open_workplace() as workplace:
        only = selection.client_ids(workplace, clients, match)
        names = selection.software_names(workplace, software, only, integrated_by)

        async def make(session: "Session") -> "Plan":
            return await plan_across_apps(
                workplace,
                session,
                reassigning.KIND.name,
                names,
                email,
                lambda name, sign_in, reach: reassigning.plan(
                    Request(
                        session.store, name, only, sign_in=sign_in, reach=reach, integrated_by=integrated_by
                    )
                ),
                # Their own sign-in may be held here too.
                other_than=integrated_by,
                # Without a sign-in, we can't know which ones are the user's own.
                always=True,
                dry_run=dry_run,
            )

        bulk(workplace, make, dry_run=dry_run, as_json=as_json)
