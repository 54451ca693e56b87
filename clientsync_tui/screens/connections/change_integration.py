"""Moves a client to another organisation of the same or another accounting app, one that no client has yet."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.widget import Widget

from ...app.actions import ORGANISATIONS, SELECT, Action, named
from ...practice.model import Client, Integration
from ...practice.trouble import Trouble
from ...sync.reach.change_integration import Change, change_integration, entails, planned
from ...sync.reach.matching import best
from ...widgets.select_list import SelectList
from ...widgets.select_table.table import SelectTable
from ..base import ActionScreen
from ..client_sync.organisation_rows import COLUMNS, OrganisationRows, organisation_rows
from ..client_sync.reach import ReachScreen
from ..dialogues.choose import Choice, Choose
from ..dialogues.confirm import Confirm

BY_NAME = (("name", False),)


class ChangeIntegrationScreen(ReachScreen):
    """Sign in, choose an organisation, confirm. It is then done at once, without a job, because it is one client."""

    extra: ClassVar = named(SELECT, "continue", "filter", "sort")
    steps: tuple[str, ...] = ("Sign in", "Organisations", "Choose")
    heading: str = "Change integration"

    def __init__(self, client: Client, link: Integration, software: str) -> None:
        """`software`: the app with the client's books now."""
        super().__init__(software)
        self._client = client
        self._link = link

    @classmethod
    def own_actions(cls) -> tuple[Action, ...]:
        """Without teams and linking, which are for adding clients."""
        left_out = named(ORGANISATIONS, "choose_team", "toggle_link", "integrated_by")
        return tuple(action for action in super().own_actions() if action not in left_out)

    def before(self) -> Iterable[str]:
        """What it means."""
        yield (
            f"{self._client.name} is linked to {self._link.organisation_name}. Choose another {self.one} for it. The client gets the "
            f"details and lists of the new {self.one}, and keeps its history."
        )

    def own_stage(self) -> Iterable[Widget]:
        """The organisations."""
        yield SelectList(
            COLUMNS,
            selecting=False,
            ascii_marks=self.main.ascii_marks,
            empty=self.keyed(
                f"This sign-in reaches no {self.several}. Press {{organisations.authorise_more}} to authorise more."
            ),
        )

    async def fill_own(self) -> None:
        """Which of them are free."""
        store = self.main.workplace.store
        rows: OrganisationRows = await asyncio.to_thread(
            organisation_rows, store, self._about, self.reach, BY_NAME
        )
        free = rows.count - rows.added
        order = rows.order()
        able = {str(id) for id in rows.selectable(order)}
        likely = await asyncio.to_thread(
            best, self._client, [organisation for id, organisation in self.reach.items() if id in able]
        )
        summary = f"{free:,} of {self.counted(rows.count)} belong to no client yet"
        if likely is not None:
            summary += f" · most likely {likely.name}"
        shown = self.shown_list
        shown.show(rows, summary, BY_NAME)
        if likely is not None:
            shown.table.move_cursor(order.index(likely.id))

    def focus_own(self) -> None:
        """Focuses the table."""
        self.shown_list.table.focus()

    @on(SelectTable.Opened)
    def _chosen(self, event: SelectTable.Opened) -> None:
        rows = self.shown_list.rows
        if not rows.selectable([event.id]):
            self.say(f"It is {rows.fetch([event.id])[0].fixed}.", "warning")
            return
        if self.sign_in is None:
            return
        workplace, organisation = self.main.workplace, self.reach[str(event.id)]
        sign_in = workplace.store.sign_ins.one(self.sign_in.reaching(organisation.id)) or self.sign_in
        try:
            change = planned(
                workplace.store, self._client, self._link, workplace.any_software(self._link.software), self.software,
                organisation, sign_in, {sign_in_held.id for sign_in_held in workplace.held()},
            )  # fmt: skip
        except Trouble as trouble:
            self.say(trouble)
            return

        def answered(yes: bool | None) -> None:
            self.focus_own()
            if yes:
                self.run_worker(self._change(change), group="change", exclusive=True, exit_on_error=False)

        lines = list(entails(change))
        question = f"Move {self._client.name} to {organisation.name}?"
        self.main.push_screen(Confirm(question, lines, yes="Change integration", dangerous=True), answered)

    async def _change(self, change: Change) -> None:
        organisation = change.organisation
        self.say(f"Pulling {organisation.name}…", "information")
        try:
            untold = await self.ask(lambda session: change_integration(session, change))
        except Trouble as trouble:
            self.say(trouble)
            return
        if untold:
            self.say(untold, "warning")
        self.say(f"{self._client.name} is now linked to {organisation.name}.", "information")
        self.dismiss()


def choose_software(screen: ActionScreen, client: Client, link: Integration) -> None:
    """Asks for the app with the client's books, if there are several, then for the organisation."""
    workplace = screen.main.workplace
    softwares = [software for software in workplace.softwares() if workplace.is_configured(software.name)]
    softwares.sort(key=lambda software: software.name != link.software)

    def chosen(name: str | None) -> None:
        if name is not None:
            screen.main.push_screen(ChangeIntegrationScreen(client, link, name))

    if [software.name for software in softwares] == [link.software]:
        chosen(link.software)
        return
    choices = [
        Choice(
            software.name,
            software.title,
            f"another {software.organisation_words[0]} there" if software.name == link.software else "",
        )
        for software in softwares
    ]
    screen.main.push_screen(Choose("Where are the client's books now?", choices), chosen)
