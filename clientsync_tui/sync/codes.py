"""Practice codes from a CSV file: read, compared with the client list, and set all together or not at all."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..practice.entries import Kind, NewEntry
from ..practice.text import clean, folded
from ..practice.trouble import UsageError
from ..store.projection import Clash
from ..store.store import Store
from .changes import step_id
from .csv_cells import plain
from .export import CLIENT, CODE, ID

MOST_BYTES = 64_000_000
LONGEST_CODE = 50
_DELIMITERS = ",;\t"


class WrongLines(UsageError):
    """The file cannot be used. `lines`: what is wrong, by line number (1 is the header); nothing was changed."""

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        told = "\n".join(f"line {number}: {says}" for number, says in lines)
        wrong = f"{len(lines):,} line{' is' if len(lines) == 1 else 's are'} wrong"
        super().__init__(f"{wrong}; nothing was changed.\n{told}")
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says a code. `number`: where it begins in the file. Texts as they stand, blanks at the ends taken off."""

    number: int
    id: str
    client: str
    code: str


@dataclass(frozen=True, slots=True)
class Known:
    """A client on the list, with the code it has."""

    id: str
    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be set. `line`: where in the file it stands."""

    line: int
    client: Known
    code: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What an upload will change. `unchanged`: lines whose client has that code already. `empty`: lines without a code."""

    changes: tuple[NewCode, ...]
    unchanged: int
    empty: int


def read(path: Path) -> str:
    """The file's text. Raises UsageError when it is too large, no UTF-8, or no text."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"{path} is larger than {MOST_BYTES // 1_000_000} MB: that is no list of practice codes."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{path} is in UTF-16. Save it as CSV UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise WrongLines([(number, "This is not UTF-8. Save the file as CSV UTF-8.")]) from None
    if "\0" in text:
        raise WrongLines(
            [(text.count("\n", 0, text.index("\0")) + 1, "There is a NUL byte: this is no CSV file.")]
        )
    return text


def lines(text: str) -> list[Line]:
    """The lines of a CSV with a header; comma, semicolon or tab, as the header has it.

    Raises UsageError when a column is missing, WrongLines where the CSV is not well-formed.
    """
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[Line] = []
    columns: dict[str, int] | None = None
    end = 0
    try:
        for row in reader:
            number, end = end + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = _columns(row)
                continue
            cells = {title: plain(row[n].strip()) if n < len(row) else "" for title, n in columns.items()}
            found.append(Line(number, cells.get(ID, ""), cells.get(CLIENT, ""), cells[CODE]))
    except csv.Error as error:
        raise WrongLines([(end + 1, f"This is not well-formed CSV: {error}.")]) from None
    if columns is None:
        raise UsageError("The file is empty: it needs a header with Practice code and one of ID, Client.")
    return found


def _columns(header: Sequence[str]) -> dict[str, int]:
    titles = {title.casefold(): title for title in (ID, CLIENT, CODE)}
    found: dict[str, int] = {}
    for n, cell in enumerate(header):
        title = titles.get(folded(clean(cell)))
        if title is None:
            continue
        if title in found:
            raise WrongLines([(1, f'The header has the column "{title}" twice.')])
        found[title] = n
    if CODE not in found or not {ID, CLIENT} & found.keys():
        there = ", ".join(f'"{clean(cell)}"' for cell in header[:20])
        raise WrongLines([(1, f'The header needs "{CODE}" and one of "{ID}", "{CLIENT}"; it has {there}.')])
    return found


class _Names:
    """Clients by id and by name."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.by_id: dict[str, Known] = {}
        self._by_name: dict[str, list[Known]] = {}
        self._by_folded: dict[str, list[Known]] = {}
        for client in known:
            self.by_id[client.id] = client
            self._by_name.setdefault(client.name.strip(), []).append(client)
            self._by_folded.setdefault(folded(client.name), []).append(client)

    def meant(self, line: Line) -> Known | str:
        """The client that a line names, or what is wrong with it."""
        if line.id:
            return self.by_id.get(line.id) or f'There is no client with the ID "{clean(line.id)}".'
        if not line.client:
            return "It names no client."
        name = clean(line.client)
        found = self._by_name.get(name) or self._by_folded.get(folded(name)) or []
        if not found:
            return f'There is no client called "{name}".'
        if len(found) > 1:
            return f'{len(found)} clients are called "{name}": use the column "{ID}".'
        return found[0]


def plan(text: str, store: Store) -> Codes:
    """What the file's text asks for, beside the clients on the list. Raises UsageError, with every wrong line where it can."""
    names = _Names(Known(*client) for client in store.clients.codes())
    wrong: list[tuple[int, str]] = []
    asked: dict[str, NewCode] = {}
    taken: dict[str, NewCode] = {}
    empty = repeated = 0
    for line in lines(text):
        client = names.meant(line)
        if isinstance(client, str):
            wrong.append((line.number, client))
        elif not line.code:
            empty += 1
        elif says := _unusable(line.code):
            wrong.append((line.number, says))
        elif (before := asked.get(client.id)) is not None:
            repeated += 1
            if before.code != line.code:
                wrong.append((line.number, f'"{client.name}" has another code on line {before.line}.'))
        else:
            new = NewCode(line.number, client, line.code)
            asked[client.id] = new
            if (first := taken.setdefault(line.code.casefold(), new)) is not new:
                wrong.append((line.number, f'The code "{line.code}" is on line {first.line} too.'))
    for client in names.by_id.values():
        clash = taken.get((client.code or "").casefold())
        if clash is not None and clash.client.id != client.id and client.id not in asked:
            wrong.append((clash.line, f'The code "{clash.code}" is used by "{client.name}".'))
    if wrong:
        raise WrongLines(sorted(wrong))
    changes = tuple(new for new in asked.values() if new.code != new.client.code)
    return Codes(changes, len(asked) - len(changes) + repeated, empty)


def _unusable(code: str) -> str | None:
    if clean(code) != code:
        return "The code has characters in it that cannot be shown."
    if len(code) > LONGEST_CODE:
        return f"The code is longer than {LONGEST_CODE} characters."
    return None


def upload(store: Store, codes: Codes, actor: str) -> None:
    """Sets the codes in one transaction. Raises UsageError when the client list was changed meanwhile: then nothing is kept."""
    owners: Mapping[str, str] = {
        (new.client.code or "").casefold(): new.client.id for new in codes.changes if new.client.code
    }
    entries: list[NewEntry] = []
    step = step_id()
    for new in codes.changes:
        owner = owners.get(new.code.casefold())
        if owner is not None and owner != new.client.id:
            # Codes that change places: the one who has it gives it up first, because no two may have it at any time.
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
            "The client list was changed meanwhile. Nothing was changed; upload the file again."
        ) from None
