"""`export`: the client list as a CSV file."""

import sys

import click

from .. import options
from ..context import open_workplace
from ..parameter_types import FileName


@click.command(
    epilog=options.examples(
        "clientsync export clients.csv",
        "clientsync export - | head",
        "clientsync export --yes clients.csv",
    )
)
@click.argument("file", metavar="FILE.csv", type=FileName(dir_okay=False, allow_dash=True))
@options.yes
@options.json("A JSON object: {file, clients, lines}.")
def export(file: str, yes: bool, as_json: bool) -> None:
    """Export client data to a CSV file.

    Use - for stdout. Fill in the `Practice code` column and `codes upload` accepts the file. Only you can read it (mode 0600). An
    existing file is replaced only if you confirm or add --yes.
    """
    from datetime import UTC, datetime
    from pathlib import Path

    from ...sync.files import export as exporting
    from .. import output

    if as_json and file == "-":
        raise click.UsageError("With -, the CSV file itself goes to stdout: leave out --json.")
    with open_workplace() as workplace:
        if file != "-":
            output.confirm_replacing(Path(file), workplace.own_files, yes)
        now = datetime.now(UTC)
        found = workplace.store.clients.each(workplace.store.clients.find((), now), now)
        if file == "-":
            exporting.write(sys.stdout, found)
            return
        written = exporting.export(Path(file), found, workplace.own_files, replace=True)
    if as_json:
        output.json_document({"file": file, **written._asdict()})
    else:
        output.say(written.says(file))
