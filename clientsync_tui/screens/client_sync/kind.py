"""A kind of work that needs one of your sign-ins: choose it, see the plan, confirm. A job does the rest."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from ...practice.people import SignIn
from ...practice.plan import Plan, Will
from ...practice.trouble import Trouble
from ...sync import as_command, plan_words
from ...sync.home import claim_words
from ...sync.kinds.seam.kind import BulkKind, Request
from ...sync.reach.last_reach import LastReach
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ...widgets.plan_list import PlanList
from ..titles import title
from .plan import start
from .reach import LAST, ReachScreen


class KindScreen(ReachScreen):
    """Does a kind of work for everything it applies to, or for the given clients."""

    without: ClassVar[frozenset[str]] = frozenset({"copy"})  # `y` answers the question here
    nothing: str = "Nothing to do."
    """What the plan's list says if it is empty."""
    BINDINGS: ClassVar[list[BindingType]] = [
        own_key("dialogue.yes", "answer(True)", show=False),
        own_key("dialogue.no", "answer(False)", show=False),
    ]

    def __init__(
        self,
        kind: BulkKind,
        software: str,
        only: Collection[str] | None = None,
        exactly: Collection[tuple[str, str]] | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        """`only`: ids of clients; None: all. `exactly`: these of their integrations; None: all of them in this accounting
        app.

        `fresh`: only a new sign-in will do.
        """
        super().__init__(software)
        self.heading = kind.title
        self.steps = ("Sign in", "Organisations", "Plan", kind.verb)
        self._kind = kind
        self._only = only
        self._exactly = exactly
        self._fresh = fresh
        self._before: Plan | None = None
        self._last_reach: LastReach | None = None
        self._plan: Plan | None = None
        self._begun = False

    def before(self) -> Iterable[str]:
        """What it does, and what it would try with a sign-in that reaches everything."""
        if self._before is not None:
            yield from self.promises(self._before)
            yield from self._left_out(self._before)
            if self._last_reach is not None and self._stage == "waiting":
                yield self.reached_last(self._last_reach)

    def promises(self, plan: Plan) -> Iterable[str]:
        """What this kind of work does."""
        yield self._kind.sentence
        yield from plan_words.entails(plan, self.main.workplace.softwares())

    def _left_out(self, plan: Plan) -> Iterable[str]:
        if not plan.items:
            yield self.keyed(self.nothing)
        left = [line for will, line in plan_words.summary(plan) if will is not Will.DO]
        if left:
            yield "\n".join(left)

    def own_stage(self) -> Iterable[Widget]:
        """The plan, and the buttons to answer it."""
        yield PlanList(partial(title, self.main.workplace), ascii_marks=self.main.ascii_marks)
        yield self.led()
        yield Answers(
            Button(self._kind.verb, id="go"),
            *self.more_buttons(),
            leave=Button(self.keyed("Cancel ({dialogue.no})"), id="cancel"),
        )

    def begin(self) -> None:
        """Starts. If there is nothing to do, the user need not sign in."""
        self.run_worker(self._begin(), exclusive=True, group="reach", exit_on_error=False)

    async def _begin(self) -> None:
        self._before = await asyncio.to_thread(self._planned, None)
        self._last_reach = await asyncio.to_thread(self._reached_last, self._before)
        if not self._before.count(Will.DO):
            await self._show_plan(self._before)
            self.show_own()
        elif self.by_consents:
            self.continue_by_consents()
        else:
            self.find_reach(fresh=self._fresh)

    def _reached_last(self, plan: Plan) -> LastReach | None:
        if self._fresh or self.by_consents:
            return None
        return self.last_reach_of(plan)

    def _planned(self, sign_in: SignIn | None) -> Plan:
        reach = None if sign_in is None or self.by_consents else self.reach
        store = self.main.workplace.store
        plan = self._kind.plan(Request(store, self._about, self._only, sign_in=sign_in, reach=reach))
        return plan if self._exactly is None else plan.about(self._exactly)

    async def fill_own(self) -> None:
        """Plans the work for the organisations that are reached."""
        await self._show_plan(await asyncio.to_thread(self._planned, self.sign_in))

    async def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        workplace = self.main.workplace
        claimed = claim_words.about_plan(workplace.store, plan, workplace.actor, datetime.now(UTC))
        self.query_one(PlanList).show(plan, "" if plan.items else self.keyed(self.nothing), claimed)
        await self.show_consents(plan)
        count = plan.count(Will.DO)
        self.relabel("go", self.keyed(f"{plan_words.button(plan)} ({{dialogue.yes}})"))
        self.query_one("#go").display = count > 0
        for more in self.query("#more"):
            # Another consent helps only if something is out of reach.
            more.display = count > 0 or plan.count(Will.CANNOT) > 0
        self.relabel("own #cancel", self.keyed(f"{'Cancel' if count else 'Close'} ({{dialogue.no}})"))

    def commands(self) -> Sequence[tuple[str, str]]:
        """The command that makes this plan."""
        if self._plan is None:
            return ()
        line = as_command.of_plan(self._plan, self.main.workplace.store, everybody=self._only is None)
        return [(self._kind.title, line)] if line is not None else ()

    @property
    def no_command(self) -> str:
        """A plan may name too many clients for a command."""
        return super().no_command if self._plan is None else as_command.why_none(self._plan)

    def focus_own(self) -> None:
        """Focuses the answer."""
        self.query_one("#own Answers", Answers).focus_first()

    def action_answer(self, yes: bool) -> None:
        """y and n, while the plan is shown."""
        if self._stage != "own":
            return
        if not yes:
            self.dismiss()
        elif self._plan is not None and self._plan.count(Will.DO) and not self._begun:
            self._begun = True
            self._show_step(LAST)
            self.run_worker(self._start(self._plan), group="start", exit_on_error=False)

    def continue_own(self) -> None:
        """Enter outside the buttons moves to them."""
        self.focus_own()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answers with a button."""
        if event.button.id == "go":
            self.action_answer(True)

    async def _start(self, plan: Plan) -> None:
        try:
            await start(self, plan)
        except Trouble as trouble:
            self._begun = False
            self.say(trouble)
