"""Reconnect: every expired or broken client that a sign-in reaches gets that sign-in; the others are listed with what to do."""

import asyncio
from collections.abc import Collection, Iterable
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Button

from ...practice.people import SignIn
from ...practice.plan import Plan, Will
from ...practice.trouble import Trouble
from ...sync import plan_words, plans
from ...widgets.answers import Answers
from ...widgets.dialogue_keys import own_key
from ...widgets.plan_list import PlanList
from ..titles import title
from .plan import start
from .reach import LAST, ReachScreen

NOTHING = "Nothing is expired or broken, as far as is known here. Check ({clients.check} in the client list) calls every organisation and finds out."


class ReconnectScreen(ReachScreen):
    """Reconnects all that is expired or broken, or the clients given."""

    steps: ClassVar[tuple[str, ...]] = ("Sign in", "Organisations", "Plan", "Reconnect")
    heading: ClassVar[str] = "Reconnect"
    BINDINGS: ClassVar[list[BindingType]] = [
        own_key("dialogue.yes", "answer(True)", show=False),
        own_key("dialogue.no", "answer(False)", show=False),
    ]

    def __init__(
        self,
        software: str,
        only: Collection[str] | None = None,
        exactly: Collection[tuple[str, str]] | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        """`only`: ids of clients; None: all. `exactly`: these of their integrations; None: every one in this accounting app.

        `fresh`: only a new sign-in will do.
        """
        super().__init__(software)
        self._only = only
        self._exactly = exactly
        self._fresh = fresh
        self._before: Plan | None = None
        self._plan: Plan | None = None
        self._begun = False

    def before(self) -> Iterable[str]:
        """What would be tried with a sign-in that reaches everything."""
        if self._before is None:
            return
        count = self._before.count(Will.DO)
        if self._only is None:
            clients = len({item.client for item in self._before.only((Will.DO,))})
            yield plan_words.reconnect_all(clients, count)
        else:
            yield f"Reconnect will refresh {plan_words.integrations(count)} of those chosen."
        if not self._before.items:
            yield self.keyed(NOTHING)
        left = [line for will, line in plan_words.summary(self._before) if will is not Will.DO]
        if left:
            yield "\n".join(left)
        yield "Integrations that work are not touched."

    def own_stage(self) -> Iterable[Widget]:
        """The plan, and the answers."""
        yield PlanList(partial(title, self.main.workplace), ascii_marks=self.main.ascii_marks)
        yield self.led()
        yield Answers(
            Button("Reconnect", id="reconnect"),
            *self.more_buttons(),
            leave=Button(self.keyed("Cancel ({dialogue.no})"), id="cancel"),
        )

    def begin(self) -> None:
        """Nobody is asked to sign in where there is nothing to reconnect."""
        self.run_worker(self._begin(), exclusive=True, group="reach", exit_on_error=False)

    async def _begin(self) -> None:
        self._before = await asyncio.to_thread(self._planned, None)
        if not self._before.count(Will.DO):
            self._show_plan(self._before)
            self.show_own()
        elif self.by_consents:
            self.go_on_by_consents()
        else:
            self.find_reach(fresh=self._fresh)

    def _planned(self, sign_in: SignIn | None) -> Plan:
        reach = None if sign_in is None or self.by_consents else self.reach
        plan = plans.reconnect(self.main.workplace.store, self._about, sign_in, reach, self._only)
        return plan if self._exactly is None else plan.about(self._exactly)

    async def go_on(self) -> None:
        """What is done with the organisations that are reached."""
        self._show_plan(await asyncio.to_thread(self._planned, self.sign_in))

    def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        self.query_one(PlanList).show(plan, "" if plan.items else self.keyed(NOTHING))
        count = plan.count(Will.DO)
        self.relabel("reconnect", self.keyed(f"{plan_words.button(plan)} ({{dialogue.yes}})"))
        self.query_one("#reconnect").display = count > 0
        for more in self.query("#more"):
            # Another consent helps only where something is out of reach.
            more.display = count > 0 or plan.count(Will.CANNOT) > 0
        self.relabel("own #cancel", self.keyed(f"{'Cancel' if count else 'Close'} ({{dialogue.no}})"))

    def focus_own(self) -> None:
        """To the answer."""
        self.query_one("#own Answers", Answers).focus_first()

    def action_answer(self, yes: bool) -> None:
        """y and n, on the plan alone."""
        if self._stage != "own":
            return
        if not yes:
            self.dismiss()
        elif self._plan is not None and self._plan.count(Will.DO) and not self._begun:
            self._begun = True
            self._show_step(LAST)
            self.run_worker(self._reconnect(self._plan), group="start", exit_on_error=False)

    def continue_own(self) -> None:
        """Enter outside of the buttons goes to them."""
        self.focus_own()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The answer by a button."""
        if event.button.id == "reconnect":
            self.action_answer(True)

    async def _reconnect(self, plan: Plan) -> None:
        try:
            await start(self, plan)
        except Trouble as trouble:
            self._begun = False
            self.say(trouble)
