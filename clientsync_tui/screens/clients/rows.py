"""The client list as rows of a select table: the ids of all, and the content of those that are shown."""

from array import array
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from rich.cells import cell_len

from ...practice.model import Client, Integration
from ...practice.status import Status, weight
from ...sync.words import ASCII_SYMBOLS, REASONS, STYLES, SYMBOLS, last_good, link_words, unchecked
from ...widgets.select_table.rows import Cell, Column, Row, RowId
from ...workplace import Workplace
from ..locale_words import brief, moment_words, short_date
from ..titles import title

COLUMNS = (
    Column("code", "Code", 7, keep=6, most=14, flex=1),
    Column("name", "Client", 24, flex=6, keep=9, most=60),
    Column("team", "Team", 8, flex=1, keep=3, most=20),
    Column("software", "Software", 10, flex=1, keep=4, most=24),
    Column("status", "Status", 20, flex=50, keep=8, most=30),
    Column("by", "Integrated by", 13, flex=2, keep=5, most=28),
    Column("refreshed", "Refreshed", 11, keep=2),
    Column("organisation", "Organisation", 16, flex=3, keep=1, most=40, sortable=False, shorten="middle"),
    Column("connected", "Connected", 11, keep=1, sortable=False),
    Column("checked", "Checked", 11, keep=1, sortable=False),
    Column("expires", "Expires", 11, keep=1, sortable=False),
    Column("note", "Note", 12, flex=2, keep=1, most=40, sortable=False),
)
USUAL: tuple[str, ...] = ("code", "name", "team", "software", "status", "by", "refreshed")


class Wording(NamedTuple):
    """How rows are worded for this person. `held`: the ids of the sign-ins whose tokens they hold here.
    `columns`: those that are shown; the cells of others stay empty, because rows are worded between a key and its frame."""

    now: datetime
    columns: frozenset[str] = frozenset(USUAL)
    held: frozenset[str] = frozenset()
    ascii_marks: bool = False


class ClientRows:
    """`Rows` of the select table over the store; an id is the client's number."""

    def __init__(self, workplace: Workplace, order: "array[int]", wording: Wording) -> None:
        self._workplace = workplace
        self.numbers = order
        self._wording = wording
        self._seen: dict[int, Client] = {}

    def order(self) -> Sequence[RowId]:
        return self.numbers

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        return ids

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        found = self._workplace.store.clients.by_number([int(id) for id in ids], self._wording.now)
        if len(self._seen) > 500:
            self._seen.clear()
        self._seen.update((client.n, client) for client in found)
        return [self._row(client) for client in found]

    def client(self, n: int) -> Client | None:
        """The client of a row; one that is on the screen costs no reading."""
        if n not in self._seen:
            self.fetch([n])
        return self._seen.get(n)

    def _row(self, client: Client) -> Row:
        now = self._wording.now
        links = client.integrations
        worst = max(links, key=lambda link: weight(link.standing.status), default=None)

        def day(column: str, at: datetime | None) -> str:
            return short_date(at, now) if column in self._wording.columns else ""

        return Row(
            client.n,
            (
                client.practice_code or "",
                client.name,
                client.team or "",
                ", ".join(dict.fromkeys(title(self._workplace, link.software) for link in links)),
                status_cell(worst, self._wording),
                ", ".join(dict.fromkeys(self._by(link) for link in links)),
                day("refreshed", worst.refreshed_at) if worst else "",
                ", ".join(link.organisation_name for link in links),
                day("connected", worst.connected_at) if worst else "",
                day("checked", worst.checked_at) if worst else "",
                day("expires", worst.expires_at) if worst else "",
                client.note,
            ),
        )

    def _by(self, link: Integration) -> str:
        if link.sign_in in self._wording.held:
            return "you"
        return link.integrated_by.name or link.integrated_by.email


def status_cell(link: Integration | None, wording: Wording) -> Cell:
    """Symbol, words and meaning of an integration's status."""
    if link is None:
        return Cell(f"{' ' if wording.ascii_marks else '·'} not connected", "muted")
    symbols = ASCII_SYMBOLS if wording.ascii_marks else SYMBOLS
    status = link.standing.status
    words, style = link_words(link, wording.now), STYLES[status]
    if link.last_fault and status is Status.CONNECTED:
        # It worked then, and nobody could look since.
        words, style = f"{words}? checked {brief(last_good(link), wording.now)}", "warning"
    elif link.last_fault:
        words += "?"
    return Cell(f"{symbols[status]} {words}", style)


def about(client: Client, wording: Wording, room: int, title: Callable[[str], str]) -> str:
    """The line under the table: the whole name where it is longer than `room` cells, then what a row does not say.

    `title`: what an accounting app is called.
    """
    parts = [client.name] if cell_len(client.name) > room else []
    for link in client.integrations:
        if link.standing.reason is not None:
            parts.append(REASONS[link.standing.reason])
        when = partial(moment_words, now=wording.now)
        if says := unchecked(link, when, title(link.software) if link.last_fault else ""):
            parts.append(f"N{says[1:]}.")
    if client.note:
        parts.append(f"Note: {client.note}")
    return "  ".join(parts)


def today() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
