"""The client list as CSV; the file that `codes upload` takes back."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from ...host.named_file import OwnFiles, writing
from ...practice.countries import country
from ...practice.model import DETAIL_TITLES, Client, Integration
from ...practice.text import clean
from ..words import SHORT
from .csv_cells import defused, without_formula

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

ID, CLIENT, CODE = "ID", "Client", "Practice code"
COLUMNS = (
    ID, CLIENT, CODE, "Team", "Software", "Organisation", "Organisation ID", "Status", "Reason", "Integrated by", "E-mail",
    "Connected (UTC)", "Refreshed (UTC)", "Checked (UTC)", "Expires (UTC)", "Note",
    *(title for name, title in DETAIL_TITLES.items() if name != "name"),
)  # fmt: skip

_DATES = {title for title in COLUMNS if title.endswith(" (UTC)")} | {
    DETAIL_TITLES["year_end"],
    DETAIL_TITLES["lock_date"],
}


def write(file: "SupportsWrite[str]", clients: Iterable[Client]) -> int:
    """Writes a header and a line for each integration (one for a client that has none); returns how many clients.

    `file` must not translate line ends, unless a terminal or a pipe is behind it.
    """
    out = csv.writer(file, lineterminator="\n")
    out.writerow(COLUMNS)
    count = 0
    for client in clients:
        out.writerows(_cells(line) for line in _lines(client))
        count += 1
    return count


def export(path: Path, clients: Iterable[Client], own: OwnFiles, *, replace: bool) -> int:
    """Writes the file whole or not at all, in UTF-8 with the mark that Excel needs to see it; returns how many clients.

    Raises as `writing` does.
    """
    with writing(path, own, replace=replace) as file:
        return write(codecs.getwriter("utf-8-sig")(file), clients)


def _cells(line: Sequence[str]) -> list[str]:
    return [
        (without_formula if title in _DATES else defused)(clean(cell))
        for title, cell in zip(COLUMNS, line, strict=True)
    ]


def _lines(client: Client) -> Iterator[tuple[str, ...]]:
    told = {**client.details, "country": country(client.details.get("country", ""))}
    details = tuple(told.get(name, "") for name in DETAIL_TITLES if name != "name")
    start = (client.id, client.name, client.practice_code or "", client.team or "")
    for link in client.integrations or (None,):
        yield (*start, *(_integration(link) if link else ("",) * 11), client.note, *details)


def _integration(link: Integration) -> tuple[str, ...]:
    moments = (link.connected_at, link.refreshed_at, link.checked_at, link.expires_at)
    return (
        link.software,
        link.organisation_name,
        link.organisation_id,
        link.standing.status,
        SHORT.get(link.standing.reason or "", ""),
        link.integrated_by.name,
        link.integrated_by.email,
        # As spreadsheets of every language read a date.
        *(f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else "" for moment in moments),
    )
