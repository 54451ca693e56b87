"""What adding, reconnecting and reassigning share: a working sign-in, and the organisations it reaches."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from ...app.actions import ORGANISATIONS, SELECT, Action, named
from ...practice.counted import counted
from ...practice.people import SignIn
from ...practice.plan import Plan, Will
from ...practice.trouble import SignInNeeded, Trouble
from ...sync.jobs.session import Session
from ...sync.locale_words import moment_words
from ...sync.reach.consents import given, needed
from ...sync.reach.last_reach import LastReach, of_organisations
from ...sync.reach.reachability import Reach
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ...widgets.select_list import SelectList
from ..base import KeyBar, TopBar
from ..dialogues.choose import Choice, Choose
from ..selecting import ListScreen

if TYPE_CHECKING:
    from ...accounting.seam.software import Software
    from .sign_in import SignInScreen

SIGNED_IN, REACHED, CHOSEN, LAST = range(4)
"""The steps, in order."""

ANOTHER = "another"
REACHES_NOTHING = "Press {organisations.authorise_more} to authorise some, or {organisations.other_sign_in} to sign in as someone else."
NOTHING_SELECTED = "Nothing is selected yet. Press {table.toggle} to select a row, or {table.all} to select all that are shown."


class ReachScreen(ListScreen):
    """Signs in if necessary, shows which organisations are reached, and continues with them.

    A subclass says in `before` what will be done and in `reached` what the reached organisations mean, yields
    the widgets of its own stage, and fills them in `fill_own`.
    """

    # While it waits nothing has the focus, so that Enter can't cancel.
    AUTO_FOCUS = ""
    place: ClassVar[str] = ORGANISATIONS
    extra: ClassVar[Sequence[Action]] = named(SELECT, "continue")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", "Previous button", show=False),
        Binding("right", "app.focus_next", "Next button", show=False),
        own_key("table.up", "app.focus_previous", "Previous button", show=False),
        own_key("table.down", "app.focus_next", "Next button", show=False),
    ]
    steps: tuple[str, ...] = ()
    heading: str = ""

    def __init__(self, software: str) -> None:
        super().__init__()
        self._about = software
        self.sign_in: SignIn | None = None
        self.reach = Reach((), str)
        self.given: frozenset[str] = frozenset()
        self._first_reach: int | None = None
        self._stage = "waiting"

    @property
    def software(self) -> "Software":
        """The accounting app that this is about."""
        return self.main.workplace.software(self._about)

    @property
    def by_consents(self) -> bool:
        """Whether each organisation needs its own consent."""
        return self.software.organisations_per_sign_in == "one"

    def counted(self, count: int) -> str:
        """A number of organisations, in the app's words."""
        return counted(count, self.one, self.several)

    @property
    def one(self) -> str:
        """The app's word for an organisation."""
        return self.software.organisation_words[0]

    @property
    def several(self) -> str:
        """The app's word for organisations."""
        return self.software.organisation_words[1]

    @property
    def has_list(self) -> bool:
        """Whether the list of the subclass's stage is shown."""
        return self._stage == "own" and bool(self.query(SelectList))

    # For subclasses

    def before(self) -> Iterable[str]:
        """What will be done, in sentences, before anyone signs in."""
        return ()

    def reached(self) -> Iterable[str]:
        """What the reached organisations mean for the work."""
        return ()

    def own_stage(self) -> Iterable[Widget]:
        """The widgets of the stage after the organisations."""
        return ()

    async def fill_own(self) -> None:
        """Fills them before they are shown. Called in a worker. Raises Trouble."""

    def focus_own(self) -> None:
        """Moves the focus on the subclass's stage."""

    # Layout

    def compose(self) -> ComposeResult:
        """The steps, and one stage at a time."""
        yield TopBar(f"{self.heading} · {self.software.title}")
        yield Static("", id="steps", markup=False)
        with Vertical(id="organisations"):
            yield Static("", id="says", markup=False)
            yield Answers(
                self._button("Continue", "continue"),
                self._button(self.with_key("Try again", "try_again"), "try_again"),
                self._button(
                    self.with_key(f"Authorise more {self.several}", "authorise_more"), "authorise_more"
                ),
                self._button(self.with_key("Sign in as someone else", "other_sign_in"), "other_sign_in"),
                leave=Button("Cancel (esc)", id="cancel"),
                id="choices",
                classes="",
            )
        with Vertical(id="own"):
            yield from self.own_stage()
        yield KeyBar()

    @staticmethod
    def _button(words: str, action: str) -> Button:
        return Button(words, id=action, name=action)

    def relabel(self, button: str, label: str) -> None:
        """Gives a button a new text, and the width it needs."""
        found = self.query_one(f"#{button}", Button)
        found.label = Content(label)
        found.refresh(layout=True)

    def on_mount(self) -> None:
        """Starts with the sign-in used last, or with signing in."""
        self._wait("")
        self.begin()

    def begin(self) -> None:
        """What to do first."""
        self.find_reach()

    def continue_by_consents(self, sign_in: SignIn | None = None) -> None:
        """Continues without asking what a sign-in reaches, because the user is going to give the consents that are needed."""
        self.sign_in = sign_in or self.main.workplace.chosen(self._about)
        self.run_worker(self._fill_own(), exclusive=True, group="reach", exit_on_error=False)

    def led(self) -> Static:
        """A line for how many consents are needed, if each organisation needs its own; `show_consents` fills it."""
        note = Static("", classes="led muted", markup=False)
        note.display = self.by_consents
        return note

    async def show_consents(self, plan: Plan) -> None:
        """Shows how many consents a plan needs."""
        if not self.by_consents:
            return
        workplace, now = self.main.workplace, datetime.now(UTC)
        self.given = await asyncio.to_thread(given, workplace.store, workplace.held(self._about), now)
        one, several = self.one, self.several
        count = needed(plan, [self.software], self.given)[self._about]
        if count:
            text = (
                f"Each {one} needs its own consent: {counted(count, 'consent')} to give. Client Sync takes you from one to the next; "
                f"choose the {several} in any order. You can stop and continue another day."
            )
        else:
            text = f"Each {one} needs its own consent. You already have all you need."
        self.query_one(".led", Static).update(text)

    def last_reach_of(self, plan: Plan) -> LastReach | None:
        """How many organisations of a plan the sign-in used last reached when it was last asked. Call it in a thread."""
        workplace = self.main.workplace
        organisations = {item.organisation_id for item in plan.only((Will.DO,))}
        return of_organisations(workplace.store, workplace.chosen(self._about), organisations)

    def reached_last(self, reach: LastReach) -> str:
        """The same as a sentence."""
        at = moment_words(reach.at, datetime.now(UTC))
        return f"At the last check ({at}), your sign-in reached {reach.reached:,} of {self.counted(reach.of)} here."

    def more_buttons(self) -> Iterable[Button]:
        """The button for more organisations, if one consent can cover several."""
        if not self.by_consents:
            yield Button(self.with_key("Authorise more", "authorise_more"), id="more", name="authorise_more")

    # Sign-in and reach

    def find_reach(self, sign_in: SignIn | None = None, *, fresh: bool = False) -> None:
        """Finds out what a sign-in reaches: the given one, else the one used last. `fresh`: ask for a new one."""
        chosen = None if fresh else sign_in or self.sign_in or self.main.workplace.chosen(self._about)
        self.run_worker(self._find_reach(chosen), exclusive=True, group="reach", exit_on_error=False)

    async def _find_reach(self, sign_in: SignIn | None) -> None:
        why: str | None = None
        while True:
            if sign_in is None:
                sign_in = await self.main.push_screen_wait(self._sign_in_screen(why))
            if sign_in is None:
                self._not_signed_in()
                return
            asked = sign_in
            self._wait(f"Checking what {asked.person.email} reaches in {self.software.title}…")
            try:
                self.reach = await self.ask(partial(Session.reach, sign_in=asked))
            except SignInNeeded as trouble:
                why, sign_in = str(trouble), None
            except Trouble as trouble:
                self._show_trouble(trouble)
                return
            else:
                break
        if self.sign_in is None or self.sign_in.id != asked.id:
            self._first_reach = len(self.reach)
        self.sign_in = asked
        self._show_organisations()

    def _sign_in_screen(self, why: str | None) -> "SignInScreen":
        from .consents import consents_for_new
        from .sign_in import SignInScreen

        return consents_for_new(self, self._about) if self.by_consents else SignInScreen(self._about, why)

    def _not_signed_in(self) -> None:
        if self.sign_in is None:
            self.dismiss()
        else:
            self._show_organisations()

    def _wait(self, text: str) -> None:
        self._stage = "waiting"
        self._show_step(SIGNED_IN)
        self._show(("cancel",), [*self.before(), text])

    def _show_trouble(self, trouble: Trouble) -> None:
        self._stage = "trouble"
        self._show(("try_again", "other_sign_in", "cancel"), [*self.before()], error=str(trouble))

    def _show_organisations(self) -> None:
        assert self.sign_in is not None
        self._stage = "organisations"
        self._show_step(REACHED)
        person, count = self.sign_in.person, len(self.reach)
        more = count - (self._first_reach or 0)
        grown = f", {more:,} more than before" if more > 0 else ""
        lines = [
            *self.before(),
            f"Signed in as {person.known_as()}, who has authorised {self.counted(count)}{grown}.",
            " ".join(self.reach.left_out),
            *(self.reached() if count else (self.keyed(REACHES_NOTHING),)),
        ]
        self.relabel("continue", self.with_key(f"Continue with the {self.counted(count)}", "continue"))
        self._show(
            ("continue", "authorise_more", "other_sign_in", "cancel")
            if count
            else ("authorise_more", "other_sign_in", "cancel"),
            lines,
        )

    def _show(self, buttons: Sequence[str], lines: Iterable[str], error: str = "") -> None:
        self.query_one("#own").display = False
        self.query_one("#organisations").display = True
        shown = "\n\n".join(line for line in lines if line)
        self.query_one("#says", Static).update(
            Content.assemble(shown, "\n\n" if shown and error else "", (error, "$text-error"))
        )
        for button in self.query("#choices Button"):
            button.display = button.id in buttons
        if buttons == ("cancel",):
            # Pressing Enter once too often must not cancel the question.
            self.set_focus(None)
        else:
            choices = self.query_one("#choices", Answers)
            choices.focus_first()
            # Its position is known once the lines above it are laid out.
            self.call_after_refresh(choices.scroll_visible, animate=False)
        self.refresh_keys()

    def _show_step(self, step: int) -> None:
        done, arrow = ("*", "->") if self.main.ascii_marks else ("✓", "→")
        parts: list[tuple[str, str]] = []
        for n, name in enumerate(self.steps):
            mark = f" {done}" if n < step else ""
            parts += [
                (f"  {arrow}  " if n else "", "$text-muted"),
                (name + mark, "bold underline" if n == step else ""),
            ]
        self.query_one("#steps", Static).update(Content.assemble(*parts))

    def show_own(self) -> None:
        """Shows the subclass's stage."""
        self._stage = "own"
        self._show_step(CHOSEN)
        self.query_one("#organisations").display = False
        self.query_one("#own").display = True
        self.focus_own()
        self.refresh_keys()

    # Actions

    def unavailable(self, action: Action) -> str | None:
        """Depends on the stage."""
        if action.name == "try_again":
            return None if self._stage == "trouble" else "Nothing went wrong."
        if action.name in ("authorise_more", "other_sign_in") and self._stage == "waiting":
            return "Wait until the accounting app has answered."
        if action.name == "continue" and self._stage not in ("organisations", "own"):
            return "Wait until the accounting app has answered."
        if action.name == "continue" and self._stage == "organisations" and not self.reach:
            return "There is nothing to continue with."
        return super().unavailable(action)

    def do_continue(self) -> None:
        """Continues with the reached organisations."""
        if self._stage == "organisations" and self.reach:
            self._wait("Checking which are already on the client list…")
            self.run_worker(self._fill_own(), exclusive=True, group="reach", exit_on_error=False)
        elif self._stage == "own":
            self.continue_own()

    def continue_own(self) -> None:
        """Enter on the subclass's stage."""

    async def _fill_own(self) -> None:
        try:
            await self.fill_own()
        except Trouble as trouble:
            self._show_trouble(trouble)
        else:
            self.show_own()

    def do_authorise_more(self) -> None:
        """Adds another consent, or several; what they reach is added too."""
        self.find_reach(fresh=True)

    def do_other_sign_in(self) -> None:
        """Chooses among the sign-ins held here, or makes a new one."""
        mine = self.sign_in.person.id if self.sign_in else None
        # If each organisation needs its own sign-in, a person has many, and the one used last stands for them.
        people = {
            s.person.id: s for s in reversed(self.main.workplace.held(self._about)) if s.person.id != mine
        }
        held = list(reversed(people.values()))
        if not held:
            self.find_reach(fresh=True)
            return
        choices = [Choice(s.id, s.person.email, s.person.name) for s in held]
        choices.append(Choice(ANOTHER, "Someone else", "sign in now"))

        def chosen(id: str | None) -> None:
            if id is not None and self._stage == "own" and self.by_consents:
                self.continue_by_consents(next((s for s in held if s.id == id), None))
            elif id is not None:
                self.find_reach(next((s for s in held if s.id == id), None), fresh=id == ANOTHER)

        self.main.push_screen(Choose("Sign in as", choices), chosen)

    def do_try_again(self) -> None:
        """Asks again."""
        self.find_reach()

    def do_back(self) -> None:
        """From the subclass's stage back to the organisations; from there, closes the screen."""
        if self.clear_filter():
            return
        if self._stage == "own" and self.sign_in is not None:
            self._show_organisations()
        else:
            self.dismiss()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button named after an action performs it."""
        if event.button.id == "cancel":
            self.dismiss()
        elif event.button.name:
            self.call_later(self.action_act, event.button.name)
