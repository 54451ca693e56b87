"""The client list: tabs, filter, and everything you can do with clients."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult

from ...app.actions import CLIENTS, KINDS, SELECT, Action, named
from ...practice.trouble import Trouble
from ...store.files.sqlite_errors import SqliteError
from ...store.store import Store
from ...sync.kinds.seam.kind import BulkKind, Needs
from ...sync.reports import last_looked
from ...widgets.key_bar import Entry
from ...widgets.select_table.rows import Column
from ...widgets.select_table.table import SelectTable
from ..titles import title
from .fixes import TriagedList
from .rows import today, usual

if TYPE_CHECKING:
    from ...store.jobs import Job
    from ..copying import Copyable

T = TypeVar("T")

COLUMNS = "shown_columns"
"""The preference for which columns are shown, their order, and any widths the user chose."""
MORNING_FIRST = "morning_first"
"""The preference for whether the morning view comes first at each start."""
CLAIMS = frozenset({"claim", "release"})
NEEDS_A_CLIENT = frozenset(
    {
        "connections", "assign_team", "set_code", "rename", "set_note", "remove", "export",
        *CLAIMS,
        *(name for name, kind in KINDS.items() if not kind.whole_list),
    }
)  # fmt: skip
NEEDS_A_PREVIEW = frozenset({"preview_wider", "preview_narrower"})
NEEDS_FIXES = frozenset({"next_group", "group_before", "fix"})
NEEDS_A_SIGN_IN = frozenset(
    name for name, kind in KINDS.items() if kind.needs is Needs.OWN and not kind.despite_refusal
)


class ClientsScreen(TriagedList):
    """The client list with its actions."""

    place = CLIENTS
    extra: ClassVar[Sequence[Action]] = named(SELECT, "filter", "sort", "columns")
    # Nothing on it is styled by the terminal's size, so that it is styled only once.
    HORIZONTAL_BREAKPOINTS = []  # noqa: RUF012  (Textual declares it so)
    VERTICAL_BREAKPOINTS = []  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        # Whether `u` undoes a change of the selection, because that is the newer one.
        self._undo_selection = False
        self._undoing = False
        self._marked = (0, 0)
        self._questions_due = 0

    def compose(self) -> ComposeResult:
        """The list."""
        yield from self.compose_list()

    def on_mount(self) -> None:
        """Restores the columns before the first frame, which would otherwise be drawn twice."""
        self.table.set_columns(self._saved_columns())
        if self.main.workplace.preferences.get(MORNING_FIRST, False):
            # The morning view names the waiting jobs, too.
            self.call_after_refresh(self.main.open, "morning")
        else:
            self.call_after_refresh(self.offer_jobs)

    def on_unmount(self) -> None:
        """Records when the user last looked. The next morning view shows what happened after that."""
        with suppress(Trouble, SqliteError):
            last_looked.save(self.store, self.main.workplace.visits, today())

    def _saved_columns(self) -> tuple[Column, ...]:
        preferences = self.main.workplace.preferences
        saved, former = preferences.get(COLUMNS, []), preferences.get("columns", [])
        if not saved and not former:
            return usual()
        from .columns import read, read_former

        return read(saved) if saved else read_former(former)

    def offer_jobs(self) -> None:
        """Offers to resume what an earlier run left undone."""

        def found(jobs: "list[Job]") -> None:
            if jobs:
                from ..jobs.resume_offer import offer

                offer(self, jobs)

        self.work(lambda: self.store.jobs.unfinished(), found)

    # Facts

    @property
    def store(self) -> Store:
        """The practice's store."""
        return self.main.workplace.store

    @property
    def actor(self) -> str:
        """Who acts."""
        return self.main.workplace.actor

    @property
    def hidden_chosen(self) -> int:
        """How many of the selected clients the filter hides."""
        return self.table.hidden_count

    def unavailable(self, action: Action) -> str | None:
        """Why an action can't be used now."""
        if action.name in NEEDS_A_CLIENT and not self.shown and not self.table.selection.total:
            return "There is no client under the cursor."
        if action.name in NEEDS_A_SIGN_IN and not self.holds_a_sign_in:
            return self.keyed(
                "You are not signed in here. Press {everywhere.client_sync} to open Client Sync and sign in."
            )
        if action.name in NEEDS_A_PREVIEW and (not self.preview.is_seen or self.preview.is_over):
            return self.keyed(
                "The preview is not beside the list. Press {clients.preview} to show it. It needs a terminal of at least 140 columns."
            )
        if action.name in NEEDS_FIXES and not self.lines:
            return self.keyed(
                "This list has no fixes. The lists of expired ({clients.show_expired}) and broken ({clients.show_broken}) clients have them."
            )
        if action.name == "fix" and self.cause is None:
            return self.keyed("Choose a fix first: press {clients.next_group}.")
        return super().unavailable(action)

    def label_of(self, action: Action) -> str:
        """A fix has the name of what it does."""
        return self.line.does if self.line and action.name == "fix" else super().label_of(action)

    def table_keys(self, entries: Mapping[str, Entry]) -> list[Entry]:
        """While the filter is being typed, what ends that; with a selection, what can be done with it."""
        if self.filter_bar.has_keys:
            return [self.table_entry("enter", "To the list", "focus")]
        if not self.shown:
            return []
        own = [self.table_entry("{table.toggle}", "Select", "toggle_row")]
        if self.table.selection.total:
            own += [entries["actions_menu"]] if "actions_menu" in entries else []
            own += [
                self.table_entry("{table.all}", "All", "select_all"),
                self.table_entry("{table.invert}", "Invert", "invert"),
                self.table_entry("{table.none}", "None", "select_none"),
            ]
        return own

    async def action_table(self, name: str) -> None:
        """A key of the table, clicked in the last line."""
        if name == "focus":
            self.keep_filter()
        else:
            await self.table.run_action(name)

    # Work on a thread

    def work(self, read: Callable[[], T], then: Callable[[T], object]) -> None:
        """Runs `read` on a thread, then `then` with its result; shows any Trouble."""
        self.run_worker(self._work(read, then), group="work", exit_on_error=False)

    async def _work(self, read: Callable[[], T], then: Callable[[T], object]) -> None:
        try:
            result = await asyncio.to_thread(read)
        except Trouble as trouble:
            self.say(trouble)
        else:
            then(result)

    def ask_after(self, read: Callable[[], T], ask: Callable[[T], object]) -> None:
        """Like `work`, but `ask` asks a question or opens a screen. Keys pressed meanwhile wait for it."""

        async def run() -> None:
            try:
                await self._work(read, ask)
            finally:
                self._questions_due -= 1
                if self.is_on_top:  # nothing was asked, so the keys after it are not for the list
                    self.main.key_queue.leave_out()
                self.main.caught_up()

        # Before the worker starts, because the next key may already be there.
        self._questions_due += 1
        self.run_worker(run(), group="work", exit_on_error=False)

    @property
    def is_behind(self) -> bool:
        """Also while a question is about to appear."""
        return self._questions_due > 0 or super().is_behind

    def change(self, work: Callable[[], str]) -> None:
        """Changes the practice on a thread, and shows the sentence that `work` returns."""

        def done(message: str) -> None:
            self._undo_selection = False
            self.notify(message, markup=False)
            self.practice_changed()

        self.work(work, done)

    # Selection and undo

    @on(SelectTable.SelectionChanged, "#clients")
    def _marks_changed(self, event: SelectTable.SelectionChanged) -> None:
        total, hidden = self._marked
        self._marked = (event.total, event.hidden)
        if self._undoing:
            self._undoing = False
        # The filter alone only changes how many are hidden; a key never does that without changing the total.
        elif event.total != total or event.hidden == hidden:
            self._undo_selection = True

    def do_undo(self) -> None:
        """Undoes this screen's last change, of the selection or of the practice."""
        if not self._undo_selection:
            self.main.undo()
            return
        before = self.table.selection.ids
        self.table.action_undo_selection()
        self._undo_selection = False
        self._undoing = self.table.selection.ids != before
        self.notify("Restored the selection.", timeout=2)

    # Opening

    def do_connections(self) -> None:
        """Opens the Connections of the client under the cursor."""
        if (client := self.client_here()) is not None:
            self.main.open("connections", client=client.id)

    @on(SelectTable.Opened, "#clients")
    async def _opened(self, event: SelectTable.Opened) -> None:
        # A double click means that client, whatever is chosen above the list.
        await self.action_act("connections" if self.cause is None or event.clicked else "fix")

    def do_fix(self) -> None:
        """Opens the chosen fix, for exactly its integrations."""
        from .bulk import open_fix

        open_fix(self)

    def do_history(self) -> None:
        """Opens the history of the client under the cursor, else of the practice."""
        client = self.client_here()
        self.main.open("history", **({"client": client.id} if client is not None else {}))

    # Copying

    def copyable(self) -> "Sequence[Copyable]":
        """The client under the cursor."""
        from ..copying import of_client

        client, workplace = self.client_here(), self.main.workplace
        return of_client(client, lambda name: title(workplace, name), today()) if client else ()

    def do_copy_command(self) -> None:
        """The commands for the chosen clients."""
        from .as_commands import offer

        offer(self)

    # The preview

    def do_preview(self) -> None:
        """Shows or hides the preview of the client under the cursor."""
        self.preview.toggle()
        self.show_about()

    def do_preview_wider(self) -> None:
        """Widens the preview."""
        self.preview.widen(1)

    def do_preview_narrower(self) -> None:
        """Narrows the preview."""
        self.preview.widen(-1)

    # Actions for the whole list. Each part is imported when first used.

    def do_actions_menu(self) -> None:
        """Opens the Actions menu."""
        from .bulk import open_menu

        open_menu(self)

    def do_export(self) -> None:
        """Exports what the filter shows."""
        from .files import ask_export

        ask_export(self)

    def do_upload_codes(self) -> None:
        """Uploads practice codes."""
        from .files import ask_upload

        ask_upload(self)

    def do_views(self) -> None:
        """Opens, saves or forgets views."""
        from .views import open_views

        open_views(self)

    def do_sort(self) -> None:
        """Chooses what to sort by."""
        from .columns import SortScreen

        screen = SortScreen(self.sort, self.table.columns, ascii_marks=self.main.ascii_marks)
        self.main.push_screen(screen, lambda _: self.sort_by(screen.sort))

    @on(SelectTable.SortRequested, "#clients")
    def _header_clicked(self, event: SelectTable.SortRequested) -> None:
        from .columns import next_sort

        self.sort_by(next_sort(self.sort, event.key, add=event.add))

    def do_columns(self) -> None:
        """Chooses, orders and resizes columns."""
        from .columns import ColumnsScreen

        screen = ColumnsScreen(self.table.columns, ascii_marks=self.main.ascii_marks)

        def chosen(_: None) -> None:
            if screen.columns != self.table.columns:
                self.table.columns = screen.columns
                self.read()

        self.main.push_screen(screen, chosen)

    @on(SelectTable.ColumnsChanged, "#clients")
    def _columns_changed(self) -> None:
        """Saves the columns for the next start, including those resized with the mouse."""
        from .columns import written

        self.main.workplace.preferences.save(COLUMNS, written(self.table.columns))

    # Actions for the chosen clients

    def doing(self, name: str) -> Callable[[], object] | None:
        """All kinds of work start the same way."""
        if name in CLAIMS:
            from .claim import DOES

            return partial(DOES[name], self)
        kind = KINDS.get(name)
        return super().doing(name) if kind is None else partial(self._begin, kind)

    def _begin(self, kind: BulkKind) -> None:
        from .bulk import begin

        begin(self, kind)

    def do_assign_team(self) -> None:
        """Assigns the chosen clients to a team."""
        from .edit import ask_team

        ask_team(self)

    def do_remove(self) -> None:
        """Takes the chosen clients off the list."""
        from .edit import ask_remove

        ask_remove(self)

    # Actions for the client under the cursor

    def do_set_code(self) -> None:
        """Sets the practice code."""
        from .edit import ask_code

        if (client := self.client_here()) is not None:
            ask_code(self, client)

    def do_rename(self) -> None:
        """Changes the name."""
        from .edit import ask_name

        if (client := self.client_here()) is not None:
            ask_name(self, client)

    def do_set_note(self) -> None:
        """Writes a note."""
        from .edit import ask_note

        if (client := self.client_here()) is not None:
            ask_note(self, client)
