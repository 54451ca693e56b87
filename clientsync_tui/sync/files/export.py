"""The client list as CSV; the file that `codes upload` takes back."""

import codecs
import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ...host.named_file import OwnFiles, writing
from ...practice.model import Client
from ...practice.text import clean
from ..client_columns import CsvField, csv_fields
from .csv_cells import defused, without_formula

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

ID, CLIENT, CODE = "ID", "Client", "Practice code"


def write(file: "SupportsWrite[str]", clients: Iterable[Client]) -> int:
    """Writes a header and a line for each integration (one for a client that has none); returns how many clients.

    `file` must not translate line ends, unless a terminal or a pipe is behind it.
    """
    out = csv.writer(file, lineterminator="\n")
    fields = csv_fields()
    out.writerow(field.heading for field in fields)
    count = 0
    for client in clients:
        for link in client.integrations or (None,):
            out.writerow(_safe(field, field.value(client, link)) for field in fields)
        count += 1
    return count


def export(path: Path, clients: Iterable[Client], own: OwnFiles, *, replace: bool) -> int:
    """Writes the file whole or not at all, in UTF-8 with the mark that Excel needs to see it; returns how many clients.

    Raises as `writing` does.
    """
    with writing(path, own, replace=replace) as file:
        return write(codecs.getwriter("utf-8-sig")(file), clients)


def _safe(field: CsvField, cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return (without_formula if field.is_date else defused)(clean(cell))
