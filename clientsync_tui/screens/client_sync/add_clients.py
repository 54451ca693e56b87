"""Add clients: sign in, choose among the organisations you reach, create accounts."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar, cast

from textual import on
from textual.widget import Widget

from ...app.actions import SELECT, Action, named
from ...practice.counted import counted
from ...practice.plan import Plan
from ...practice.trouble import Trouble
from ...sync.kinds import add
from ...sync.kinds.seam.kind import Request
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.select_list import SelectList
from ...widgets.select_table.rows import RowId
from ...widgets.select_table.table import SelectTable
from .organisation_rows import COLUMNS, FIRST, OrganisationRows, organisation_rows
from .plan import start
from .reach import LAST, NOTHING_SELECTED, ReachScreen


class AddClientsScreen(ReachScreen):
    """Adds clients from organisations."""

    steps: tuple[str, ...] = ("Sign in", "Organisations", "Select", "Create")
    heading: str = "Add clients"
    extra: ClassVar[Sequence[Action]] = named(SELECT, "continue", "filter", "sort")

    def __init__(self, software: str) -> None:
        super().__init__(software)
        self._team: str | None = None
        self._creating = False

    # Stages

    def reached(self) -> Iterable[str]:
        """How many are new."""
        known = self.main.workplace.store.clients.integrated(self._about)
        already = sum(organisation_id in known for organisation_id in self.reach)
        yield f"{len(self.reach) - already:,} not on the client list yet, {already:,} already on it."

    def own_stage(self) -> Iterable[Widget]:
        """The table, and what to do with the selection."""
        yield SelectList(
            COLUMNS,
            ascii_marks=self.main.ascii_marks,
            empty=self.keyed(
                f"Your sign-in reaches no {self.several}. Press {{organisations.authorise_more}} to authorise more."
            ),
        )
        yield Answers(
            Button("Create accounts", id="create", disabled=True),
            Button(self.with_key("Team: none", "choose_team"), id="choose_team", name="choose_team"),
            leave=Button("Cancel", id="cancel"),
        )

    @property
    def _rows(self) -> OrganisationRows:
        return cast(OrganisationRows, self.shown_list.rows)

    async def fill_own(self) -> None:
        """Compares the client list with what is reached."""
        store, sort = self.main.workplace.store, self.shown_list.table.sort or FIRST
        rows = await asyncio.to_thread(organisation_rows, store, self._about, self.reach, sort)
        # Something selected that is no longer reached can't be added.
        self.shown_list.table.selection.remove(
            [id for id in self.shown_list.table.selection if id not in self.reach]
        )
        matching = f" · {counted(len(rows.matches), 'matches', 'match')} a client" if rows.matches else ""
        words = f"{self.counted(rows.count)} · {rows.count - rows.added:,} new{matching} · {rows.added:,} already added"
        self.shown_list.table.columns = [column for column in COLUMNS if column.key in rows.with_values]
        self.shown_list.show(rows, words, sort)
        if self.by_consents:
            # The user has already picked each one on the app's own page.
            self.shown_list.table.selection.add(rows.selectable(rows.order()))

    def focus_own(self) -> None:
        """Focuses the table."""
        self.shown_list.table.focus()

    # Actions

    def unavailable(self, action: Action) -> str | None:
        """The table's actions are available only while it is shown."""
        if action.name in ("filter", "sort", "choose_team", "toggle_link") and self._stage != "own":
            return f"Wait until the {self.several} are known."
        if action.name == "toggle_link" and self.shown_list.table.cursor_id not in self._rows.matches:
            return f"This {self.one} matches no client on the list."
        return super().unavailable(action)

    def do_toggle_link(self) -> None:
        """Links the organisation under the cursor to the client it matches, or unlinks it."""
        id = self.shown_list.table.cursor_id
        self._rows.apart ^= {str(id)}
        if id is not None:
            self.shown_list.table.refresh_rows([id])

    def do_choose_team(self) -> None:
        """Chooses the team for the new clients."""
        from ..dialogues.choose_team import choose_team

        def chosen(team: str | None) -> None:
            self._team = team
            self.relabel("choose_team", self.with_key(f"Team: {team or 'none'}", "choose_team"))

        choose_team(self, chosen)

    def continue_own(self) -> None:
        """Enter in the table moves to the button; Enter there creates the accounts."""
        create = self.query_one("#create", Button)
        if create.disabled:
            self.say(self.keyed(NOTHING_SELECTED), "warning")
        else:
            create.focus()

    @on(SelectTable.Opened)
    def _opened(self) -> None:
        self.continue_own()

    @on(SelectTable.CursorMoved)
    def _moved(self) -> None:
        self.refresh_keys()

    @on(SelectTable.SelectionChanged)
    def _selected(self, event: SelectTable.SelectionChanged) -> None:
        self._offer(event.total)

    def _offer(self, count: int) -> None:
        self.query_one("#create").disabled = not count
        self.relabel("create", f"Create {counted(count, 'account')}" if count else "Create accounts")

    @on(Button.Pressed, "#create")
    def _create(self) -> None:
        if not self._creating:
            self._creating = True
            self.relabel("create", "Creating the job…")
            self._show_step(LAST)
            self.run_worker(self._create_accounts(), group="create", exit_on_error=False)

    async def _create_accounts(self) -> None:
        chosen = [str(id) for id in self.shown_list.table.selection.ids]
        try:
            await start(self, await asyncio.to_thread(self._plan, chosen))
        except Trouble as trouble:
            self._creating = False
            self._offer(len(chosen))
            self.say(trouble)

    def _plan(self, chosen: Sequence[RowId]) -> Plan:
        assert self.sign_in is not None
        # In list order, not in that of a set.
        wanted = frozenset(chosen)
        ids = [id for id in self.reach if id in wanted]
        store = self.main.workplace.store
        request = Request(store, self._about, ids, sign_in=self.sign_in, reach=self.reach)
        return add.plan(request, team=self._team, apart=self._rows.apart)
