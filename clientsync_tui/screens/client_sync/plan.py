"""A plan before it is carried out: how many, what is left out and why, and each client by name. y or n; Cancel has the
focus.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from ...practice.plan import Plan, Will
from ...practice.trouble import Trouble
from ...sync import as_command, plan_words
from ...sync.home import claim_words
from ...sync.jobs.new_job import new_job
from ...sync.kinds.seam import registry
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import ANSWERING, own_key
from ...widgets.plan_list import PlanList
from ..copying import copy_command
from ..dialogues.dialogue import NOT_DONE, Dialogue
from ..main import Asker
from ..titles import title


class PlanScreen(Dialogue[bool]):
    """Dismissed with whether to carry out the plan. Only `y` and the button confirm it, never the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ANSWERING,
        own_key("dialogue.command", "copy_command", "Copy as a command"),
        own_key("table.up", "table('move(-1)')", show=False),
        own_key("table.down", "table('move(1)')", show=False),
        own_key("table.page_up", "table('page(-1)')", show=False),
        own_key("table.page_down", "table('page(1)')", show=False),
        own_key("table.first", "table('first')", show=False),
        own_key("table.last", "table('last')", show=False),
    ]

    def __init__(
        self, plan: Plan, lines: Sequence[str] = (), *, everybody: bool = False, ascii_marks: bool = False
    ) -> None:
        """`lines`: anything else to know before confirming. `everybody`: the plan covers every client, whichever it names."""
        super().__init__()
        self._plan = plan
        self._lines = lines
        self._everybody = everybody
        self._same_as: str | None = None
        self._ascii_marks = ascii_marks

    def compose(self) -> ComposeResult:
        """The question, the consequences, every client by name, and the answers."""
        count = self._plan.count(Will.DO)
        with Vertical(classes="dialogue plan"):
            yield Static(plan_words.question(self._plan), classes="question", markup=False)
            if lines := [*self._lines, *self._claimed()]:
                with VerticalScroll(classes="lines", can_focus=False):
                    yield Static("\n".join(lines), markup=False)
            yield Static(id="same_as", classes="muted", markup=False)
            yield PlanList(partial(title, self.main.workplace), self._plan, ascii_marks=self._ascii_marks)
            go = Button(f"{plan_words.button(self._plan)} {self.keyed('({dialogue.yes})')}", id="yes")
            leave = Button(self.keyed(f"{'Cancel' if count else 'Close'} ({{dialogue.no}})"), id="no")
            yield Answers(
                *([go] if count else []), leave=leave, dangerous=registry.kind(self._plan.kind).dangerous
            )

    def _claimed(self) -> list[str]:
        workplace = self.main.workplace
        return claim_words.about_plan(workplace.store, self._plan, workplace.actor, datetime.now(UTC))

    def on_mount(self) -> None:
        """Shows the command that does the same, once it is known."""
        if self._plan.count(Will.DO):
            self.run_worker(self._show_command(), group="command", exit_on_error=False)

    async def _show_command(self) -> None:
        store = self.main.workplace.store
        self._same_as = await asyncio.to_thread(
            as_command.of_plan, self._plan, store, everybody=self._everybody
        )
        if self._same_as is not None and self.is_attached:
            self.query_one("#same_as", Static).update(f"Same as: {self._same_as}")
            self.query_one("#same_as").add_class("known")

    def action_copy_command(self) -> None:
        """Copies the command."""
        if self._same_as is None:
            self.notify(as_command.why_none(self._plan), markup=False, severity="warning")
        else:
            copy_command(self.main, self._same_as)

    def action_answer(self, yes: bool) -> None:
        """Closes it. If nothing can be done, it can't be confirmed."""
        self.dismiss(yes and self._plan.count(Will.DO) > 0)

    async def action_table(self, action: str) -> None:
        """Scrolls the list of names although Cancel has the focus."""
        await self.query_one(PlanList).table.run_action(action)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answers with a button."""
        if event.button.id == "no" and self.query_one(Answers).dangerous and self._plan.count(Will.DO):
            self.notify(NOT_DONE)
        self.action_answer(event.button.id == "yes")


def confirm_and_run(
    screen: Asker, plan: Plan, *, hidden: int = 0, lines: Sequence[str] = (), everybody: bool = False
) -> None:
    """Shows a plan and, once confirmed, makes a job of it and shows that.

    `hidden`: how many of its clients the filter hides. `lines`: anything else to know. `everybody`: it covers
    every client.
    """
    workplace = screen.main.workplace
    lines = [*plan_words.entails(plan, workplace.softwares()), *lines, *plan_words.hidden(hidden)]

    def answered(yes: bool | None) -> None:
        if yes:
            screen.run_worker(_started(screen, plan), group="plan", exit_on_error=False)

    dialogue = PlanScreen(plan, lines, everybody=everybody, ascii_marks=screen.main.ascii_marks)
    screen.main.push_screen(dialogue, answered)


async def _started(screen: Asker, plan: Plan) -> None:
    try:
        await start(screen, plan, leave=False)
    except Trouble as trouble:
        screen.say(trouble)


async def start(screen: Asker, plan: Plan, *, leave: bool = True) -> None:
    """Makes a job of a plan and shows it. `leave`: `screen` is finished, so going back skips it.

    Await it in a worker. Raises Trouble if the job can't be saved.
    """
    main = screen.main
    job = await asyncio.to_thread(new_job, main.workplace.store, plan, main.workplace.actor)

    def show() -> None:
        # Only while it is on top: a screen that the user has opened meanwhile stays.
        if leave and screen.is_on_top:
            main.pop_screen()
        main.run_job(job)

    main.call_later(show)
