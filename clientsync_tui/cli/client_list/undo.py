"""`undo`: takes back your last change to the client list."""

import click

from .. import options
from ..context import open_workplace


@click.command(epilog=options.examples("clientsync undo --list", "clientsync undo"))
@click.option("--list", "only_list", is_flag=True, help="List the changes that can be undone, newest first.")
@options.json("A JSON array with --list: {at, what, clients}; otherwise a JSON object: {undone}.")
def undo(only_list: bool, as_json: bool) -> None:
    """Undo your last change of a name, practice code, note or team, or your last removal.

    Each change can be undone once, even after a restart. Anything a colleague has changed since is left alone.
    """
    from datetime import UTC, datetime

    from ...practice.counted import counted
    from ...sync import undo as undoing
    from .. import output

    with open_workplace() as workplace:
        if not only_list:
            sentence = undoing.undo_last(workplace.store, workplace.actor, datetime.now(UTC))
            if as_json:
                output.json_document({"undone": sentence})
            output.say(sentence)
            return
        steps = list(undoing.steps_to_undo(workplace.store, workplace.actor))
    if as_json:
        output.json_array({"at": step.at, "what": step.what, "clients": step.clients} for step in steps)
        return
    rows = [(output.date_and_time(step.at), step.what, counted(step.clients, "client")) for step in steps]
    output.table(("When (UTC)", "Change", "Clients"), rows)
    if not steps:
        output.say("You have no change to undo.")
