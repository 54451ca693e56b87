"""The list part of the client list's screen: reading, filtering, sorting and selecting."""

import asyncio
from array import array
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from ...practice.filter import FilterError, parse
from ...practice.model import Client
from ...practice.people import SignIn
from ...practice.trouble import Trouble
from ...store.files.sqlite_errors import SqliteError, why
from ...store.fixes import Cause
from ...store.listing.client_list import BY_NAME
from ...sync.client_columns import Sort, Viewer
from ...sync.fix_words import FixLine, lines, statuses_under
from ...sync.sign_in_words import are_of_one_person
from ...sync.tabs import TABS
from ...widgets.select_table.table import SelectTable
from ..base import ActionScreen, KeyBar
from ..preview.pane import PreviewPane
from ..titles import title
from .complete import values_of
from .facts import Facts, Glanced, Listed, Query, facts_now, first_listed, glanced, listed
from .filter import FilterBar, FilterInput
from .found import empty_words, found_words
from .header import ListHeader
from .rows import ClientRows, about, columns, today
from .triage import FixList, TriageTabs

FIRST_PAGE = 200
"""How many rows the first frame reads."""
TYPED_S = 0.25
"""How long after the last letter of a filter the fixes are updated, so that the list doesn't jump with each letter."""


class ClientList(ActionScreen):
    """Shows the clients that match the tab and the filter. Every read except the first page runs on a thread."""

    def __init__(self) -> None:
        super().__init__()
        # A single thread, so that the read for a new letter replaces those that are still waiting.
        self._reader = ThreadPoolExecutor(1, "client-list")
        self._viewer: Viewer | None = None
        self._rows: ClientRows | None = None
        self.lines: list[FixLine] = []
        self.cause: Cause | None = None
        """The chosen fix's cause, to which the list is narrowed."""
        self.only: frozenset[int] | None = None
        """The clients that another screen led to, to which the list is narrowed."""
        self.only_words = ""
        # The tab and the filter that the fixes belong to.
        self._lines_of: tuple[str, str] | None = None
        self._total, self._about, self._facts_due = 0, "", True
        # The latest read, the latest one that a key asked for, and the latest one that ended.
        self._reads = self._asked = self._ended = 0
        self._glanced: Glanced | None = None
        self.read_at = (0, 0)
        """The store's change counters when the shown list was read."""
        self._held: list[SignIn] = []
        self.held: frozenset[str] = frozenset()
        self.sort: Sort = BY_NAME

    def compose_list(self) -> ComposeResult:
        """The widgets, top to bottom."""
        yield ListHeader()
        yield TriageTabs()
        yield FixList()
        yield FilterBar(self.main.workplace.preferences.get("filters", []), self._glance)
        with Horizontal(id="body"):
            yield SelectTable(columns(), id="clients")
            yield PreviewPane()
        yield Static(id="about", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Shows the first page at once: an index makes that fast for any number of clients."""
        self.call_after_refresh(self._warm)
        self.sort = self._kept_sort()
        self.table.ascii_marks = self.tabs.ascii_marks = self.main.ascii_marks
        self.header.say([])
        self._viewer = self._viewed(today())
        # If it starts where the user left it, it isn't all clients by name.
        plain = self.sort == BY_NAME and not self.tabs.chosen and not self.filter_bar.text
        page = self.main.workplace.store.clients.first_page(FIRST_PAGE) if plain else array("q")
        self._rows = ClientRows(self.main.workplace, page, self._viewer)
        self.table.sort = self.sort
        self.table.show(self._rows)
        self.table.focus()
        self._follow()

    def _warm(self) -> None:
        # On the same thread, so that the first letter of a filter is as quick as the others.
        self._reader.submit(self.main.workplace.store.clients.warm)

    def on_unmount(self) -> None:
        """Stops reading."""
        self._reader.shutdown(wait=False, cancel_futures=True)

    # What is on the screen

    @property
    def table(self) -> SelectTable:
        """The table of clients."""
        return self.query_one("#clients", SelectTable)

    @property
    def header(self) -> ListHeader:
        """The first line."""
        return self.query_one(ListHeader)

    @property
    def tabs(self) -> TriageTabs:
        """The tabs."""
        return self.query_one(TriageTabs)

    @property
    def fix_list(self) -> FixList:
        """The fixes for the tab's clients."""
        return self.query_one(FixList)

    @property
    def filter_bar(self) -> FilterBar:
        """The filter line."""
        return self.query_one(FilterBar)

    @property
    def preview(self) -> PreviewPane:
        """The client under the cursor, in full."""
        return self.query_one(PreviewPane)

    @property
    def _about_line(self) -> Static:
        return self.query_one("#about", Static)

    @property
    def shown(self) -> int:
        """How many clients the filter shows."""
        return self.table.row_count

    @property
    def line(self) -> FixLine | None:
        """The chosen fix."""
        return next((line for line in self.lines if line.fix.cause == self.cause), None)

    @property
    def holds_a_sign_in(self) -> bool:
        """Whether a sign-in is held here, even before the facts are read, because the menu may be the first thing opened."""
        return bool(self.main.workplace.held() if self._facts_due else self.held)

    def client_here(self) -> Client | None:
        """The client under the cursor."""
        n = self.table.cursor_id
        return None if self._rows is None or n is None else self._rows.client(int(n))

    # Reading

    def practice_changed(self) -> None:
        """Reloads what is shown."""
        self._facts_due = True
        self._begin_read()

    def read(self) -> None:
        """Finds the matching clients and shows them, because the user asked: keys that refer to the list wait for it."""
        self._begin_read(is_awaited=True)

    @property
    def is_behind(self) -> bool:
        """Whether the list has yet to show what was requested; the user can type meanwhile."""
        return self._ended < self._asked and not isinstance(self.focused, FilterInput)

    def _begin_read(self, *, is_awaited: bool = False) -> None:
        # A newer read replaces an older one, also for the keys that are waiting for that.
        self._reads += 1
        self._asked = self._reads if is_awaited or self._ended < self._asked else self._asked
        self.run_worker(
            partial(self._read_and_tell, self._reads), group="read", exclusive=True, exit_on_error=False
        )

    async def _read_and_tell(self, number: int) -> None:
        left = None
        try:
            left = await self._read(late=self.filter_bar.has_keys)
        finally:
            if left is None and number == self._reads:
                self.main.key_queue.leave_out()
            self._ended = max(self._ended, number)
            self.main.caught_up()
        if left:
            await asyncio.sleep(TYPED_S)
            await self._read()

    async def _read(self, *, late: bool = False) -> bool | None:
        """Reads and shows the list; `late`: without the fixes. Returns whether those still have to be read; None: it failed."""
        tab, text, now, workplace = TABS[self.tabs.chosen], self.filter_bar.text, today(), self.main.workplace
        before = workplace.store.changes()
        stale = self._facts_due or self._lines_of != (tab.key, text)
        left = late and stale and not self._facts_due and bool(statuses_under(tab))
        page, self._glanced = self._glanced, None
        page = page if page and page.is_of(text, before) else None
        run = partial(asyncio.get_running_loop().run_in_executor, self._reader)
        try:
            terms = parse(text)
            facts = await run(facts_now, workplace, now) if self._facts_due else None
            held = self.held if facts is None else frozenset(sign_in.id for sign_in in facts.held)
            query = Query(tab, terms, self.sort, self.cause, now, held, self.only)
            if late and not page and terms and self._can_begin_with_a_page():
                order = await run(partial(first_listed, workplace, query, self.table.page))
                page = self._show_page(Glanced(order, text, now, before))
            found = await run(partial(listed, workplace, query, with_fixes=stale and not left))
        except FilterError:
            return None
        except (Trouble, SqliteError) as error:
            reason = why(error, workplace.store.path) if isinstance(error, SqliteError) else error
            self.say(f"The client list can't be read: {reason}")
            return None
        if facts is not None:
            self._facts_due = False
            self._show_facts(facts)
        if found.fixes is not None:
            self.lines = lines(partial(title, workplace), found.fixes, self._held, now, found.reached)
            self._lines_of = (tab.key, text)
        self.cause = found.cause
        self.show_list(found, now, page)
        self.read_at = before
        return left

    def _can_begin_with_a_page(self) -> bool:
        """Whether the whole list will start with this first page, with the cursor where it will be."""
        at_start = self.table.cursor == 0 and not self.table.ranging
        return self.sort == BY_NAME and self.cause is None and self.only is None and at_start

    def _glance(self) -> None:
        """Shows the first clients that match a letter in the same frame as the letter, if nobody has to wait for that."""
        self._glanced = None
        if not self._facts_due and self._can_begin_with_a_page():
            text = self.filter_bar.text
            query = Query(TABS[self.tabs.chosen], parse(text), self.sort, None, today(), self.held)
            if page := glanced(self.main.workplace, query, text, self.table.page):
                self._glanced = self._show_page(page)

    def _show_page(self, page: Glanced) -> Glanced | None:
        """Shows the first matching clients while the rest are searched. None: there are none, which the read will say."""
        if not page.order:
            return None
        self._viewer = self._viewed(page.now)
        self._rows = ClientRows(self.main.workplace, page.order, self._viewer)
        self.table.show(self._rows)
        if len(page.order) < self.table.page:
            self.show_found()
        self.main.draw_now(self.table, *self.filter_bar.typed)
        return page

    def show_list(self, found: Listed, now: datetime, page: Glanced | None = None) -> None:
        """Shows what was found, in place of a letter's page, and everything that depends on it. `page`: the beginning, if that is already shown."""
        self.fix_list.show(self.lines, len(found.order) if found.cause is None else None)
        self.fix_list.chosen = self.lines.index(self.line) if self.line else None
        changed: tuple[Widget, ...] = (self.filter_bar.found, self._about_line)
        if not page or found.order != page.order:
            changed = (self.table, *changed)
            shown = self._rows if page else None
            self._viewer = self._viewer if page and self._viewer else self._viewed(now)
            self._rows = ClientRows(self.main.workplace, found.order, self._viewer, self.cause, shown)
            if not found.order:
                narrowed = bool(self.filter_bar.text) or self.only is not None or self.cause is not None
                self.table.empty_text = self.keyed(empty_words(self._total, narrowed=narrowed))
            self.table.sort, self._glanced = self.sort, None
            self.table.show(self._rows)
        self.show_found()
        self.show_about()
        self._follow()
        self.refresh_keys()
        self.main.draw_now(*changed)

    def _show_facts(self, facts: Facts) -> None:
        self._total = sum(facts.counts.values())
        self.tabs.show(facts.counts)
        self._held = facts.held
        self.held = frozenset(sign_in.id for sign_in in facts.held)
        self.header.say(facts.held, facts.running)

    def sort_by(self, sort: Sort) -> None:
        """Sorts by these columns, and again at the next start."""
        if sort != self.sort:
            self.sort = sort
            self.read()
            self.main.workplace.preferences.save("sort", sort)

    def _kept_sort(self) -> Sort:
        known = {column.key for column in columns() if column.sortable}
        saved = self.main.workplace.preferences.get("sort", [])
        return tuple((key, bool(down)) for key, down in saved if key in known) or BY_NAME

    def _viewed(self, now: datetime) -> Viewer:
        workplace, shown = self.main.workplace, frozenset(column.key for column in self.table.columns)
        return Viewer(
            now,
            partial(title, workplace),
            shown,
            self.held,
            self.main.ascii_marks,
            workplace.actor,
            are_of_one_person(self._held),
        )

    # The lines around the rows

    def show_found(self) -> None:
        """Says above the list how many are shown, selected and to fix."""
        fixes = [line.fix for line in self.lines if self.cause in (None, line.fix.cause)]
        selection = self.table.selection.total, self.table.hidden_count
        forms = found_words(
            self.shown, self._total, *selection, self.only_words, TABS[self.tabs.chosen], fixes
        )
        clears = self.keyed("{everywhere.back} clears") if self.is_narrowed else ""
        self.filter_bar.show_found(forms, clears)

    @property
    def is_narrowed(self) -> bool:
        """Whether the list shows less than its tab has."""
        return self.cause is not None or bool(self.filter_bar.text) or self.only is not None

    def show_about(self) -> None:
        """Says below the list what the row under the cursor doesn't."""
        client = self.client_here()
        # Most rows say everything, and over a slow line every repetition costs. The preview shows all of it.
        words = ""
        if client is not None and self._viewer is not None and not self.preview.is_seen:
            words = about(client, self._viewer, self._room_for_name())
        if words != self._about:
            self._about = words
            self._about_line.update(words, layout=False)

    def _room_for_name(self) -> int:
        return next((place.width for place in self.table.places if place.column.key == "name"), 0)

    @on(events.Resize)
    def _resized(self) -> None:
        """Whether the name is cut off depends on the table's width."""
        self.preview.fit()
        self.call_after_refresh(self.show_about)

    @on(SelectTable.CursorMoved, "#clients")
    def _moved(self) -> None:
        self.show_about()
        self._follow()

    def _follow(self) -> None:
        n = self.table.cursor_id
        self.preview.follow(None if n is None else int(n), self._viewer)

    @on(SelectTable.SelectionChanged, "#clients")
    def selection_changed(self, event: SelectTable.SelectionChanged) -> None:
        """Updates the counts."""
        self.show_found()
        self.refresh_keys()

    # Filter

    def do_filter(self) -> None:
        """Starts filtering."""
        self.filter_bar.begin(partial(values_of, self.main.workplace))
        self.refresh_keys()

    @on(FilterBar.Changed)
    def _filtered(self) -> None:
        self.read()

    @on(FilterBar.Cleared)
    async def _cleared(self) -> None:
        await self.action_act("back")

    @on(FilterInput.Submitted)
    def keep_filter(self) -> None:
        """Enter: returns the keys to the list before the next one is handled, and keeps the filter for ↑."""
        bar = self.filter_bar
        self._to_the_list()
        if bar.remember():
            self.main.workplace.preferences.save("filters", bar.former)

    def _to_the_list(self) -> None:
        self.table.focus()
        self.filter_bar.end()
        self.refresh_keys()
