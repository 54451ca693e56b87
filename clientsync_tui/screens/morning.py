"""The morning view: what happened since you last looked, what ends soon, and which jobs are running or waiting."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar, cast

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult

from ..app.actions import MORNING
from ..sync.client_columns import worst
from ..sync.locale_words import counted, here, moment_words
from ..sync.reports.last_looked import Since, since
from ..sync.reports.morning import MONTH, Leads, MorningLine, morning
from ..sync.words import ASCII_SYMBOLS, STYLES, SYMBOLS, link_words
from ..widgets.beside import Beside
from ..widgets.details_pane import DetailsPane, Line, line
from ..widgets.select_table.list_rows import ListRows
from ..widgets.select_table.rows import Cell, Column, Row
from ..widgets.select_table.table import SelectTable
from .base import ActionScreen, KeyBar, TopBar
from .clients.clients import MORNING_FIRST, ClientsScreen
from .titles import title

COLUMNS = (
    Column("what", "What", 8, keep=8, sortable=False),
    Column("number", "How many", 8, keep=7, align="right", sortable=False),
    Column("says", "Which, and who", 24, flex=1, keep=9, sortable=False, most=160),
    Column("forecast", "Day by day", MONTH.days + 1, keep=1, sortable=False),
)
HIGH = 20
"""From how many rows on the clients of a line are shown below the few lines."""
EXPIRING = 2
"""The tab with the fixes for what expires."""
ONLY = {
    "Broke": "only what broke",
    "Expires": "only what expires",
    "Fixed": "only what was fixed",
    "Changed": "only what changed",
    "Added": "only what is new",
}
NAMED = 100
"""How many of a line's clients are named."""
LONGEST_NAME = 40
"""Cells up to which names are padded, so that statuses line up."""


class MorningScreen(ActionScreen):
    """A line for each thing to know. Enter leads to its clients, where the fix is one key away."""

    place: ClassVar[str] = MORNING

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[MorningLine] = []
        self._since: Since | None = None

    def compose(self) -> ComposeResult:
        """The lines, and the clients of the selected one."""
        yield TopBar("Morning")
        with Beside(high=HIGH):
            yield SelectTable(COLUMNS, selecting=False, id="lines")
            yield DetailsPane()
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads the lines."""
        self.table.ascii_marks = self.main.ascii_marks
        self.table.focus()
        self.practice_changed()

    @property
    def table(self) -> SelectTable:
        """The lines."""
        return self.query_one(SelectTable)

    # Reading

    def practice_changed(self) -> None:
        """Reads the lines again."""
        self.run_worker(self._read(), group="read", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        found = await asyncio.to_thread(self._find, datetime.now(UTC))
        self._lines = found
        nothing = "Nothing broke, nothing ends within 30 days, and no job waits."
        self.table.empty_text = f"{nothing}\n\n{self.keyed('{everywhere.back} goes to the clients.')}"
        # A short list leaves the room to its clients.
        self.table.styles.max_height = len(found) + 2 if found else None
        self.table.show(ListRows(COLUMNS, [_row(n, line) for n, line in enumerate(found)]))
        self._name_it()
        self._show_clients()
        self.refresh_keys()

    def _find(self, now: datetime) -> list[MorningLine]:
        workplace = self.main.workplace
        if self._since is None:
            self._since = since(workplace.store, workplace.visits, now)
        titled = partial(title, workplace)
        return morning(workplace.store, self._since, titled, now, ascii_marks=self.main.ascii_marks)

    def _name_it(self) -> None:
        now = datetime.now(UTC)
        today = here(now)
        at = moment_words(self._since.at, now) if self._since else ""
        longer, shorter = f"since you last looked, {at}", f"since {at}"
        if self._since and self._since.is_first_look:
            longer, shorter = "in the last 24 hours", "last 24 hours"
        self.query_one(TopBar).show(f"Morning · {today:%A} {today.day} {today:%B}", longer, shorter)

    # The clients of a line

    @property
    def line(self) -> MorningLine | None:
        """The line under the cursor."""
        n = self.table.cursor_id
        return self._lines[int(n)] if n is not None and int(n) < len(self._lines) else None

    @on(SelectTable.CursorMoved)
    def _show_clients(self) -> None:
        self.run_worker(self._read_clients(), group="clients", exclusive=True, exit_on_error=False)

    async def _read_clients(self) -> None:
        chosen = self.line
        clients: Sequence[Line] = ()
        if chosen is not None:
            clients = await asyncio.to_thread(self._client_lines, chosen)
        if chosen is self.line:
            self.query_one(DetailsPane).show(clients)

    def _client_lines(self, chosen: MorningLine) -> Sequence[Line]:
        workplace, now = self.main.workplace, datetime.now(UTC)
        symbols = ASCII_SYMBOLS if self.main.ascii_marks else SYMBOLS
        found = workplace.store.clients.by_number(sorted(chosen.clients)[:NAMED], now)
        lines: list[Line] = []
        width = min(LONGEST_NAME, max((cell_len(client.name) for client in found), default=0))
        for client in sorted(found, key=lambda client: client.name.casefold()):
            link = worst(client)
            status = f"{symbols[link.standing.status]} {link_words(link, now)}" if link else ""
            style = STYLES[link.standing.status] if link else "muted"
            padding = " " * max(0, width - cell_len(client.name))
            lines.append(Line(((f"{client.name}{padding}  ", ""), (status, style)), 2))
        if lines:
            heading = line(counted(len(chosen.clients), "client"), "heading")
            # The list cuts the sentence where the screen is narrow.
            lines[:0] = [heading, line(chosen.says, "muted")]
        return lines

    # Acting

    @on(SelectTable.Opened)
    def _opened(self) -> None:
        chosen = self.line
        if chosen is None:
            return
        if chosen.leads is Leads.JOBS:
            self.main.open("jobs")
            return
        clients = cast(ClientsScreen, self.main.open("clients"))
        tab = EXPIRING if chosen.leads is Leads.EXPIRING else 0
        clients.show_only(chosen.clients, ONLY[chosen.title], tab=tab)

    def do_morning_first(self) -> None:
        """Chooses whether this view or the client list comes first at each start."""
        preferences = self.main.workplace.preferences
        first = not preferences.get(MORNING_FIRST, False)
        preferences.save(MORNING_FIRST, first)
        self.notify(
            "Client Sync now starts with the morning view."
            if first
            else "Client Sync now starts with the client list."
        )


def _row(n: int, of: MorningLine) -> Row:
    return Row(n, (Cell(of.title, of.style), f"{of.number:,}", of.says, of.forecast))
