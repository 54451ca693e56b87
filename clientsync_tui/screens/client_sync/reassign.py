"""Reassign clients: choose integrations that colleagues set up, and become their authenticated user."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.widget import Widget

from ...app.actions import SELECT, Action, named
from ...practice.people import SignIn
from ...practice.plan import Plan, Will
from ...practice.trouble import Trouble
from ...sync import plan_words
from ...sync.kinds import reassign
from ...sync.kinds.reassign import ReassignFacts
from ...sync.kinds.seam.kind import Request
from ...sync.reach.consents import asks_for, needed
from ...sync.reach.last_reach import LastReach, of_organisations
from ...sync.reach.reachability import Reach
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.select_list import SelectList
from ...widgets.select_table.table import SelectTable
from ..dialogues.choose import Choice, Choose
from .plan import PlanScreen, start
from .reach import NOTHING_SELECTED, ReachScreen
from .reassign_rows import COLUMNS, ReassignRows

EVERYBODY = "everybody"


class ReassignScreen(ReachScreen):
    """Makes the user who signs in the authenticated user of integrations."""

    steps: tuple[str, ...] = ("Sign in", "Organisations", "Select", "Reassign")
    heading: str = "Reassign clients"
    extra: ClassVar[Sequence[Action]] = named(SELECT, "continue", "filter", "sort")

    def __init__(
        self,
        software: str,
        only: Collection[str] | None = None,
        integrated_by: str | None = None,
        exactly: Collection[tuple[str, str]] | None = None,
    ) -> None:
        """`only`: ids of clients, None: all. `integrated_by`: e-mail address of the colleague whose integrations are shown
        first.

        `exactly`: these of the clients' integrations, selected from the start; None: all of them in this accounting app.
        """
        super().__init__(software)
        self._only = only
        self._exactly = exactly
        self._integrated_by = integrated_by
        self._found: ReassignRows | None = None
        self._all: Plan | None = None
        self._last_reach: LastReach | None = None

    def before(self) -> Iterable[str]:
        """What reassigning means."""
        yield (
            "You become the authenticated user of clients that colleagues integrated. Your sign-in is used for them from then on. "
            f"Only {self.several} that your sign-in reaches can be reassigned to you."
        )
        if self._last_reach is not None and self._stage == "waiting":
            yield self.reached_last(self._last_reach)

    def reached(self) -> Iterable[str]:
        """How many of other people's integrations are reached."""
        if self._all is not None and self.sign_in is not None:
            organisations = _integrated_by_others(self._all, self.sign_in)
            count = sum(organisation in self.reach for organisation in organisations)
            if organisations:
                yield f"You reach {count:,} of the {self.counted(len(organisations))} that others integrated."

    def own_stage(self) -> Iterable[Widget]:
        """The table, and what to do with the selection."""
        back = self.keyed("Press {everywhere.back} to go back.")
        empty = f"No colleague has integrated a client with {self.software.title}, so there is nothing to reassign. {back}"
        yield SelectList(COLUMNS, ascii_marks=self.main.ascii_marks, empty=empty)
        yield self.led()
        everybody = self.with_key("Integrated by: everyone", "integrated_by")
        yield Answers(
            Button("Continue", id="reassign", disabled=True),
            Button(everybody, id="integrated_by", name="integrated_by"),
            leave=Button("Cancel", id="cancel"),
        )

    def begin(self) -> None:
        """If each organisation needs its own consent, they are requested after the organisations are chosen."""
        self.run_worker(self._begin(), exclusive=True, group="reach", exit_on_error=False)

    async def _begin(self) -> None:
        if self.by_consents:
            self.continue_by_consents()
            return
        self._all = await asyncio.to_thread(self._planned, None, None)
        if (chosen := self.main.workplace.chosen(self._about)) is not None:
            organisations = _integrated_by_others(self._all, chosen)
            if organisations:
                store = self.main.workplace.store
                self._last_reach = await asyncio.to_thread(of_organisations, store, chosen, organisations)
        self.find_reach()

    def _planned(self, sign_in: SignIn | None, reach: Reach | None) -> Plan:
        request = Request(self.main.workplace.store, self._about, self._only, sign_in=sign_in, reach=reach)
        plan = reassign.plan(request)
        return plan if self._exactly is None else plan.about(self._exactly)

    async def fill_own(self) -> None:
        """Whose integrations there are, and which are reached."""
        sign_in, reach = self.sign_in, None if self.by_consents else self.reach

        def read() -> ReassignRows:
            plan = self._planned(sign_in, reach)
            return ReassignRows(self.main.workplace.store, plan, ascii_marks=self.main.ascii_marks)

        self._found = await asyncio.to_thread(read)
        await self.show_consents(self._found.plan)
        await self._show_integrated_by()
        if self._exactly is not None:
            self.shown_list.table.action_select_all()

    async def _show_integrated_by(self) -> None:
        assert self._found is not None
        table = self.shown_list.table
        sort = table.sort or (("name", False),)
        rows = await asyncio.to_thread(self._found.rows, self._integrated_by, sort)
        table.selection.remove([id for id in table.selection if id not in self._found])
        shown = len(rows.order())
        can = len(rows.selectable(rows.order()))
        table.columns = [column for column in COLUMNS if column.key != "why" or can < shown]
        words = f"{plan_words.integrations(shown)} · {can:,} that you have access to"
        self.shown_list.show(rows, words, sort)
        self.relabel(
            "integrated_by",
            self.with_key(f"Integrated by: {self._integrated_by or 'everyone'}", "integrated_by"),
        )

    def focus_own(self) -> None:
        """Focuses the table."""
        self.shown_list.table.focus()

    # Actions

    def unavailable(self, action: Action) -> str | None:
        """The table's actions are available only while it is shown."""
        if action.name in ("filter", "sort", "integrated_by") and self._stage != "own":
            return f"Wait until the {self.several} are known."
        return super().unavailable(action)

    def do_integrated_by(self) -> None:
        """Chooses whose integrations are shown."""
        assert self._found is not None
        choices = [Choice(EVERYBODY, "Everyone", plan_words.integrations(len(self._found.plan.items)))]
        choices += [
            Choice(person.email, person.name, f"{person.email}, {plan_words.integrations(count)}")
            for person, count in self._found.people()
        ]

        def chosen(email: str | None) -> None:
            if email is not None:
                self._integrated_by = None if email == EVERYBODY else email
                self.run_worker(
                    self._show_integrated_by(), exclusive=True, group="integrated_by", exit_on_error=False
                )
            self.focus_own()

        self.main.push_screen(Choose("Integrated by", choices), chosen)

    def continue_own(self) -> None:
        """Shows the plan for the selection."""
        assert self._found is not None
        chosen = [str(id) for id in self.shown_list.table.selection.ids]
        if not chosen:
            self.say(self.keyed(NOTHING_SELECTED), "warning")
            return
        plan = self._found.chosen(chosen)
        hidden = plan_words.hidden(self.shown_list.table.hidden_count)
        consents = needed(plan, [self.software], self.given)
        lines = [
            *plan_words.entails(plan, self.main.workplace.softwares()),
            *(asks_for(self.software, count) for count in consents.values()),
            *hidden,
        ]

        def answered(yes: bool | None) -> None:
            if yes:
                self.run_worker(self._reassign(plan), exclusive=True, group="start", exit_on_error=False)
            else:
                self.focus_own()

        self.main.push_screen(PlanScreen(plan, lines, ascii_marks=self.main.ascii_marks), answered)

    @on(SelectTable.Opened)
    def _opened(self) -> None:
        self.continue_own()

    @on(Button.Pressed, "#reassign")
    def _continue(self) -> None:
        self.continue_own()

    @on(SelectTable.SelectionChanged)
    def _selected(self, event: SelectTable.SelectionChanged) -> None:
        self.query_one("#reassign").disabled = not event.total
        self.relabel(
            "reassign", f"Continue with {plan_words.integrations(event.total)}" if event.total else "Continue"
        )

    async def _reassign(self, plan: Plan) -> None:
        try:
            await start(self, plan)
        except Trouble as trouble:
            self.say(trouble)


def _integrated_by_others(plan: Plan, sign_in: SignIn) -> list[str]:
    """The organisations of a plan whose integrations use a different sign-in than this one."""
    return [
        item.organisation_id
        for item in plan.only((Will.DO,))
        if isinstance(item.facts, ReassignFacts) and item.facts.authenticated_by != sign_in.id
    ]
