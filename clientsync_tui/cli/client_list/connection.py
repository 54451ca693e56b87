"""`settings` and `open`: one integration of a client."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace
from ..parameter_types import MAY_BE_EMPTY

if TYPE_CHECKING:
    from ...practice.model import Client, Integration, Settings
    from ...workplace import Workplace

_one_software = options.only_software("Accounting app, if the client has integrations with several.")


@click.command(
    epilog=options.examples(
        "clientsync settings ABB01",
        "clientsync settings --client ABB01 --refresh-days 7 --list accounts",
        "clientsync settings --client ABB01 --all-lists --note 'Closed books only'",
    )
)
@options.one_client
@_one_software
@click.option("--list", "names", metavar="NAME", multiple=True, help="A list to pull. Repeat for several.")
@click.option("--all-lists", is_flag=True, help="Pull every list.")
@click.option("--no-lists", is_flag=True, help="Pull no list.")
@click.option(
    "--refresh-days",
    metavar="DAYS",
    type=click.IntRange(0, 365),
    help="Refresh automatically every DAYS days (0: never).",
)
@click.option(
    "--update-details/--keep-details",
    default=None,
    help="Whether the client's details follow the organisation's.",
)
@click.option(
    "--note",
    metavar="TEXT",
    type=MAY_BE_EMPTY,
    help="Note about this integration, for colleagues; '' removes it.",
)
@options.json(
    "A JSON object: {client, software, organisation_id, lists, refresh_days, follow_details, note, changed}."
)
def settings(
    words: str,
    software: str | None,
    names: tuple[str, ...],
    all_lists: bool,
    no_lists: bool,
    refresh_days: int | None,
    update_details: bool | None,
    note: str | None,
    as_json: bool,
) -> None:
    """Show or change how an integration behaves.

    Settings that you don't give stay as they are. The next refresh uses the new ones.
    """
    if sum((bool(names), all_lists, no_lists)) > 1:
        raise click.UsageError("Choose one of --list, --all-lists and --no-lists.")
    from ...sync.settings import as_body, change_settings, with_note
    from .. import output

    with open_workplace() as workplace:
        client, link = _one(workplace, words, software)
        new = link.settings
        if names or all_lists or no_lists:
            new = new._replace(lists=_chosen(workplace, link, names) if not all_lists else None)
        if refresh_days is not None:
            new = new._replace(refresh_days=refresh_days)
        if update_details is not None:
            new = new._replace(follow_details=update_details)
        if note is not None:
            new = with_note(new, note)
        changed = change_settings(workplace.store, workplace.actor, client.id, link, new)
        if as_json:
            about = {"client": client.id, "software": link.software, "organisation_id": link.organisation_id}
            output.json_document({**about, **as_body(new), "changed": changed})
            return
        output.lines(_lines(workplace, link, new))
    if changed:
        output.say(f"Saved the settings of {client.name}.")


def _chosen(workplace: "Workplace", link: "Integration", names: tuple[str, ...]) -> tuple[str, ...]:
    """The named lists, in the app's order. Raises UsageError for a list that the app does not have."""
    from ...practice.trouble import UsageError

    lists = workplace.any_software(link.software).lists
    for name in names:
        if name not in lists:
            raise UsageError(f'There is no list "{name}". Lists: {", ".join(lists)}.')
    return tuple(name for name in lists if name in names)


def _lines(workplace: "Workplace", link: "Integration", settings: "Settings") -> list[str]:
    titles = workplace.any_software(link.software).lists
    lists = "all" if settings.lists is None else ", ".join(titles.get(name, name) for name in settings.lists)
    days = settings.refresh_days
    return [
        f"Lists: {lists or 'none'}",
        f"Refresh automatically: {f'every {days} days' if days > 1 else 'every day' if days else 'never'}",
        f"Details: {'follow the organisation' if settings.follow_details else 'stay as they are'}",
        f"Integration note: {settings.note or 'none'}",
    ]


@click.command(
    "open",
    epilog=options.examples("clientsync open ABB01", "clientsync open ABB01 --browser"),
)
@options.one_client
@_one_software
@click.option("--browser", is_flag=True, help="Open the address in this computer's browser.")
@options.json("A JSON object: {client, software, organisation_id, link}.")
def open_app(words: str, software: str | None, browser: bool, as_json: bool) -> None:
    """Print the address of a client's organisation in its accounting app."""
    from ...practice.trouble import UsageError
    from ...signin.browser import open_link
    from ...sync.integration_facts import no_address
    from .. import output

    with open_workplace() as workplace:
        client, link = _one(workplace, words, software)
        app = workplace.any_software(link.software)
        address = app.link(link.organisation_id, client.details)
        if address is None:
            raise UsageError(no_address(link, app.title))
    if as_json:
        about = {"client": client.id, "software": link.software, "organisation_id": link.organisation_id}
        output.json_document({**about, "link": address})
    else:
        output.lines([address])
    if browser:
        open_link(address, None, output.say)


def _one(workplace: "Workplace", words: str, software: str | None) -> "tuple[Client, Integration]":
    """The client and its integration. Raises UsageError if it has none, or several."""
    from datetime import UTC, datetime

    from ...practice.trouble import UsageError

    client = workplace.store.clients.named(words, datetime.now(UTC))
    links = [link for link in client.integrations if software in (None, link.software)]
    if not links:
        raise UsageError(f"{client.name} has no such integration.")
    if len(links) > 1:
        names = ", ".join(sorted(link.software for link in links))
        raise UsageError(f"{client.name} has several integrations ({names}). Choose one with --software S.")
    return client, links[0]
