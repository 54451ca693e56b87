"""Choosing another organisation for a client, among those that a sign-in reaches and that no client has yet."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget

from ..actions import ACTIONS, ORGANISATIONS, SELECT, Action, named
from ..practice.model import Client, Integration
from ..practice.trouble import Trouble
from ..sync.change_integration import Change, change_integration, entails, planned
from ..widgets.select_list import SelectList
from ..widgets.select_table.table import SelectTable
from .confirm import Confirm
from .organisation_rows import COLUMNS, OrganisationRows, organisation_rows
from .reach import ReachScreen
from .selecting import choose_sort

BY_NAME = (("name", False),)


class ChangeOrganisationScreen(ReachScreen):
    """Sign in, organisations, choose, confirm; then it is done at once, without a job: it is one client."""

    extra: ClassVar = named(SELECT, "continue", "filter", "sort")
    steps: ClassVar = ("Sign in", "Organisations", "Choose")
    heading: ClassVar = "Change organisation"

    def __init__(self, client: Client, link: Integration) -> None:
        super().__init__(link.software)
        self._client = client
        self._link = link

    @classmethod
    def own_actions(cls) -> tuple[Action, ...]:
        """Teams and linking are for adding clients."""
        left_out = named(ORGANISATIONS, "choose_team", "toggle_link", "choose_sender")
        return tuple(action for action in super().own_actions() if action not in left_out)

    def before(self) -> Iterable[str]:
        """What it means."""
        yield (
            f"{self._client.name} is bound to {self._link.organisation_name}. Choose the organisation that it is to be bound to "
            "instead. The client's details and lists become those of the new organisation; its history stays."
        )

    def own_stage(self) -> Iterable[Widget]:
        """The organisations."""
        yield SelectList(
            COLUMNS,
            selecting=False,
            ascii_marks=self.main.ascii_marks,
            empty=f"This sign-in reaches no organisation. Press {self.key_of(ACTIONS['organisations.authorise_more'])} to authorise more.",
        )

    async def go_on(self) -> None:
        """Which of them are free."""
        store = self.main.workplace.store
        rows: OrganisationRows = await asyncio.to_thread(
            organisation_rows, store, self._link.software, self.reach, BY_NAME
        )
        free = rows.count - rows.added
        says = f"{free:,} of {rows.count:,} organisations belong to no client yet"
        self.query_one(SelectList).show(rows, says, BY_NAME)

    def focus_own(self) -> None:
        """To the table."""
        self.query_one(SelectList).table.focus()

    @on(SelectTable.Opened)
    def _chosen(self, event: SelectTable.Opened) -> None:
        rows = self.query_one(SelectList).rows
        if not rows.selectable([event.id]):
            self.say(f"It is {rows.fetch([event.id])[0].fixed}.", "warning")
            return
        if self.sign_in is None:
            return
        workplace, software = self.main.workplace, self.software
        try:
            change = planned(
                workplace.store, self._client, self._link, software, software, self.reach[str(event.id)],
                self.sign_in, {each.id for each in workplace.held()},
            )  # fmt: skip
        except Trouble as trouble:
            self.say(trouble)
            return

        def answered(yes: bool | None) -> None:
            self.focus_own()
            if yes:
                self.run_worker(self._change(change), group="change", exclusive=True, exit_on_error=False)

        lines = list(entails(change))
        question = f"Bind {self._client.name} to another organisation?"
        self.main.push_screen(Confirm(question, lines, yes="Change organisation", dangerous=True), answered)

    async def _change(self, change: Change) -> None:
        organisation = change.organisation
        self.say(f"Pulling {organisation.name}…", "information")
        try:
            await self.ask(lambda session: change_integration(session, change))
        except Trouble as trouble:
            self.say(trouble)
            return
        self.say(f"{self._client.name} is now bound to {organisation.name}.", "information")
        self.dismiss()

    def do_filter(self) -> None:
        """By words."""
        self.query_one(SelectList).open_filter()

    def do_sort(self) -> None:
        """By a column."""
        choose_sort(self, self.query_one(SelectList))

    def do_back(self) -> None:
        """Clears the filter, else goes back."""
        if not self.query_one(SelectList).back():
            super().do_back()
