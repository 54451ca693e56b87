"""The client list's tabs, and the fixes for the clients under a tab."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from textual import on

from ...practice.trouble import Trouble
from ...store.files.sqlite_errors import SqliteError
from ...sync.tabs import TABS
from ...widgets.select_table.table import SelectTable
from .client_list import ClientList
from .facts import Glanced, Listed
from .session import START, Place, load, save
from .triage import FixList, TriageTabs


class TriagedList(ClientList):
    """Chooses a tab, and one of its fixes to narrow the list to. Starts where the user left it."""

    def __init__(self) -> None:
        super().__init__()
        self._place = START
        # The client to move the cursor to once the list is there.
        self._left_on: int | None = None

    def on_mount(self) -> None:
        """Restores where the user left it."""
        place = load(self.main.workplace)
        self._left_on = place.client
        self.tabs.chosen = place.tab
        if place.filter:
            self.filter_bar.set(place.filter)
        if place.tab or place.filter:
            # There is no first page for it, so keys wait for the read.
            self.call_later(self.read)

    def on_unmount(self) -> None:
        """Saves where the user leaves it."""
        with suppress(Trouble, SqliteError):
            save(self.main.workplace, self._place)

    def show_list(self, found: Listed, now: datetime, page: Glanced | None = None) -> None:
        """Shows the list, with the cursor where it was left."""
        super().show_list(found, now, page)
        client, self._left_on = self._left_on, None
        index = None if client is None else self.table.window.index(client)
        # A key may already have moved it.
        if index is not None and self.table.cursor == 0:
            self.table.move_cursor(index)
        self._note_place()

    @on(SelectTable.CursorMoved, "#clients")
    def _note_place(self) -> None:
        here = self.table.cursor_id if self._left_on is None else self._left_on
        # A list that another screen led to is not where the user left it.
        if self.only is None:
            self._place = Place(self.tabs.chosen, self.filter_bar.text, None if here is None else int(here))

    def order(self) -> Sequence[int]:
        """The numbers of the clients that the filter shows, in sort order."""
        return self._rows.numbers if self._rows is not None else ()

    def chosen(self) -> list[int]:
        """The numbers of the selected clients, unordered; if none is selected, of the one under the cursor."""
        here = self.table.cursor_id
        return [int(id) for id in self.table.selection] or ([int(here)] if here is not None else [])

    def show_tab(self, index: int) -> None:
        """Shows the clients of one tab. For the first tab: all clients, whatever the list was narrowed to."""
        if index != self.tabs.chosen:
            self.tabs.chosen = index
            self.cause = None
            self._facts_due = True
            self.read()
        elif not index and self.is_narrowed:
            self.show_only(None)

    def do_show_all(self) -> None:
        """Clients with any status."""
        self.show_tab(0)

    def do_show_connected(self) -> None:
        """The connected ones."""
        self.show_tab(1)

    def do_show_expiring(self) -> None:
        """The expiring ones."""
        self.show_tab(2)

    def do_show_expired(self) -> None:
        """The expired ones."""
        self.show_tab(3)

    def do_show_broken(self) -> None:
        """The broken ones."""
        self.show_tab(4)

    def do_show_none(self) -> None:
        """Clients without an active integration."""
        self.show_tab(5)

    def do_next_status(self) -> None:
        """The tab to the right."""
        self.show_tab((self.tabs.chosen + 1) % len(TABS))

    def do_status_before(self) -> None:
        """The tab to the left."""
        self.show_tab((self.tabs.chosen - 1) % len(TABS))

    def do_next_group(self) -> None:
        """The next fix."""
        self._step_fix(1)

    def do_group_before(self) -> None:
        """The previous fix; before the first one is the whole tab."""
        self._step_fix(-1)

    def _step_fix(self, by: int) -> None:
        at = self.lines.index(self.line) if self.line else -1
        self.show_fix((at + 1 + by) % (len(self.lines) + 1) - 1)

    def show_fix(self, index: int) -> None:
        """Narrows the list to one fix; -1: shows the whole tab."""
        self.cause = self.lines[index].fix.cause if index >= 0 else None
        self.read()

    def show_only(self, clients: frozenset[int] | None, words: str = "", *, tab: int = 0) -> None:
        """Narrows the list to these clients; None: shows all again. `words`: what they have in common."""
        self.tabs.chosen = tab
        self.cause = None
        self._facts_due = True
        # The fixes depend on what the list is narrowed to.
        self._lines_of = None
        self.only, self.only_words = clients, words
        self.filter_bar.set("")
        self.read()

    @on(TriageTabs.Chosen)
    def _tab_chosen(self, event: TriageTabs.Chosen) -> None:
        self.show_tab(event.index)

    @on(FixList.Chosen)
    def _fix_chosen(self, event: FixList.Chosen) -> None:
        self.show_fix(-1 if event.index is None else event.index)

    def show_filter(self, text: str) -> None:
        """Shows all clients that match a whole filter text."""
        self.tabs.chosen = 0
        self.cause = None
        self._facts_due = True
        self.filter_bar.set(text)
        self.read()

    @property
    def filter_text(self) -> str:
        """The tab and the filter as a single filter text."""
        terms = (
            f"{'-' if term.negated else ''}{term.field}:{term.value}" for term in TABS[self.tabs.chosen].terms
        )
        return " ".join([*terms, self.filter_bar.text]).strip()

    @property
    def way_back(self) -> str:
        """A tab has no way back; clicking the first tab shows all clients."""
        if self.preview.is_over:
            return "Close"
        if self.filter_bar.has_keys or (self.cause is None and self.filter_bar.text):
            return "Clear"
        return "Show all" if self.is_narrowed else ""

    def do_back(self) -> None:
        """Closes the preview, or clears the filter being typed; else leaves the fix, then the filter, then what another
        screen led to, then the tab."""
        if self.preview.is_over:
            self.preview.close()
            self.show_about()
        elif self.filter_bar.has_keys:
            self._to_the_list()
            self.filter_bar.set("")
        elif self.cause is not None:
            self.show_fix(-1)
        elif self.filter_bar.text:
            self.filter_bar.set("")
        elif self.only is not None:
            self.show_only(None)
        else:
            self.show_tab(0)
