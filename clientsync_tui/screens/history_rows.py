"""The lines of the history: one per entry, or a step such as a job folded into one line that opens."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import overload

from ..practice.entries import Entry, Kind, moment
from ..store.history import History, Step, way_of
from ..sync.history import described
from ..sync.locale_words import counted, moment_words
from ..widgets.select_table.rows import Cell, Row, RowId

FOLDS_FROM = 3
"""With fewer entries, folding them isn't worth it."""
STYLES = {
    Kind.FOUND_EXPIRED: "error",
    Kind.FOUND_BROKEN: "error",
    Kind.SIGN_IN_USED: "muted",
    Kind.INTEGRATION_CONNECTED: "ok",
    Kind.RECONNECTED: "ok",
    Kind.REASSIGNED: "ok",
    Kind.FOUND_WORKING: "ok",
    Kind.DISCONNECTED: "warning",
}


class Lines(Sequence[RowId]):
    """The order of the lines. An entry's id is its number; a step's id is the number of its oldest entry as text, which
    stays the same while the step grows. Entries older than the steps are one line each, so they need not be read.
    """

    def __init__(self, steps: Sequence[Step], opened: Collection[RowId] = ()) -> None:
        self.steps = {str(step.oldest): step for step in steps if step.newest - step.oldest + 1 >= FOLDS_FROM}
        self._head: list[RowId] = []
        for step in steps:
            id = str(step.oldest)
            if id in self.steps:
                self._head.append(id)
            if id not in self.steps or id in opened:
                self._head += range(step.newest, step.oldest - 1, -1)
        self._rest = range(steps[-1].oldest - 1, 0, -1) if steps else range(0)

    def __len__(self) -> int:
        return len(self._head) + len(self._rest)

    @overload
    def __getitem__(self, index: int) -> RowId: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RowId]: ...
    def __getitem__(self, index: int | slice) -> RowId | Sequence[RowId]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        return self._head[at] if at < len(self._head) else self._rest[at - len(self._head)]

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """The position of a line. Raises ValueError if it is not shown."""
        if isinstance(value, int) and value in self._rest:
            return len(self._head) + self._rest.index(value)
        return self._head.index(value)  # pyright: ignore[reportArgumentType]


class HistoryRows:
    """`Rows` over the ledger. `steps`: those shown as one line, by id."""

    def __init__(
        self, history: History, lines: Sequence[RowId], opened: Collection[RowId], *, ascii_marks: bool
    ) -> None:
        self._history = history
        self._lines = lines
        self._opened = opened
        self._marks = ("-", "+") if ascii_marks else ("▾", "▸")
        self.steps = lines.steps if isinstance(lines, Lines) else {}

    def order(self) -> Sequence[RowId]:
        """Newest first."""
        return self._lines

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        """The rows of these entries and steps."""
        steps = {
            self.steps[id].newest: self.steps[id] for id in ids if isinstance(id, str) and id in self.steps
        }
        numbers = [id for id in ids if isinstance(id, int)]
        entries, names = self._history.fetch([*numbers, *(n for n in steps if n not in numbers)])
        now, wanted = datetime.now(UTC), set(numbers)
        rows = [row_of(entry, names, now) for entry in entries if entry.seq in wanted]
        return [
            *rows,
            *(self._row_of(steps[entry.seq], entry, now) for entry in entries if entry.seq in steps),
        ]

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        """Nothing can be selected here."""
        return ()

    def _row_of(self, step: Step, newest: Entry, now: datetime) -> Row:
        id, at = str(step.oldest), moment(newest.at)
        clients, entries = said_of(step)
        mark = self._marks[0] if id in self._opened else self._marks[1]
        what = f"{mark} {way_of(newest.kind).replace('_', ' ')}: {entries}"
        return Row(id, (moment_words(at, now) if at else "", newest.actor, clients, Cell(what)))


def said_of(step: Step) -> tuple[str, str]:
    """How many clients and entries a step has, in words."""
    entries = counted(step.newest - step.oldest + 1, "entry", "entries")
    return counted(step.clients, "client") if step.clients else "", entries


def row_of(entry: Entry, names: dict[str, str], now: datetime) -> Row:
    """An entry on one line."""
    at = moment(entry.at)
    cells = (
        moment_words(at, now) if at else "",
        entry.actor,
        names.get(entry.client or "", ""),
        Cell(described(entry), STYLES.get(entry.kind, "")),
    )
    return Row(entry.seq, cells)
