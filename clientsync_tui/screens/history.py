"""The history of the practice or of one client: who did what and when, and what was there before."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ..app.actions import HISTORY, SELECT, Action, named
from ..practice.entries import Entry, moment
from ..practice.filter import FilterError, Term, parse
from ..store.history import Step
from ..sync.before_after import changes
from ..sync.history import described
from ..sync.locale_words import counted, here, number, short_date
from ..widgets.beside import WIDE
from ..widgets.fields.search_line import SearchLine
from ..widgets.select_table.rows import Column, RowId
from ..widgets.select_table.table import SelectTable
from ..widgets.top_bar import STEP
from .base import ActionScreen, KeyBar, TopBar
from .history_rows import HistoryRows, Lines, said_of
from .titles import of_client

if TYPE_CHECKING:
    from .copying import Copyable

WHEN = Column("when", "When", 12, keep=6, sortable=False)
WHO = Column("who", "Who", 16, flex=1, keep=5, sortable=False, most=36)
CLIENT = Column("client", "Client", 16, flex=2, keep=4, sortable=False, most=40, shorten="middle")
WHAT = Column("what", "What", 24, flex=4, keep=9, sortable=False)
COLUMNS = (WHEN, WHO, CLIENT, WHAT)

TYPING_S = 0.1
"""How long a search waits for the next letter, because searching a long ledger costs more than that."""

FOLDED = 5_000
"""How many of the newest entries are grouped into steps; this many are read whenever there are new ones."""


class HistoryScreen(ActionScreen):
    """The ledger, newest first. New entries appear at the top as they are made."""

    place: ClassVar[str] = HISTORY
    extra: ClassVar = named(SELECT, "filter")

    def __init__(self, client: str | None = None) -> None:
        super().__init__()
        self._client = client
        self._last = -1
        self._opened: set[RowId] = set()
        self._rows: HistoryRows | None = None

    def compose(self) -> ComposeResult:
        """The entries, and below or beside them the selected one in full."""
        yield TopBar("History")
        yield SearchLine()
        with Container(id="parts"):
            yield SelectTable(COLUMNS, selecting=False, id="entries")
            with VerticalScroll(id="entry", can_focus=False):
                yield Static(id="said", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads only what is on the screen."""
        workplace = self.main.workplace
        self._history = workplace.store.history(workplace.you())
        table = self.query_one(SelectTable)
        table.ascii_marks = self.main.ascii_marks
        table.empty_text = "Nothing has happened yet."
        if self._client is not None:
            table.columns = (WHEN, WHO, WHAT)
        table.focus()
        self._read()

    def unavailable(self, action: Action) -> str | None:
        """From a client's history, the same key leads to the practice's."""
        if action.name == "history":
            return None if self._client else "This is the practice's whole history."
        return super().unavailable(action)

    @property
    def about_client(self) -> str | None:
        return self._client

    def copyable(self) -> "Sequence[Copyable]":
        """The entry under the cursor."""
        from ..sync.history import line
        from .copying import of_entry

        entries, names = self._here()
        return [
            item
            for entry in entries
            for item in of_entry(
                entry, line(entry, names.get(entry.client or "")), names.get(entry.client or "")
            )
        ]

    def commands(self) -> "Sequence[tuple[str, str]]":
        """The commands for this history."""
        from ..sync.as_command import command

        about = ["--client", self._client] if self._client is not None else []
        return [
            ("This history", command("log", *about)),
            ("The same, with new entries as they come", command("log", *about, "--follow")),
        ]

    def do_history(self) -> None:
        """Shows the practice's whole history."""
        self._client, self._last = None, -1
        self.query_one(SelectTable).columns = COLUMNS
        self._read()

    @property
    def _words(self) -> str:
        return self.query_one(SearchLine).words

    # Searching

    def do_filter(self) -> None:
        """Opens the search line."""
        self.query_one(SearchLine).open()

    def do_back(self) -> None:
        """Clears the search, or goes back."""
        line = self.query_one(SearchLine)
        if line.is_open:
            line.close()
            self.query_one(SelectTable).focus()
        else:
            super().do_back()

    @on(SearchLine.Left)
    def _left_search(self) -> None:
        self.query_one(SelectTable).focus()

    @on(SearchLine.Changed)
    def _searched(self) -> None:
        try:
            parse(self._words)
        except FilterError as error:
            # While a term is half typed, the earlier results stay.
            self.query_one("#said", Static).update(Content.styled(str(error), "$text-error"))
            return
        self._last = -1
        self._read()

    # Showing

    def practice_changed(self) -> None:
        """New entries."""
        if self.is_there:
            self._read()

    def _read(self) -> None:
        last = self._history.last()
        if last == self._last:
            return
        words, client = self._words, self._client
        try:
            terms = parse(words)
        except FilterError:
            return
        self._last = last
        self.run_worker(self._find(client, words, terms), group="search", exclusive=True, exit_on_error=False)

    async def _find(self, client: str | None, words: str, terms: tuple[Term, ...]) -> None:
        if terms:
            await asyncio.sleep(TYPING_S)
        if terms or client is not None:
            found = await asyncio.to_thread(self._history.find, client, terms, datetime.now(UTC))
            lines, count = found, len(found)
        else:
            lines = Lines(await asyncio.to_thread(self._history.steps, FOLDED), self._opened)
            count = self._history.last()
        if self.is_there and (client, words) == (self._client, self._words):
            self._show(lines, count)

    def _show(self, order: Sequence[RowId], count: int) -> None:
        table = self.query_one(SelectTable)
        at_top = table.row_count == 0 or (table.scroll_offset.y == 0 and table.cursor_id == self._top)
        self._top = order[0] if order else None
        table.empty_text = (
            self.keyed("No entries match. {everywhere.back} clears the search.")
            if self._words
            else "Nothing has happened yet."
        )
        self._rows = HistoryRows(self._history, order, self._opened, ascii_marks=self.main.ascii_marks)
        table.show(self._rows)
        if at_top:
            table.move_cursor(0)
        total = self._history.total(self._client)
        self.query_one(SearchLine).say(f"{number(count)} of {counted(total, 'entry', 'entries')}")
        self._say_title(count)
        self._say_entry()

    def _say_title(self, count: int) -> None:
        title = "History"
        if self._client is not None:
            found = self.main.workplace.store.clients.by_id([self._client], datetime.now(UTC))
            if client := found.get(self._client):
                title = f"{of_client(client)}{STEP}History"
        self.query_one(TopBar).show(title, counted(count, "entry", "entries"))

    def _here(self) -> tuple[list[Entry], dict[str, str]]:
        """The entry under the cursor and the name of its client; a step has none."""
        id = self.query_one(SelectTable).cursor_id
        return self._history.fetch([id]) if isinstance(id, int) else ([], {})

    def _step_here(self) -> Step | None:
        id = self.query_one(SelectTable).cursor_id
        return self._rows.steps.get(id) if self._rows is not None and isinstance(id, str) else None

    @on(SelectTable.CursorMoved)
    def _say_entry(self) -> None:
        entries, names = self._here()
        words = said(entries[0], names) if entries else Content("")
        if (step := self._step_here()) is not None:
            about = ", ".join(filter(None, said_of(step)))
            words = Content.styled(f"{about}. Enter opens and closes them.", "$text-muted")
        self.query_one("#said", Static).update(words)

    @on(SelectTable.Opened)
    def _opened_line(self, event: SelectTable.Opened) -> None:
        if self._step_here() is not None:
            self._opened ^= {event.id}
            self._last = -1
            self._read()
            return
        entries, names = self._here()
        if entries and entries[0].client in names and self._client is None:
            self.main.open("connections", client=entries[0].client)

    def on_resize(self, event: events.Resize) -> None:
        """On a low screen, the entries keep the space."""
        self.set_class(event.size.height < 16, "low")
        self.set_class(event.size.width >= WIDE, "wide")


def said(entry: Entry, names: dict[str, str]) -> Content:
    """An entry in full: the time to the second, who, about which client, and each change."""
    at = moment(entry.at)
    when = f"{short_date(at, datetime.now(UTC))} {here(at):%H:%M:%S}" if at else ""
    about = ", ".join(
        part for part in (names.get(entry.client or ""), entry.software, entry.organisation_id) if part
    )
    lines = [(f"{when}  {entry.actor}: ", "bold"), (described(entry), "")]
    if about:
        lines.append((f"\n{about}", "$text-muted"))
    for field, before, after in changes(entry):
        lines += [
            (f"\n{field}: ", "bold"),
            (before or "nothing", "$text-muted"),
            (" → ", ""),
            (after or "nothing", ""),
        ]
    return Content.assemble(*lines)
