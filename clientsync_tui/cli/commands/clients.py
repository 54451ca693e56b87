"""`clients` and `client`: the practice's client list."""

import sys
from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ...practice.model import Client, Integration
    from ...workplace import Workplace

STATUSES = ("connected", "expiring", "expired", "broken", "disconnected", "none")


@click.command(
    epilog=options.examples(
        "clientsync clients --status expired",
        "clientsync clients --software xero --team North --json",
        "clientsync clients --match 'bakery -by:ann@example.com since:30d'",
    )
)
@click.option("--status", type=click.Choice(STATUSES), help="Only clients whose worst integration is so.")
@options.only_software("Only clients with an integration of this software.")
@click.option("--team", metavar="T", help="Only this team's.")
@click.option(
    "--match",
    metavar="TEXT",
    default="",
    help="The filter language of the client list, e.g. 'bakery by:ann'.",
)
@click.option("--csv", "as_csv", is_flag=True, help="CSV as `export` writes it.")
@options.json("A JSON array.")
def clients(
    status: str | None, software: str | None, team: str | None, match: str, as_csv: bool, as_json: bool
) -> None:
    """List clients, by status, software, team or a filter."""
    from datetime import UTC, datetime

    from ...practice.filter import Term, parse
    from ...practice.text import searched
    from ...store.listing.find import find
    from .. import output

    if as_csv and as_json:
        raise click.UsageError("Choose one of --csv and --json.")
    with open_workplace() as workplace:
        if software is not None:
            workplace.software(software)
        named = (("status", status), ("software", software))
        terms: list[Term] = [*parse(match), *(Term(field, value) for field, value in named if value)]
        now = datetime.now(UTC)
        held = {sign_in.id for sign_in in workplace.held()}
        numbers = find(workplace.store.database, terms, now, held=held)
        found = workplace.store.clients.each(numbers, now)
        if team is not None:
            # The filter's own `team:` finds parts of names.
            found = (client for client in found if searched(client.team or "none") == searched(team))
        if as_json:
            from ...sync import as_json as shapes

            output.json_array(shapes.client(client) for client in found)
        elif as_csv:
            from ...sync.files.export import write

            write(sys.stdout, found)
        else:
            rows = [line for client in found for line in _lines(workplace, client, now)]
            output.table(("Code", "Client", "Team", "Software", "Status", "Integrated by"), rows, shrink=1)


def _lines(workplace: "Workplace", client: "Client", now: "datetime") -> list[tuple[str, ...]]:
    start = (client.practice_code or "", client.name, client.team or "")
    if not client.integrations:
        return [(*start, "", "not connected", "")]
    return [
        (
            *start,
            link.software,
            _status(workplace, link, now),
            link.integrated_by.name or link.integrated_by.email,
        )
        for link in client.integrations
    ]


def _status(workplace: "Workplace", link: "Integration", now: "datetime") -> str:
    from ...sync.words import link_words, unchecked

    app = workplace.software(link.software).title if link.last_fault else ""
    fault = unchecked(link, "{:%d %b %H:%M} UTC".format, app)
    return f"{link_words(link, now)}, {fault}" if fault else link_words(link, now)


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

    C is a practice code, an exact name or an id.
    """
    from collections import Counter
    from datetime import UTC, datetime

    from .. import output

    with open_workplace() as workplace:
        store = workplace.store
        now = datetime.now(UTC)
        found = store.clients.named(client, now)
        history = list(store.ledger.entries(client=found.id))
        counts: Counter[str] = Counter()
        refused: dict[str, str] = {}
        for link in found.integrations:
            counts.update(store.pulled.counts(link.software, link.organisation_id))
            refused |= store.ledger.refused_lists(found.id, link.software, link.organisation_id)
        if as_json:
            from ...sync import as_json as shapes

            output.json_document(
                {
                    **shapes.client(found),
                    "details": dict(found.details),
                    "lists": dict(counts),
                    "refused_lists": refused,
                    "history": [shapes.entry(entry) for entry in history],
                }
            )
            return
        from ...sync.history import line

        output.lines(_particulars(workplace, found, counts, refused, now))
        output.lines(["", "History", *(f"  {line(entry)}" for entry in history)])


def _particulars(
    workplace: "Workplace",
    found: "Client",
    counts: "dict[str, int]",
    refused: "dict[str, str]",
    now: "datetime",
) -> "Iterator[str]":
    from ...practice.model import DETAIL_TITLES
    from ...sync.words import next_step

    facts = {
        "ID": found.id,
        "Practice code": found.practice_code,
        "Team": found.team,
        "Note": found.note or None,
    }
    yield found.name
    for title, value in facts.items():
        if value:
            yield f"  {title}: {value}"
    for link in found.integrations:
        yield ""
        yield f"{link.software}: {_status(workplace, link, now)}"
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
    if counts or refused:
        yield ""
        yield "Lists"
        for name, count in sorted(counts.items()):
            yield f"  {name.replace('_', ' ')}: {count:,}"
        for name, why in sorted(refused.items()):
            yield f"  {name.replace('_', ' ')}: refused. {why} The next refresh tries again."
