"""Practice codes from a CSV file: compares them with the client list, and sets all of them or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...practice import longest
from ...practice.counted import counted
from ...practice.entries import Kind, NewEntry
from ...practice.text import clean, code_key, folded
from ...practice.trouble import UsageError
from ...store.projection import Clash
from ...store.store import Store
from ..client_edits import step_id
from .codes_file import Line, WrongLines, lines
from .csv_cells import damage
from .export import CLIENT, ID


@dataclass(frozen=True, slots=True)
class Known:
    """A client on the list, with the code it has."""

    id: str
    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to set. `line`: its line in the file."""

    line: int
    client: Known
    code: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What an upload will change. `unchanged`: clients that already have that code. `repeated`: further lines with the same
    code for the same client. `empty`: lines without a code. Together with the changes, these are the lines of the file.
    """

    changes: tuple[NewCode, ...]
    unchanged: int
    repeated: int
    empty: int

    @property
    def rest(self) -> str:
        """The lines that change nothing, in words."""
        repeated = (
            f"{counted(self.repeated, 'line repeats', 'lines repeat')} a code, " if self.repeated else ""
        )
        return f"{self.unchanged:,} unchanged, {repeated}{counted(self.empty, 'line has', 'lines have')} no code."


NOTHING = Codes((), 0, 0, 0)


class _Names:
    """Finds clients by id and by name."""

    def __init__(self, clients: Iterable[Known]) -> None:
        self.by_id: dict[str, Known] = {}
        self._by_name: dict[str, list[Known]] = {}
        self._by_folded: dict[str, list[Known]] = {}
        for client in clients:
            self.by_id[client.id] = client
            self._by_name.setdefault(client.name.strip(), []).append(client)
            self._by_folded.setdefault(folded(client.name), []).append(client)

    def client_of(self, line: Line) -> Known | str:
        """The client that a line refers to, or what is wrong with it."""
        if line.id:
            return self.by_id.get(line.id) or _no_client(clean(line.id))
        if not line.client:
            return "It does not name a client."
        name = clean(line.client)
        found = self._by_name.get(name) or self._by_folded.get(folded(name)) or []
        if not found:
            return f'There is no client called "{name}".'
        if len(found) > 1:
            return f'{len(found)} clients are called "{name}": use the column "{ID}".'
        return found[0]


def _no_client(id: str) -> str:
    says = f'There is no client with the ID "{id}".'
    if changed := damage(id):
        return f"{says} It looks like {changed}. Export the list again, or remove the column {ID} and name clients in {CLIENT}."
    return says


def plan(text: str, store: Store, *, as_written: bool = False) -> Codes:
    """Compares the file's text with the clients on the list. Raises UsageError, naming every wrong line if
    possible.

    `as_written`: accept codes that a spreadsheet seems to have changed.
    """
    names = _Names(Known(*client) for client in store.clients.codes())
    wrong: list[tuple[int, str]] = []
    doubtful: list[tuple[int, str]] = []
    asked: dict[str, NewCode] = {}
    taken: dict[str | None, NewCode] = {}
    repeated = empty = 0
    for line in lines(text):
        client = names.client_of(line)
        if isinstance(client, str):
            wrong.append((line.number, client))
        elif not line.code:
            empty += 1
        elif says := _unusable(line.code):
            wrong.append((line.number, says))
        elif (before := asked.get(client.id)) is not None:
            repeated += before.code == line.code
            if before.code != line.code:
                wrong.append((line.number, f'"{client.name}" has another code on line {before.line}.'))
        else:
            new = NewCode(line.number, client, line.code)
            asked[client.id] = new
            if not as_written and (says := _doubtful(new)):
                doubtful.append((line.number, says))
            if (first := taken.setdefault(code_key(line.code), new)) is not new:
                wrong.append((line.number, f'The code "{line.code}" is on line {first.line} too.'))
    for client in names.by_id.values():
        clash = taken.get(code_key(client.code)) if client.code else None
        if clash is not None and clash.client.id != client.id and client.id not in asked:
            wrong.append((clash.line, f'The code "{clash.code}" is used by "{client.name}".'))
    if wrong or doubtful:
        raise WrongLines(sorted([*wrong, *doubtful]), damaged=not wrong)
    changes = tuple(new for new in asked.values() if new.code != new.client.code)
    return Codes(changes, len(asked) - len(changes), repeated, empty)


def _unusable(code: str) -> str | None:
    if clean(code) != code:
        return "The code contains characters that can't be shown."
    if len(code) > longest.CODE:
        return f"The code is longer than {longest.CODE} characters."
    return None


def _doubtful(new: NewCode) -> str | None:
    if new.code == new.client.code or not (says := damage(new.code, new.client.code)):
        return None
    return f'The code "{new.code}" of "{new.client.name}" looks like {says}.'


def upload(store: Store, codes: Codes, actor: str) -> None:
    """Sets the codes in one transaction. Raises UsageError if the client list has changed since the plan; then
    nothing is saved.
    """
    owners: Mapping[str | None, str] = {
        code_key(new.client.code): new.client.id for new in codes.changes if new.client.code
    }
    entries: list[NewEntry] = []
    step = step_id()
    for new in codes.changes:
        owner = owners.get(code_key(new.code))
        if owner is not None and owner != new.client.id:
            # If codes are swapped, the present owner gives a code up first, because no two clients may have it
            # at any time.
            entries.append(
                NewEntry(Kind.CODE_SET, actor, owner, body={"code": None, "before": new.code, "step": step})
            )
    for new in codes.changes:
        body = {"code": new.code, "before": new.client.code, "step": step}
        entries.append(NewEntry(Kind.CODE_SET, actor, new.client.id, body=body))
    try:
        store.ledger.append(*entries)
    except Clash:
        raise UsageError(
            "The client list changed in the meantime. Nothing was changed. Upload the file again."
        ) from None
