"""The list part of the client list's screen: reading, triage, filter, sort, and what is selected."""

import asyncio
import json
import sqlite3
from array import array
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Static

from ..practice.filter import FilterError, parse
from ..practice.model import Client
from ..practice.people import SignIn
from ..practice.trouble import Trouble
from ..store.clients import Group
from ..store.find import BY_NAME, Sort, find, warm
from ..store.numbers import first_page
from ..store.sentences import why
from ..sync.tabs import TABS
from ..widgets.select_table.layout import lay_out
from ..widgets.select_table.table import SelectTable
from .base import ActionScreen, KeyBar, TopBar
from .clients_complete import values_of
from .clients_facts import Facts, facts_now, is_you
from .clients_filter import FilterBar, FilterInput
from .clients_rows import COLUMNS, ClientRows, Wording, about, today
from .clients_triage import TriageGroups, TriageTabs, group_filter, group_words
from .locale_words import number
from .titles import title

FIRST_PAGE = 200
"""Rows of the first frame; the order of all follows from a thread."""
GUTTER = 3
"""Cells before the first column."""
NO_CLIENTS = """There are no clients yet.

Press {everywhere.client_sync} for Client Sync, sign in to an accounting software there, and add clients from its organisations."""
NO_MATCH = (
    "No client matches. Press {everywhere.back} to clear the filter, or {clients.show_all} for all clients."
)


class ClientList(ActionScreen):
    """Shows the clients that triage and filter leave; every read but the first page is on a thread."""

    def __init__(self) -> None:
        super().__init__()
        # One thread, so that a letter typed meanwhile takes the place of those that wait.
        self._reader = ThreadPoolExecutor(1, "client-list")
        self._wording = Wording(today())
        self._rows: ClientRows | None = None
        self._groups: list[Group] = []
        self._facts_due = True
        self._total = 0
        self._about = ""
        # The last of the reads, the last that a key asked for, and the last that ended.
        self._reads = self._asked = self._ended = 0
        self.held: frozenset[str] = frozenset()
        self.sort: Sort = BY_NAME

    def compose_list(self) -> ComposeResult:
        """The widgets, top to bottom."""
        yield TopBar("Clients")
        yield TriageTabs()
        yield TriageGroups()
        yield FilterBar(self._kept("filters", []))
        yield SelectTable(COLUMNS, id="clients")
        yield Static(id="about", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """The first page at once: it is read by an index, whatever the number of clients."""
        self.call_after_refresh(self._warm)
        store = self.main.workplace.store
        self.sort = self._kept_sort()
        self.table.ascii_marks = self.tabs.ascii_marks = self.main.ascii_marks
        self._name_it([])
        self._wording = self._words(today())
        page = first_page(store.database, FIRST_PAGE) if self.sort == BY_NAME else array("q")
        self._rows = ClientRows(self.main.workplace, page, self._wording)
        self.table.sort = self.sort
        self.table.show(self._rows)
        self.table.focus()

    def _warm(self) -> None:
        # Behind the first read on the same thread, so that the first letter of a filter is as quick as the others.
        self._reader.submit(warm, self.main.workplace.store.database)

    def on_unmount(self) -> None:
        """Nothing is read any more."""
        self._reader.shutdown(wait=False, cancel_futures=True)

    # What there is on the screen

    @property
    def table(self) -> SelectTable:
        """The table of clients."""
        return self.query_one("#clients", SelectTable)

    @property
    def tabs(self) -> TriageTabs:
        """The tabs of triage."""
        return self.query_one(TriageTabs)

    @property
    def groups(self) -> TriageGroups:
        """The groups of the tab."""
        return self.query_one(TriageGroups)

    @property
    def filter_bar(self) -> FilterBar:
        """The filter's line."""
        return self.query_one(FilterBar)

    @property
    def _about_line(self) -> Static:
        return self.query_one("#about", Static)

    @property
    def shown(self) -> int:
        """How many clients the filter shows."""
        return self.table.row_count

    @property
    def grouped(self) -> bool:
        """Whether the clients of this tab are shown by reason and colleague too."""
        return bool(self._groups)

    @property
    def holds_a_sign_in(self) -> bool:
        """Whether a sign-in is held here, also before the facts are read: the menu may be the first thing that is opened."""
        return bool(self.main.workplace.held() if self._facts_due else self.held)

    def client_here(self) -> Client | None:
        """The client under the cursor."""
        n = self.table.cursor_id
        return self._rows.client(int(n)) if self._rows is not None and n is not None else None

    def order(self) -> Sequence[int]:
        """The numbers of the clients that the filter shows, as sorted."""
        return self._rows.numbers if self._rows is not None else ()

    def chosen(self) -> list[int]:
        """The numbers of the selected clients, in no order; when none is selected, of the one under the cursor."""
        selected = [int(id) for id in self.table.selection]
        here = self.table.cursor_id
        return selected or ([int(here)] if here is not None else [])

    def _kept(self, key: str, otherwise: list[Any]) -> list[Any]:
        kept = self.main.workplace.store.meta(key)
        return json.loads(kept) if kept else otherwise

    # Reading

    def practice_changed(self) -> None:
        """Reads again what is shown."""
        self._facts_due = True
        self._begin_read()

    def read(self) -> None:
        """Finds what the filter leaves and shows it, for the person who asked for it: keys that mean the list wait for it."""
        self._begin_read()
        self._asked = self._reads

    @property
    def is_behind(self) -> bool:
        """Whether the list is yet to show what it was asked for; words can be typed meanwhile."""
        return self._ended < self._asked and not isinstance(self.focused, FilterInput)

    def _begin_read(self) -> None:
        # A newer one takes an older one's place.
        self._reads += 1
        self.run_worker(
            partial(self._read_and_tell, self._reads), group="read", exclusive=True, exit_on_error=False
        )

    async def _read_and_tell(self, number: int) -> None:
        try:
            await self._read()
        finally:
            self._ended = max(self._ended, number)
            self.main.caught_up()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        now = today()
        database = self.main.workplace.store.database
        try:
            terms = (*TABS[self.tabs.chosen].terms, *parse(self.filter_bar.text))
            if self._facts_due:
                tab = TABS[self.tabs.chosen]
                facts = await loop.run_in_executor(self._reader, facts_now, self.main.workplace, tab, now)
            else:
                facts = None
            held = self.held if facts is None else {each.id for each in facts.held}
            order = await loop.run_in_executor(
                self._reader, partial(find, database, terms, now, self.sort, held=held)
            )
        except FilterError:
            return
        except Trouble as error:
            self.say(f"The client list cannot be read: {error}")
            return
        except sqlite3.Error as error:
            self.say(f"The client list cannot be read: {why(error, database.path)}")
            return
        if facts is not None:
            self._facts_due = False
            self._show_facts(facts)
        self._wording = self._words(now)
        self._rows = ClientRows(self.main.workplace, order, self._wording)
        if not order:
            self.table.empty_text = self.keyed(NO_MATCH if self._total else NO_CLIENTS)
        self.table.sort = self.sort
        self.table.show(self._rows)
        self.show_found()
        self._show_about()
        self.refresh_keys()
        self.main.draw_now(self.table, self.filter_bar.found, self._about_line)

    def _show_facts(self, facts: Facts) -> None:
        self._total = sum(facts.counts.values())
        self.tabs.show(facts.counts)
        self.held = frozenset(each.id for each in facts.held)
        self._groups = facts.groups
        now = today()
        people = {(each.software, each.person.id) for each in facts.held}
        self.groups.show([group_words(g, now, is_you(g, people)) for g in facts.groups])
        self._mark_group()
        self._name_it(facts.held)

    def _name_it(self, held: list[SignIn]) -> None:
        workplace = self.main.workplace
        signed_in = {each.software: each.person.email for each in reversed(held)}
        on, off = ("*", "-") if self.main.ascii_marks else ("●", "○")
        whole, short = [
            "   ".join(
                f"{title(workplace, name)} {f'{on}{who.format(signed_in[name])}' if name in signed_in else off}"
                for name in dict.fromkeys([*workplace.config.software, *signed_in])
            )
            for who in (" signed in as {}", "")
        ]
        name = workplace.config.practice.name
        self.query_one(TopBar).show(f"Clients · {name}" if name else "Clients", whole, short)

    def sort_by(self, sort: Sort) -> None:
        """Sorts by these columns, also after the next start."""
        if sort != self.sort:
            self.sort = sort
            self.read()
            self.main.workplace.store.remember("sort", json.dumps(sort))

    def _kept_sort(self) -> Sort:
        known = {column.key for column in COLUMNS if column.sortable}
        return tuple((key, bool(down)) for key, down in self._kept("sort", []) if key in known) or BY_NAME

    def _words(self, now: datetime) -> Wording:
        shown = frozenset(column.key for column in self.table.columns)
        return Wording(now, shown, self.held, self.main.ascii_marks)

    # What is said around the rows

    def show_found(self) -> None:
        """`7 of 1,204 · 3 selected (1 not shown)`."""
        shown, selected, hidden = self.shown, self.table.selection.total, self.table.hidden_count
        parts = [number(shown) if shown == self._total else f"{number(shown)} of {number(self._total)}"]
        if selected:
            parts.append(
                f"{number(selected)} selected" + (f" ({number(hidden)} not shown)" if hidden else "")
            )
        self.filter_bar.show_found(" · ".join(parts))

    def _show_about(self) -> None:
        client = self.client_here()
        # Most rows say everything, and over a slow line every repetition costs.
        words = about(client, self._wording, self._room_for_name()) if client is not None else ""
        if words != self._about:
            self._about = words
            self._about_line.update(words, layout=False)

    def _room_for_name(self) -> int:
        places = lay_out(self.table.columns, self.table.size.width - 1, GUTTER)
        return next((place.width for place in places if place.column.key == "name"), 0)

    @on(events.Resize)
    def _resized(self) -> None:
        """Whether the name is cut depends on how wide the table is laid out."""
        self.call_after_refresh(self._show_about)

    @on(SelectTable.CursorMoved, "#clients")
    def _moved(self) -> None:
        self._show_about()

    @on(SelectTable.SelectionChanged, "#clients")
    def selection_changed(self, event: SelectTable.SelectionChanged) -> None:
        """Counts again."""
        self.show_found()
        self.refresh_keys()

    # Triage

    def show_tab(self, index: int) -> None:
        """Shows the clients of one tab."""
        if index != self.tabs.chosen:
            self.tabs.chosen = index
            self._facts_due = True
            if self.groups.chosen is not None:
                self.filter_bar.set("")
            self.read()

    def do_next_status(self) -> None:
        """The tab to the right."""
        self.show_tab((self.tabs.chosen + 1) % len(TABS))

    def do_status_before(self) -> None:
        """The tab to the left."""
        self.show_tab((self.tabs.chosen - 1) % len(TABS))

    def do_next_group(self) -> None:
        """The next group of the tab."""
        self._step_group(1)

    def do_group_before(self) -> None:
        """The group before it; before the first one are all of them."""
        self._step_group(-1)

    def _step_group(self, by: int) -> None:
        at = -1 if self.groups.chosen is None else self.groups.chosen
        self.show_group((at + 1 + by) % (len(self._groups) + 1) - 1)

    def show_group(self, index: int) -> None:
        """Filters to a group; -1: to all of them."""
        self.filter_bar.set(group_filter(self._groups[index]) if index >= 0 else "")

    def _mark_group(self) -> None:
        filters = [group_filter(group) for group in self._groups]
        text = self.filter_bar.text
        self.groups.chosen = filters.index(text) if text in filters else None

    @on(TriageTabs.Chosen)
    def _tab_chosen(self, event: TriageTabs.Chosen) -> None:
        self.show_tab(event.index)

    @on(TriageGroups.Chosen)
    def _group_chosen(self, event: TriageGroups.Chosen) -> None:
        self.show_group(-1 if event.index is None else event.index)

    # Filter

    def do_filter(self) -> None:
        """Begins to filter."""
        self.filter_bar.begin(partial(values_of, self.main.workplace))
        self.refresh_keys()

    @on(FilterBar.Changed)
    def _filtered(self) -> None:
        self._mark_group()
        self.read()

    @on(FilterInput.Submitted)
    def keep_filter(self) -> None:
        """Enter: the keys go back to the list, before the next one is handed on; the filter is kept for ↑."""
        bar = self.filter_bar
        self._to_the_list()
        if bar.remember():
            self.main.workplace.store.remember("filters", json.dumps(bar.former))

    def _to_the_list(self) -> None:
        self.table.focus()
        self.filter_bar.end()
        self.refresh_keys()

    def show_filter(self, text: str) -> None:
        """Shows what a whole filter text leaves of all clients."""
        self.tabs.chosen = 0
        self._facts_due = True
        self.filter_bar.set(text)
        self.read()

    def do_back(self) -> None:
        """Clears the filter, then goes back to all clients; never leaves the program."""
        if self.filter_bar.has_keys:
            self._to_the_list()
            self.filter_bar.set("")
        elif self.filter_bar.text:
            self.filter_bar.set("")
        else:
            self.show_tab(0)
