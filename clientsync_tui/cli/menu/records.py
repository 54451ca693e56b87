"""History, undo, files and checks."""

from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from ...host import named_file
from ...practice.counted import counted
from ...practice.filter import parse
from ...practice.model import Client
from ...store.history import History
from ...sync import plan_words
from ...sync.files import codes, export
from ...sync.files.codes_file import WrongLines, read
from ...sync.history import line
from ...sync.undo import undo_last
from ...workplace import Workplace
from ..commands.doctor import doctor
from ..selection import mind_claims
from .lines import say, text, yes
from .lists import Texts, look


class Entries:
    """Ledger entries as lines, newest first. An id is an entry's number."""

    def __init__(self, history: History, client: str | None, words: str = "") -> None:
        self._history = history
        self._client = client
        self.ids: array[int] = history.find(client, parse(words), datetime.now(UTC))

    def texts(self, ids: Sequence[int]) -> list[str]:
        """Who did what, and when."""
        entries, names = self._history.fetch(ids)
        # For one client, do not repeat its name.
        shown = {} if self._client else names
        found = {entry.seq: line(entry, shown.get(entry.client or "")) for entry in entries}
        return [found[n].replace("  ", ", ") for n in ids]

    def filtered(self, words: str) -> "Entries":
        """The entries that match every term of the filter. Raises FilterError."""
        return Entries(self._history, self._client, words)


def history(workplace: Workplace, client: str | None = None) -> None:
    """The history of the practice, or of one client (its id). Raises Back and Quit."""
    look("History, newest first", Entries(workplace.store.history(workplace.you()), client))


def undo(workplace: Workplace) -> None:
    """Undoes the last change. Raises UsageError if there is none."""
    say(undo_last(workplace.store, workplace.actor, datetime.now(UTC)))


def export_clients(workplace: Workplace, clients: Iterable[Client] | None = None) -> None:
    """Writes clients (None: all) to a file. Raises Trouble if it can't be written, and Quit."""
    path = _file("CSV file to write the clients to")
    own = workplace.own_files
    if path is None or (named_file.replaces(path, own) and not yes(f"{path} exists. Replace it?")):
        say("Nothing was written.")
        return
    if clients is None:
        now = datetime.now(UTC)
        clients = workplace.store.clients.each(workplace.store.clients.find((), now), now)
    say(export.export(path, clients, own, replace=True).says(path))


def upload_codes(workplace: Workplace) -> None:
    """Reads practice codes from a file, shows what would change, and asks. Raises UsageError with what is wrong, and Quit."""
    path = _file("CSV file to read practice codes from")
    if path is None:
        return
    written = read(path)
    try:
        planned = codes.plan(written, workplace.store)
    except WrongLines as trouble:
        if not trouble.damaged:
            raise
        say(*str(trouble).splitlines())
        if not yes("Use these codes as written?"):
            say("Nothing was changed.")
            return
        planned = codes.plan(written, workplace.store, as_written=True)
    say(planned.rest)
    mind_claims(workplace, (new.client.id for new in planned.changes))
    lines = [f"{new.client.name}: {new.client.code or 'none'} becomes {new.code}" for new in planned.changes]
    question = f"Set the practice codes of {plan_words.clients(len(lines))}?"
    if lines and yes(question, lambda: look("Practice codes", Texts(lines))):
        codes.upload(workplace.store, planned, workplace.actor)
        say(f"{counted(len(lines), 'practice code')} set. Undo reverts this.")
    else:
        say("Nothing was changed.")


def examine() -> None:
    """Prints what `clientsync doctor` prints. Raises click's Exit if something is wrong."""
    click.get_current_context().invoke(doctor, as_json=False)


def _file(prompt: str) -> Path | None:
    name = text(f"{prompt} (Enter: cancel)")
    return named_file.named(name) if name else None
