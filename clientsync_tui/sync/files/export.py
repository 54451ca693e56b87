"""The client list as CSV, in a file that `codes upload` accepts."""

import codecs
import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...host.named_file import OwnFiles, writing
from ...practice.counted import counted
from ...practice.model import Client
from ...practice.text import clean
from ..client_columns import CsvField, csv_fields
from .csv_cells import defused, without_formula

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

ID, CLIENT, CODE = "ID", "Client", "Practice code"


class Written(NamedTuple):
    """How many clients were written, and in how many lines."""

    clients: int
    lines: int

    def says(self, file: str | Path) -> str:
        """Both, in words."""
        lines = "" if self.lines == self.clients else f" in {self.lines:,} lines, one for each integration"
        return f"{counted(self.clients, 'client')} written to {file}{lines}."


def write(file: "SupportsWrite[str]", clients: Iterable[Client]) -> Written:
    """Writes a header and a line per integration (or one for a client without any).

    `file` must not translate line ends, unless it is a terminal or a pipe.
    """
    out = csv.writer(file, lineterminator="\n")
    fields = csv_fields()
    out.writerow(field.heading for field in fields)
    count = lines = 0
    for client in clients:
        for link in client.integrations or (None,):
            out.writerow(_safe(field, field.value(client, link)) for field in fields)
            lines += 1
        count += 1
    return Written(count, lines)


def export(path: Path, clients: Iterable[Client], own: OwnFiles, *, replace: bool) -> Written:
    """Writes the file completely or not at all, in UTF-8 with the byte order mark that Excel needs.

    Raises the same as `writing`.
    """
    with writing(path, own, replace=replace) as file:
        return write(codecs.getwriter("utf-8-sig")(file), clients)


def _safe(field: CsvField, cell: str) -> str:
    """A cell that no spreadsheet reads as a formula."""
    return (without_formula if field.is_date else defused)(clean(cell))
