"""`change`: moves a client to another organisation, in the same accounting app or another."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from ...practice.model import Client, Integration, Organisation
    from ...practice.people import SignIn
    from ...sync.jobs.session import Session
    from ...sync.reach.change_integration import Change
    from ...workplace import Workplace


@click.command(
    epilog=options.examples(
        "clientsync change ABB01 --to xero --organisation ID --dry-run",
        "clientsync change ABB01 --from xero --to freeagent --organisation ID",
        "clientsync change --yes --client ABB01 --to xero --organisation ID",
    )
)
@options.one_client
@click.option("--to", "software", metavar="SOFTWARE", required=True, help="Accounting app to move to.")
@click.option("--organisation", metavar="ID", required=True, help="Organisation to move to.")
@click.option(
    "--from", "former", metavar="SOFTWARE", help="Integration to change, if the client has several."
)
@options.sign_in
@options.yes
@options.dry_run
@options.json("A JSON object: {client, from, to, entails, changed}.")
def change(
    words: str,
    software: str,
    organisation: str,
    former: str | None,
    email: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Move a client to another organisation.

    Shows first what will be lost. The client keeps its history, practice code, team and note.
    """
    from datetime import UTC, datetime

    from ...sync.reach.change_integration import change_integration, entails, planned
    from .. import output
    from ..network import online

    if not dry_run:
        output.require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        client = workplace.store.clients.named(words, datetime.now(UTC))
        link = _link(client, former)
        new = workplace.configured(software).software

        async def plan(session: "Session") -> "Change":
            sign_in, found = await _reached(
                workplace, session, new.name, organisation, email, dry_run=dry_run
            )
            held = {sign_in.id for sign_in in workplace.held()}
            old = workplace.any_software(link.software)
            return planned(workplace.store, client, link, old, new, found, sign_in, held)

        made = online(workplace, plan)
        lines = list(entails(made))
        for line in lines:
            output.say(line)
        if not dry_run:
            output.confirm(f"Move {client.name}?", yes)
            warning = online(workplace, lambda session: change_integration(session, made))
            if warning:
                output.say(warning)
    if as_json:
        output.json_document({**_as_json(made), "entails": lines, "changed": not dry_run})


def _link(client: "Client", software: str | None) -> "Integration":
    """The active integration to change. Raises UsageError if there is none, or several."""
    from ...practice.status import Status
    from ...practice.trouble import UsageError

    active = [
        link
        for link in client.integrations
        if link.standing.status is not Status.DISCONNECTED and software in (None, link.software)
    ]
    if len(active) == 1:
        return active[0]
    if not active:
        raise UsageError(f"{client.name} has no such integration. Create one with `clientsync add`.")
    names = ", ".join(sorted({link.software for link in active}))
    raise UsageError(f"{client.name} has several integrations ({names}). Choose one with --from SOFTWARE.")


async def _reached(
    workplace: "Workplace",
    session: "Session",
    software: str,
    organisation: str,
    email: str | None,
    *,
    dry_run: bool,
) -> "tuple[SignIn, Organisation]":
    """A sign-in that reaches the organisation. Asks for consent if the app needs one for each organisation."""
    from ...practice.trouble import SignInNeeded, UsageError
    from ...sync.reach.reachability import Reach
    from .. import consents
    from ..network import signed_in

    about = workplace.software(software)
    if about.organisations_per_sign_in == "many":
        sign_in, reach = await signed_in(workplace, session, software, email, dry_run=dry_run)
        if organisation not in reach:
            raise UsageError(
                f"{sign_in.person.email} can't reach the {about.organisation_words[0]} {organisation} in {about.title}."
            )
        return sign_in, reach[organisation]
    sign_in = workplace.chosen(software, email)
    if consents.can_sign_in() and not dry_run:
        sign_in, reach = await consents.collect_consents(workplace, session, about, sign_in, [organisation])
    else:
        reach = await session.reach(sign_in) if sign_in else Reach((), about.canonical_id)
    own = workplace.store.sign_ins.one(sign_in.reaching(organisation)) if sign_in else None
    if own is None or organisation not in reach:
        raise SignInNeeded(
            f"Nobody signed in to {about.title} for {organisation}. Run `clientsync sign-in {software}`."
        )
    return own, reach[organisation]


def _as_json(change: "Change") -> dict[str, object]:
    link, new = change.link, change.organisation
    return {
        "client": change.client.id,
        "from": _named(link.software, link.organisation_id, link.organisation_name),
        "to": _named(change.software.name, new.id, new.name),
    }


def _named(software: str, organisation_id: str, name: str) -> dict[str, str]:
    return {"software": software, "organisation_id": organisation_id, "organisation_name": name}
