"""`clients` and `client`: the practice's client list."""

import sys
from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from ...practice.entries import Entry
    from ...practice.filter import Term
    from ...practice.model import Client, Integration
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

    from ...practice.filter import matching
    from .. import output

    if as_csv and as_json:
        raise click.UsageError("Choose one of --csv and --json.")
    with open_workplace() as workplace:
        _mind_names(workplace, software, team)
        terms = _terms(workplace, match, view, status, software)
        now, held = datetime.now(UTC), {sign_in.id for sign_in in workplace.held()}
        numbers = workplace.store.clients.find(terms, now, held=held, me={workplace.actor})
        found = workplace.store.clients.each(numbers, now)
        if team is not None:
            found = _of_team(team, found)
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
            _print_table(list(found), _viewer(workplace, now))


def _mind_names(workplace: "Workplace", software: str | None, team: str | None) -> None:
    """Raises UsageError for an accounting app that neither is installed nor has integrations. Says so if there is no such
    team.
    """
    from ...practice.text import searched
    from ..output import say

    clients = workplace.store.clients
    if software is not None and not clients.integrated(software):
        workplace.software(software)
    if team is not None and searched(team) not in map(searched, ("none", *clients.teams())):
        # An empty list is the answer, which a script may be waiting for.
        say(f'There is no team "{team}". `clientsync team list` shows yours.')


def _terms(
    workplace: "Workplace", match: str | None, view: str | None, status: str | None, software: str | None
) -> "list[Term]":
    """What is asked for, as terms of a filter. Raises UsageError if the filter is wrong or there is no such view."""
    from ...practice.filter import Term, parse

    saved = workplace.preferences.view(view) if view is not None else ""
    named = (("status", status), ("software", software))
    return [
        *parse(match or ""),
        *parse(saved),
        *(Term(field, value) for field, value in named if value),
    ]


def _of_team(team: str, clients: "Iterable[Client]") -> "Iterator[Client]":
    """The clients of exactly this team: `team:` in a filter also matches parts of names."""
    from ...practice.text import searched

    return (client for client in clients if searched(client.team or "none") == searched(team))


def _print_table(listed: "Sequence[Client]", viewer: "Viewer") -> None:
    """Prints a line for each integration, and one for each client without any."""
    from ...sync.client_columns import CLAIMED, on_the_command_line
    from ..output import table

    claimed = any(client.claim for client in listed)
    columns = [column for column in on_the_command_line() if claimed or column.key != CLAIMED]
    rows = [
        tuple(column.line(client, link, viewer) for column in columns if column.line)
        for client in listed
        for link in client.integrations or (None,)
    ]
    shrink = [column.key for column in columns].index("name")
    table(tuple(column.title for column in columns), rows, shrink=shrink)


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
    from datetime import UTC, datetime

    from ...sync.history import line
    from .. import output

    with open_workplace() as workplace:
        now = datetime.now(UTC)
        found = workplace.store.clients.named(client, now)
        entries = workplace.store.history()
        numbers = reversed(entries.find(found.id, (), now))
        history = [entry for batch in output.batched(numbers) for entry in entries.fetch(batch)[0]]
        if as_json:
            output.json_document(_as_json(workplace, found, history))
            return
        output.lines(_particulars(workplace, found, now))
        output.lines(["", "History", *(f"  {line(entry)}" for entry in history)])


def _as_json(workplace: "Workplace", client: "Client", history: "Sequence[Entry]") -> "dict[str, object]":
    from collections import Counter

    from ...sync import as_json as shapes
    from ...sync.client_columns import json_shape

    counts: Counter[str] = Counter()
    refused: dict[str, str] = {}
    for link in client.integrations:
        counts.update(workplace.store.pulled.counts(link.software, link.organisation_id))
        refused |= workplace.store.ledger.refused_lists(client.id, link.software, link.organisation_id)
    return {
        **json_shape()(client),
        "details": dict(client.details),
        "lists": dict(counts),
        "refused_lists": refused,
        "history": [shapes.entry(entry) for entry in history],
    }


def _particulars(workplace: "Workplace", client: "Client", now: "datetime") -> "Iterator[str]":
    """The client's facts, its integrations, its details and what was pulled, as lines."""
    from ...practice.model import DETAIL_TITLES
    from ...sync.home import claim_words

    viewer = _viewer(workplace, now)
    yield client.name
    if client.claim:
        yield f"  {claim_words.sentence(client.claim, viewer.me, now)}"
    facts = {
        "ID": client.id,
        "Practice code": client.practice_code,
        "Team": client.team,
        "Client note": client.note or None,
    }
    yield from (f"  {title}: {value}" for title, value in facts.items() if value)
    for link in client.integrations:
        yield from _integration(workplace, client, link, viewer)
    if client.details:
        yield ""
        yield "Details"
        for name, title in DETAIL_TITLES.items():
            if value := client.details.get(name):
                yield f"  {title}: {value}"
    for link in client.integrations:
        yield from _pulled(workplace, client, link)


def _integration(
    workplace: "Workplace", client: "Client", link: "Integration", viewer: "Viewer"
) -> "Iterator[str]":
    """One integration, with its next step."""
    from ...accounting.seam.not_loaded import why_not_loaded
    from ...sync.client_columns import status_line
    from ...sync.words import next_step

    yield ""
    yield f"{link.software}: {status_line(link, viewer)}"
    if not_loaded := why_not_loaded(workplace.any_software(link.software)):
        yield f"  {not_loaded}"
    yield f"  Organisation: {link.organisation_name} ({link.organisation_id})"
    yield f"  Integrated by: {link.integrated_by.known_as('<>')}"
    moments = {
        "Connected": link.connected_at,
        "Refreshed": link.refreshed_at,
        "Checked": link.checked_at,
        "Expires": link.expires_at,
    }
    yield from (f"  {title}: {moment:%Y-%m-%d %H:%M} UTC" for title, moment in moments.items() if moment)
    if step := next_step(link, client):
        yield f"  {step}"


def _pulled(workplace: "Workplace", client: "Client", link: "Integration") -> "Iterator[str]":
    """How many records each list of an integration has, and which lists were refused."""
    from ...sync.pulled_words import refused_list

    counts = workplace.store.pulled.counts(link.software, link.organisation_id)
    refused = workplace.store.ledger.refused_lists(client.id, link.software, link.organisation_id)
    software = workplace.any_software(link.software)
    if counts or refused:
        yield ""
        yield f"Lists in {software.title}"
    for name, count in sorted(counts.items()):
        yield f"  {name.replace('_', ' ')}: {count:,}"
    for name, why in sorted(refused.items()):
        yield f"  {refused_list(software, name, why)}"
