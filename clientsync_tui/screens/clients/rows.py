"""The rows of the client list, and the line below it with what a row doesn't show."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from rich.cells import cell_len

from ...practice.model import Client
from ...store.fixes import Cause, cause_of
from ...sync.client_columns import LAST_CHANGE, Seen, Viewer, on_screen, worst
from ...sync.home import claim_words
from ...sync.locale_words import moment_words
from ...sync.words import REASONS, next_step, unchecked
from ...widgets.select_table.rows import Cell, Column, Row, RowId
from ...workplace import Workplace


def columns() -> tuple[Column, ...]:
    """Every column that the screen can show, in the initial order."""
    return tuple(
        Column(
            column.key, column.title, column.room.width, flex=column.room.flex, keep=column.room.keep,
            most=column.room.most, shorten=column.room.shorten, sortable=column.sort is not None, least=column.room.least,
        )
        for column in on_screen()
    )  # fmt: skip


def usual() -> tuple[Column, ...]:
    """The columns shown until the user chooses others."""
    shown = {column.key for column in on_screen() if column.place is not None}
    return tuple(column for column in columns() if column.key in shown)


class ClientRows:
    """`Rows` of the select table over the store; an id is a client's number."""

    def __init__(
        self,
        workplace: Workplace,
        order: "array[int]",
        viewer: Viewer,
        cause: Cause | None = None,
        page: "ClientRows | None" = None,
    ) -> None:
        """`cause`: the chosen fix's; rows then show only its integrations. `page`: the first rows, if already read."""
        self._workplace = workplace
        self.numbers = order
        self._viewer = viewer
        self._cause = cause
        # Cells of other columns stay empty, because rows are made between a key and its frame.
        self._cells = [column.cell if column.key in viewer.columns else None for column in on_screen()]
        self._seen: dict[int, Client] = page._seen if page else {}
        self._at_hand: dict[RowId, Row] = page._fetched if page else {}
        self._fetched: dict[RowId, Row] = {}

    def order(self) -> Sequence[RowId]:
        return self.numbers

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        return ids

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        at_hand, self._at_hand = self._at_hand, {}
        if at_hand and all(id in at_hand for id in ids):
            return [at_hand[id] for id in ids]
        clients = self._workplace.store.clients
        found = clients.by_number([int(id) for id in ids], self._viewer.now)
        if LAST_CHANGE in self._viewer.columns:
            at = clients.last_changes([client.id for client in found])
            found = [client._replace(changed_at=at.get(client.id)) for client in found]
        if len(self._seen) > 500:
            self._seen.clear()
        self._seen.update((client.n, client) for client in found)
        rows = [self._row(client) for client in found]
        self._fetched = {row.id: row for row in rows}
        return rows

    def client(self, n: int) -> Client | None:
        """A row's client, from memory if it is on the screen."""
        if n not in self._seen:
            self.fetch([n])
        return self._seen.get(n)

    def _row(self, client: Client) -> Row:
        client = client if self._cause is None else _with_cause(client, self._cause)
        seen = Seen(client, worst(client), self._viewer)
        cells = (read(seen) if read else "" for read in self._cells)
        return Row(client.n, tuple(cell if isinstance(cell, str) else Cell(*cell) for cell in cells))


def _with_cause(client: Client, cause: Cause) -> Client:
    links = client.integrations
    return client._replace(integrations=tuple(link for link in links if cause == cause_of(link)))


def about(client: Client, viewer: Viewer, room: int) -> str:
    """The line under the table: the whole name if it is longer than `room` cells, then what a row doesn't show."""
    parts = [client.name] if cell_len(client.name) > room else []
    for link in client.integrations:
        if link.standing.reason is not None:
            parts.append(next_step(link, client) or REASONS[link.standing.reason])
        when = partial(moment_words, now=viewer.now)
        if fault := unchecked(link, when, viewer.title(link.software) if link.last_fault else ""):
            parts.append(f"N{fault[1:]}.")
    if client.claim:
        parts.append(f"{claim_words.sentence(client.claim, viewer.me, viewer.now)}.")
    if client.note:
        parts.append(f"Client note: {client.note}")
    return "  ".join(parts)


def today() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
