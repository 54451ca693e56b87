"""`codes upload`: practice codes from a CSV file."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace
from ..parameter_types import FileName

if TYPE_CHECKING:
    from ...sync.files.codes import Codes


@click.group(
    epilog=options.examples(
        "clientsync export clients.csv",
        "clientsync codes upload clients.csv --dry-run",
    )
)
def codes() -> None:
    """Upload practice codes from a CSV file."""


@codes.command(
    epilog=options.examples(
        "clientsync codes upload clients.csv --dry-run",
        "clientsync codes upload clients.csv",
    )
)
@click.argument("file", metavar="FILE.csv", type=FileName(allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Show what would change, without changing it.")
@click.option(
    "--as-written",
    is_flag=True,
    help="Accept codes that look changed by a spreadsheet, such as 01-Mar or 1.00E+05.",
)
@options.json("A JSON object: {changed, unchanged, repeated, empty, items, wrong}.")
def upload(file: str, dry_run: bool, as_written: bool, as_json: bool) -> None:
    """Set practice codes from a CSV file.

    The file needs a `Practice code` column and an `ID` or `Client` column. A file written by `export` works; use - for stdin. A line with an empty code leaves that client unchanged. If any line is wrong, nothing is changed.

    Spreadsheets turn the code MAR1 into 01-Mar, and 00123 into 123. Such codes are refused unless you add --as-written.
    """
    from pathlib import Path

    from ...practice.counted import counted
    from ...practice.trouble import UsageError
    from ...sync.files import codes as uploading
    from ...sync.files.codes import NOTHING
    from ...sync.files.codes_file import WrongLines, read
    from .. import output
    from ..selection import mind_claims

    with open_workplace() as workplace:
        store = workplace.store
        try:
            planned = uploading.plan(read(Path(file)), store, as_written=as_written)
        except WrongLines as trouble:
            if as_json:
                wrong = [{"line": number, "says": says} for number, says in trouble.lines]
                output.json_document({**_shape(NOTHING, 0), "wrong": wrong})
            if trouble.damaged:
                raise UsageError(f"{trouble}\nIf these codes are right, add --as-written.") from None
            raise
        mind_claims(workplace, (new.client.id for new in planned.changes), dry_run=dry_run)
        if not dry_run:
            uploading.upload(store, planned, workplace.actor)
    if as_json:
        output.json_document(_shape(planned, 0 if dry_run else len(planned.changes)))
        return
    if dry_run:
        rows = [(str(n.line), n.client.name, n.client.code or "", n.code) for n in planned.changes]
        output.table(("Line", "Client", "Code now", "New code"), rows, shrink=1)
    done = "would be set" if dry_run else "set"
    output.say(f"{counted(len(planned.changes), 'practice code')} {done}, {planned.rest}")


def _shape(planned: "Codes", changed: int) -> dict[str, object]:
    items = [
        {
            "line": new.line,
            "client": new.client.id,
            "name": new.client.name,
            "before": new.client.code,
            "code": new.code,
        }
        for new in planned.changes
    ]
    return {
        "changed": changed,
        "unchanged": planned.unchanged,
        "repeated": planned.repeated,
        "empty": planned.empty,
        "items": items,
        "wrong": [],
    }
