"""`clients` and `client`: the practice's client list."""

import sys
from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ...practice.model import Client
    from ...sync.client_columns import Viewer
    from ...workplace import Workplace

STATUSES = ("connected", "expiring", "expired", "broken", "disconnected", "none")


@click.command(
    epilog=options.examples(
        "clientsync clients --status expired",
        "clientsync clients --software xero --team North --json",
        "clientsync clients --match 'bakery -by:ann@example.com since:30d'",
    )
)
@click.option(
    "--status", type=click.Choice(STATUSES), help="Only clients whose worst integration has this status."
)
@options.only_software("Only clients with an integration of this accounting app.")
@click.option("--team", metavar="TEAM", help="Only clients of this team.")
@click.option(
    "--match",
    metavar="TEXT",
    help="Filter as in the client list, e.g. 'bakery by:ann'.",
)
@click.option("--view", metavar="NAME", help="A view that you saved: see `clientsync views`.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, as `export` writes it.")
@options.json("A JSON array.")
def clients(
    status: str | None,
    software: str | None,
    team: str | None,
    match: str | None,
    view: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List clients, by status, accounting app, team or filter."""
    from datetime import UTC, datetime

    from ...practice.filter import Term, matching, parse
    from ...practice.text import searched
    from .. import output

    if as_csv and as_json:
        raise click.UsageError("Choose one of --csv and --json.")
    with open_workplace() as workplace:
        if software is not None and not workplace.store.clients.integrated(software):
            workplace.software(software)
        saved = workplace.preferences.view(view) if view is not None else ""
        teams = map(searched, ("none", *workplace.store.clients.teams()))
        if team is not None and searched(team) not in teams:
            # An empty list is the answer, which a script may be waiting for.
            output.say(f'There is no team "{team}". `clientsync team list` shows yours.')
        named = (("status", status), ("software", software))
        terms: list[Term] = [
            *parse(match or ""),
            *parse(saved),
            *(Term(field, value) for field, value in named if value),
        ]
        now = datetime.now(UTC)
        held = {sign_in.id for sign_in in workplace.held()}
        numbers = workplace.store.clients.find(terms, now, held=held, me={workplace.actor})
        found = workplace.store.clients.each(numbers, now)
        if team is not None:
            # `team:` in the filter also matches parts of names.
            found = (client for client in found if searched(client.team or "none") == searched(team))
        if as_json:
            from ...sync.client_columns import json_shape

            output.json_array(map(json_shape(), found))
            return
        # A printed line is an integration: those that the filter is about. JSON has whole clients.
        found = (matching(client, terms, held) for client in found)
        if as_csv:
            from ...sync.files.export import write

            write(sys.stdout, found)
        else:
            from ...sync.client_columns import CLAIMED, on_the_command_line

            listed, viewer = list(found), _viewer(workplace, now)
            claimed = any(client.claim for client in listed)
            columns = [column for column in on_the_command_line() if claimed or column.key != CLAIMED]
            rows = [
                tuple(column.line(client, link, viewer) for column in columns if column.line)
                for client in listed
                for link in client.integrations or (None,)
            ]
            shrink = [column.key for column in columns].index("name")
            output.table(tuple(column.title for column in columns), rows, shrink=shrink)


def _viewer(workplace: "Workplace", now: "datetime") -> "Viewer":
    from ...sync.client_columns import Viewer

    def title(software: str) -> str:
        return workplace.any_software(software).title

    return Viewer(now, title, me=workplace.actor)


@click.command(
    epilog=options.examples(
        "clientsync client ABB01",
        "clientsync client 'Abbey Road Bakery Ltd' --json",
    )
)
@options.client
@options.json("A JSON object, with details, lists, refused lists and history.")
def client(client: str, as_json: bool) -> None:
    """Show one client: integrations, reasons, history.

    CLIENT is a practice code, an exact name or an id.
    """
    from collections import Counter
    from datetime import UTC, datetime

    from .. import output

    with open_workplace() as workplace:
        store = workplace.store
        now = datetime.now(UTC)
        found = store.clients.named(client, now)
        history = list(store.ledger.entries(client=found.id))
        if as_json:
            counts: Counter[str] = Counter()
            refused: dict[str, str] = {}
            for link in found.integrations:
                counts.update(store.pulled.counts(link.software, link.organisation_id))
                refused |= store.ledger.refused_lists(found.id, link.software, link.organisation_id)
            from ...sync import as_json as shapes
            from ...sync.client_columns import json_shape

            output.json_document(
                {
                    **json_shape()(found),
                    "details": dict(found.details),
                    "lists": dict(counts),
                    "refused_lists": refused,
                    "history": [shapes.entry(entry) for entry in history],
                }
            )
            return
        from ...sync.history import line

        output.lines(_particulars(workplace, found, now))
        output.lines(["", "History", *(f"  {line(entry)}" for entry in history)])


def _particulars(
    workplace: "Workplace",
    found: "Client",
    now: "datetime",
) -> "Iterator[str]":
    from ...accounting.seam.not_loaded import why_not_loaded
    from ...practice.model import DETAIL_TITLES
    from ...sync.client_columns import status_line
    from ...sync.home import claim_words
    from ...sync.pulled_words import refused_list
    from ...sync.words import next_step

    viewer = _viewer(workplace, now)
    facts = {
        "ID": found.id,
        "Practice code": found.practice_code,
        "Team": found.team,
        "Client note": found.note or None,
    }
    yield found.name
    if found.claim:
        yield f"  {claim_words.sentence(found.claim, viewer.me, now)}"
    for title, value in facts.items():
        if value:
            yield f"  {title}: {value}"
    for link in found.integrations:
        yield ""
        yield f"{link.software}: {status_line(link, viewer)}"
        if not_loaded := why_not_loaded(workplace.any_software(link.software)):
            yield f"  {not_loaded}"
        yield f"  Organisation: {link.organisation_name} ({link.organisation_id})"
        yield f"  Integrated by: {link.integrated_by.name} <{link.integrated_by.email}>"
        moments = {
            "Connected": link.connected_at,
            "Refreshed": link.refreshed_at,
            "Checked": link.checked_at,
            "Expires": link.expires_at,
        }
        for title, moment in moments.items():
            if moment:
                yield f"  {title}: {moment:%Y-%m-%d %H:%M} UTC"
        if step := next_step(link, found):
            yield f"  {step}"
    if found.details:
        yield ""
        yield "Details"
        for name, title in DETAIL_TITLES.items():
            if value := found.details.get(name):
                yield f"  {title}: {value}"
    for link in found.integrations:
        counts = workplace.store.pulled.counts(link.software, link.organisation_id)
        refused = workplace.store.ledger.refused_lists(found.id, link.software, link.organisation_id)
        software = workplace.any_software(link.software)
        if counts or refused:
            yield ""
            yield f"Lists in {software.title}"
        for name, count in sorted(counts.items()):
            yield f"  {name.replace('_', ' ')}: {count:,}"
        for name, why in sorted(refused.items()):
            yield f"  {refused_list(software, name, why)}"
