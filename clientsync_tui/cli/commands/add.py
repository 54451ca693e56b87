"""`add`: clients from the organisations that a sign-in reaches."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...practice.plan import Plan
    from ...sync.jobs.session import Session


@click.command(
    epilog=options.examples(
        "clientsync add xero --all --dry-run",
        "clientsync add xero --all --team North",
        "clientsync add xero --organisation ID --organisation ID",
    )
)
@options.software
@click.option("--all", "everything", is_flag=True, help="Every organisation your sign-in reaches.")
@click.option(
    "--organisation",
    "organisations",
    metavar="ID",
    multiple=True,
    help="Only this organisation. Repeat for several.",
)
@click.option("--team", metavar="TEAM", help="The team of new clients, and of linked clients that have none.")
@options.sign_in
@options.dry_run
@options.json("A JSON object.")
def add(
    software: str,
    everything: bool,
    organisations: tuple[str, ...],
    team: str | None,
    email: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add a client for each organisation.

    An organisation that already belongs to a client on the list is linked to that client. Run it again to complete what was interrupted.
    """
    if everything == bool(organisations):
        raise click.UsageError("Choose organisations with --all, or with --organisation ID (once or more).")
    from ...sync.client_edits import team_name
    from ...sync.kinds import add as adding
    from ...sync.kinds.seam.kind import Request
    from .. import consents
    from ..bulk import bulk
    from ..network import signed_in
    from ..plan_across_apps import without_consents_to_come

    with open_workplace() as workplace:

        async def make(session: "Session") -> "Plan":
            about = workplace.configured(software).software
            wanted = None if everything else list(dict.fromkeys(organisations))
            if about.organisations_per_sign_in == "one" and consents.can_sign_in() and not dry_run:
                held = workplace.chosen(software, email)
                sign_in, reach = await consents.collect_consents(workplace, session, about, held, wanted)
            else:
                sign_in, reach = await signed_in(workplace, session, software, email, dry_run=dry_run)
            chosen = list(reach) if wanted is None else wanted
            named = team_name(team) if team else None
            request = Request(session.store, software, chosen, sign_in=sign_in, reach=reach)
            plan = adding.plan(request, team=named)
            return without_consents_to_come(workplace, plan) if dry_run else plan

        bulk(workplace, make, dry_run=dry_run, as_json=as_json)
