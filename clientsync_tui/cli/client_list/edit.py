"""`set` and `remove`: changes to single clients of the practice's list."""

from typing import TYPE_CHECKING

import click

from .. import options
from ..context import open_workplace
from ..parameter_types import MAY_BE_EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...practice.model import Client


@click.command(
    "set",
    epilog=options.examples(
        "clientsync set ABB01 --note 'Ask for Ivy, mornings only'",
        "clientsync set --client 'Abbey Road Bakery Ltd' --code ABB01",
        "clientsync set --client ABB01 --code ''",
    ),
)
@options.one_client
@click.option("--name", metavar="NAME", help="New name on the practice's list.")
@click.option("--code", metavar="CODE", type=MAY_BE_EMPTY, help="New practice code; '' removes it.")
@click.option(
    "--note",
    metavar="TEXT",
    type=MAY_BE_EMPTY,
    help="New note about the client, for colleagues; '' removes it.",
)
@options.json("A JSON object: {client, changed: {FIELD: {before, after}}}.")
def set_client(words: str, name: str | None, code: str | None, note: str | None, as_json: bool) -> None:
    """Change a client's name, practice code or note.

    Changes everything you give, or nothing if one of them can't be changed. `clientsync undo` takes it back.
    """
    from datetime import UTC, datetime

    from ...sync import client_edits
    from .. import output
    from ..selection import mind_claims

    if name is None and code is None and note is None:
        raise click.UsageError("Say what to change: --name, --code or --note.")
    with open_workplace() as workplace:
        store, actor = workplace.store, workplace.actor
        before = store.clients.named(words, datetime.now(UTC))
        mind_claims(workplace, [before.id])
        with store.transaction():
            if name is not None:
                client_edits.rename(store, actor, before, name)
            if code is not None:
                client_edits.set_code(store, actor, before, code)
            if note is not None:
                client_edits.set_note(store, actor, before, note)
        after = store.clients.by_id([before.id], datetime.now(UTC))[before.id]
    changed = _changed(before, after)
    if as_json:
        output.json_document({"client": before.id, "changed": changed})
    for field, values in changed.items():
        now = values["after"] or "none"
        output.say(
            f"{before.name}: {field.replace('_', ' ')} is now {now} (before: {values['before'] or 'none'})."
        )
    if not changed:
        output.say(f"{before.name} already has these values. Nothing was changed.")


def _changed(before: "Client", after: "Client") -> "Mapping[str, Mapping[str, str | None]]":
    fields = ("name", "practice_code", "note")
    values = {field: (getattr(before, field) or None, getattr(after, field) or None) for field in fields}
    return {field: {"before": old, "after": new} for field, (old, new) in values.items() if old != new}


@click.command(
    epilog=options.examples(
        "clientsync remove ABB01 --dry-run",
        "clientsync remove --client ABB01 --client BLA02 --yes",
    )
)
@options.some_clients
@options.dry_run
@options.json("A JSON object.")
@options.yes
def remove(clients: tuple[str, ...], match: str | None, dry_run: bool, as_json: bool, yes: bool) -> None:
    """Take clients off the list.

    Only clients without an active integration can be removed. Their history stays, and `clientsync undo` puts them back.
    """
    from ...practice.counted import counted
    from ...sync import client_edits
    from .. import output
    from ..selection import chosen_clients, mind_claims

    if not dry_run:
        output.require_yes_or_terminal(yes)
    with open_workplace() as workplace:
        found = chosen_clients(workplace, clients, match)
        going = [client for client in found if client_edits.can_be_removed(client)]
        mind_claims(workplace, (client.id for client in going), dry_run=dry_run)
        if going and not dry_run:
            output.confirm(f"Take {counted(len(going), 'client')} off the list?", yes)
            client_edits.remove(workplace.store, workplace.actor, going)
    _report(found, going, dry_run, as_json)
    if len(going) < len(found) and not dry_run:
        raise click.exceptions.Exit(1)


def _report(found: "list[Client]", going: "list[Client]", dry_run: bool, as_json: bool) -> None:
    from ...practice.counted import counted
    from .. import output

    staying = [client for client in found if client not in going]
    if as_json:
        able, unable = ("will_do", "cannot") if dry_run else ("done", "failed")
        items = [
            {
                "client": client.id,
                "name": client.name,
                "organisation_id": None,
                "outcome": able if client in going else unable,
                "reason": None if client in going else STILL_CONNECTED,
            }
            for client in found
        ]
        skipped = {"will_skip" if dry_run else "skipped": 0}
        job = {} if dry_run else {"job": None}
        output.json_document({**job, able: len(going), unable: len(staying), **skipped, "items": items})
    done = "would be taken off the list" if dry_run else "taken off the list"
    output.say(f"{counted(len(going), 'client')} {done}.")
    for client in staying:
        output.say(f"{client.name} stays: it has an active integration. Disconnect it first.")


STILL_CONNECTED = "still_connected"
"""The reason of a client that can't be removed, in JSON."""
