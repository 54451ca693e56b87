"""The client list as CSV; the file that `codes upload` takes back."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ..practice.entries import iso
from ..practice.model import DETAIL_TITLES, Client, Integration
from ..practice.text import clean
from ..practice.trouble import Trouble
from .csv_cells import defused

ID, CLIENT, CODE = "ID", "Client", "Practice code"
COLUMNS = (
    ID, CLIENT, CODE, "Team", "Software", "Organisation", "Organisation ID", "Status", "Reason", "Integrated by",
    "Connected", "Refreshed", "Checked", "Expires", "Note",
    *(title for name, title in DETAIL_TITLES.items() if name != "name"),
)  # fmt: skip


def write(file: IO[str], clients: Iterable[Client]) -> int:
    """Writes a header and a line for each integration (one for a client that has none); returns how many clients.

    `file` must not translate line ends, unless a terminal or a pipe is behind it.
    """
    out = csv.writer(file, lineterminator="\n")
    out.writerow(COLUMNS)
    count = 0
    for client in clients:
        out.writerows([defused(clean(cell)) for cell in line] for line in _lines(client))
        count += 1
    return count


def export(path: Path, clients: Iterable[Client]) -> int:
    """Writes the file whole or not at all, in UTF-8 with the mark that Excel needs to see it; returns how many clients.

    Raises Trouble when it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe is written to; nothing may take its place.
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                return write(file, clients)
        path = path.resolve()
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with beside.open("x", encoding="utf-8-sig", newline="") as file:
                count = write(file, clients)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {error.strerror or error}.") from None
    return count


def _lines(client: Client) -> Iterator[tuple[str, ...]]:
    details = tuple(client.details.get(name, "") for name in DETAIL_TITLES if name != "name")
    start = (client.id, client.name, client.practice_code or "", client.team or "")
    for link in client.integrations or (None,):
        yield (*start, *(_integration(link) if link else ("",) * 10), client.note, *details)


def _integration(link: Integration) -> tuple[str, ...]:
    moments = (link.connected_at, link.refreshed_at, link.checked_at, link.expires_at)
    return (
        link.software,
        link.organisation_name,
        link.organisation_id,
        link.standing.status,
        link.standing.reason or "",
        f"{link.integrated_by.name} <{link.integrated_by.email}>",
        *(iso(moment) if moment else "" for moment in moments),
    )
