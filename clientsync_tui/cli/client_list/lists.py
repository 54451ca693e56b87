"""`lists`: what was pulled from a client's organisations."""

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from .. import options, shell_completion
from ..context import open_workplace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...practice.model import Integration
    from ...workplace import Workplace


@click.command(
    epilog=options.examples(
        "clientsync lists ABB01",
        "clientsync lists ABB01 accounts --csv",
        "clientsync lists --client ABB01 suppliers --software xero --json",
    )
)
@click.argument("words", metavar="[CLIENT] [NAME]", nargs=-1, shell_complete=shell_completion.clients)
@options.named_client
@options.only_software("Only lists of this accounting app.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the list's records as CSV.")
@options.json(
    "A JSON array: {software, organisation_id, list, records, pulled_at}; with NAME, records are in full."
)
def lists(
    words: tuple[str, ...], clients: tuple[str, ...], software: str | None, as_csv: bool, as_json: bool
) -> None:
    """Show what was pulled: accounts, tax rates, tracking categories, suppliers.

    Without NAME: the lists, with how many records each has. With NAME: the records of that list.
    """
    from datetime import UTC, datetime

    from ...practice.counted import counted
    from .. import output

    # With --client, what else is named is the list.
    client_and_name = [*clients, *words]
    if len(clients) > 1 or not 1 <= len(client_and_name) <= 2:
        raise click.UsageError("Name one client, and one list or none: CLIENT NAME, or --client CLIENT NAME.")
    name = client_and_name[1] if len(client_and_name) > 1 else None
    if as_csv and as_json:
        raise click.UsageError("Choose one of --csv and --json.")
    if as_csv and name is None:
        raise click.UsageError("Say which list: accounts, for example.")
    with open_workplace() as workplace:
        client = workplace.store.clients.named(client_and_name[0], datetime.now(UTC))
        links = [link for link in client.integrations if software in (None, link.software)]
        found = [shape for link in links for shape in _lists(workplace, link, name)]
    if not found:
        what = f"list “{name}”" if name else "list"
        raise click.UsageError(
            f"No {what} was pulled for {client.name}. `clientsync refresh` pulls the lists."
        )
    if as_csv:
        _write_csv(found)
    elif as_json:
        output.json_array(found if name else ({**shape, "records": len(shape["records"])} for shape in found))
    elif name is None:
        rows = [
            (
                shape["software"],
                shape["list"],
                f"{len(shape['records']):,}",
                output.date_and_time(shape["pulled_at"]),
            )
            for shape in found
        ]
        output.table(("App", "List", "Records", "Pulled (UTC)"), rows)
    else:
        _print(found)
        output.say(counted(sum(len(shape["records"]) for shape in found), "record") + ".")


def _lists(workplace: "Workplace", link: "Integration", name: str | None) -> "list[dict[str, Any]]":
    from ...practice.entries import iso

    pulled = workplace.store.pulled
    shapes: list[dict[str, Any]] = []
    for list_name in pulled.counts(link.software, link.organisation_id):
        if name in (None, list_name):
            records, at = pulled.records(link.software, link.organisation_id, list_name)
            own = {"software": link.software, "organisation_id": link.organisation_id}
            shapes.append(
                {**own, "list": list_name, "records": records, "pulled_at": iso(at) if at else None}
            )
    return shapes


def _print(found: "Sequence[Mapping[str, Any]]") -> None:
    from ...sync.pulled_words import further
    from .. import output

    rows = [
        (shape["software"], str(record.get("code") or ""), str(record.get("name") or ""), further(record))
        for shape in found
        for record in shape["records"]
    ]
    output.table(("App", "Code", "Name", "Further"), rows, shrink=3)


def _write_csv(found: "Sequence[Mapping[str, Any]]") -> None:
    """Every field of the records, in the order in which they first appear."""
    from ...practice.text import clean
    from ...sync.files.csv_cells import defused

    records = [(shape["software"], record) for shape in found for record in shape["records"]]
    fields = list(dict.fromkeys(field for _, record in records for field in record))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["software", *fields])
    for app, record in records:
        values = (record.get(field) for field in fields)
        out.writerow([app, *("" if value is None else defused(clean(_text(value))) for value in values)])


def _text(value: Any) -> str:
    """A field in a cell. What is not one word or number is JSON, so that a script can read it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
