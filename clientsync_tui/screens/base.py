"""What every screen has: actions from the shared table, the first and last lines, and updates when the practice changes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events, on
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from ..app.actions import CLIENTS, EVERYWHERE, PLACES, Action, actions, bindings
from ..app.key_names import with_keys
from ..practice.trouble import Trouble
from ..widgets.first_style import keep_first_style
from ..widgets.key_bar import Entry, KeyBar, key_name, key_now
from ..widgets.present_size import drop_former_size
from ..widgets.top_bar import STEP, TopBar
from .main import Main, Severity

if TYPE_CHECKING:
    from ..sync.jobs.session import Session
    from .copying import Copyable

T = TypeVar("T")
NOTHING_TO_COPY = "There is nothing to copy here."
HELP, BACK, COMMANDS = ALWAYS = "help", "back", "commands"
"""The actions that the last line always shows: help, the way back if there is one, and the palette, which has everything
that doesn't fit.
"""


class ActionScreen(Screen[Any]):
    """A screen whose keys, footer, help and palette entries all come from the table of actions.

    A subclass sets its `place` (and any `extra` actions), yields its widgets in `compose_body`, and has a method
    `do_NAME` for each action; `unavailable` says why an action can't be used now.
    """

    place: ClassVar[str] = EVERYWHERE
    extra: ClassVar[Sequence[Action]] = ()
    without: ClassVar[frozenset[str]] = frozenset()
    """Names of actions that work on all other screens, but whose keys are needed for something more urgent here."""
    BINDINGS: ClassVar[list[BindingType]] = []
    _way_from: tuple[int, ...] = ()
    _refused: tuple[Action, str] | None = None
    """The last action that could not be performed, and why."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # Before Textual reads them, and once per class.
        cls.BINDINGS = [*cls.__dict__.get("BINDINGS", []), *bindings(cls.own_actions())]  # pyright: ignore[reportConstantRedefinition]
        super().__init_subclass__(**kwargs)

    @classmethod
    def own_actions(cls) -> tuple[Action, ...]:
        """This screen's actions, then those that work everywhere."""
        own = actions(cls.place) if cls.place != EVERYWHERE else ()
        return (*own, *cls.extra, *(a for a in actions(EVERYWHERE) if a.name not in cls.without))

    @property
    def main(self) -> Main:
        """The app, as screens see it."""
        return cast(Main, self.app)  # pyright: ignore[reportUnknownMemberType]

    # The path to this screen

    @property
    def crumb(self) -> str:
        """What the path calls this screen once another one is open: its title, and for the client list without the
        practice's name.
        """
        if self.place == CLIENTS:
            return PLACES[CLIENTS]
        return next((bar.title for bar in self.query(TopBar)), "")

    def show_way(self) -> None:
        """Shows in the first line through which screens this one was reached."""
        stack = [screen for screen in self.main.screen_stack if isinstance(screen, ActionScreen)]
        below = stack[: stack.index(self)] if self in stack else []
        # Each step, with the screen it leads to.
        steps: dict[str, int] = {}
        for at, screen in enumerate(below):
            for step in filter(None, screen.crumb.split(STEP)):
                steps.setdefault(step, at)
        self._way_from = tuple(steps.values())
        for bar in self.query(TopBar):
            bar.lead(tuple(steps))

    # Actions

    def why_not(self, action: Action) -> str | None:
        """Why an action can't be used now: this person lacks the right, or there is nothing to do. None: it can."""
        refusal = self.main.workplace.store.surroundings.refusal(action.right)
        return self.unavailable(action) if refusal is None else refusal

    def unavailable(self, action: Action) -> str | None:
        """Why an action can't be used now, in words; None: it can."""
        if action.name == "home" and self.place == CLIENTS:
            return "This is the client list."
        if action.name == self.place:
            return "You are already there."
        if action.name == "copy" and type(self).copyable is ActionScreen.copyable:
            return NOTHING_TO_COPY
        return None if self.doing(action.name) else "It can't be used here."

    def doing(self, name: str) -> Callable[[], object] | None:
        """The method that performs the action with that name."""
        return getattr(self, f"do_{name}", None)

    async def action_act(self, name: str) -> None:
        """Performs an action, or says why it can't."""
        action = next(action for action in self.own_actions() if action.name == name)
        if (reason := self.why_not(action)) is not None:
            self._refused = (action, reason)
            self.notify(f"{action.title}: {reason}", markup=False, severity="warning")
            return
        do = self.doing(name)
        result = do() if do else None
        if isinstance(result, Awaitable):
            await result
        self.refresh_keys()

    def footer_keys(self) -> list[Entry]:
        """What is available now: help and the way back, then the table's keys, then the most useful first."""
        entries = {action.name: entry for action in self.most_used() if (entry := self._entry(action))}
        first = [entries.pop(name) for name in (HELP, BACK) if name in entries]
        own = self.table_keys(entries)
        return [*first, *own, *(entry for entry in entries.values() if entry not in own)]

    def _entry(self, action: Action) -> Entry | None:
        """The action in the last line; None if it has no name here, or while a field takes its keys as text."""
        name, label = action.name, self.label_of(action)
        key = key_now(self.main.keys.get(action.id, action.keys), self.focused)
        return (
            Entry(key, label, f"act('{name}')", name in ALWAYS, name == COMMANDS) if key and label else None
        )

    def label_of(self, action: Action) -> str:
        """What the last line calls an action here; empty if it is left out."""
        return self.way_back if action.name == BACK else action.label

    def table_keys(self, entries: Mapping[str, Entry]) -> list[Entry]:
        """The keys of the screen's table, as `table_entry` makes them, and those of `entries` (by name) that belong among them."""
        return []

    def table_entry(self, key: str, label: str, action: str) -> Entry:
        """A key of the table. A click on it calls `action_table` with `action`."""
        return Entry(self.keyed(key), label, f"table('{action}')")

    @property
    def instead_of_leaving(self) -> str:
        """What a user who presses ctrl+c here may want instead, with the names of actions for their keys."""
        return ""

    @property
    def way_back(self) -> str:
        """What going back does here, in a word; empty if there is nothing to go back from."""
        return "Back"

    def most_used(self) -> list[Action]:
        """The most used of the available actions that the last line shows."""
        return sorted(
            (a for a in self.own_actions() if a.footer and self.why_not(a) is None),
            key=lambda a: (a.name != HELP, a.footer),
        )

    def key_of(self, action: Action) -> str:
        """The action's key as it is shown: the user's own, else the usual one."""
        return key_name(self.main.keys.get(action.id, action.keys))

    def keyed(self, sentence: str) -> str:
        """`Press {select.filter} to filter`, with the user's own key."""
        return with_keys(sentence, self.main.keys)

    def with_key(self, words: str, name: str) -> str:
        """A button's text with the key that does the same."""
        return f"{words} ({self.key_of(next(a for a in self.own_actions() if a.name == name))})"

    def refresh_keys(self) -> None:
        """Updates the last line. Call it after anything that changes what is available."""
        if self.is_attached:
            self._withdraw_refusal()
            for bar in self.query(KeyBar):
                bar.show(self.footer_keys())

    def _withdraw_refusal(self) -> None:
        if self._refused is not None:
            action, reason = self._refused
            if self.why_not(action) != reason:
                self._refused = None
                self.main.notices.withdraw(f"{action.title}: {reason}")

    # Actions that work everywhere

    def do_help(self) -> None:
        """Shows the keys."""
        self.main.action_help()

    def do_commands(self) -> None:
        """Opens the palette."""
        from .dialogues.palette import Palette

        self.main.push_screen(Palette())

    def do_client_sync(self) -> None:
        """Opens the Client Sync panel."""
        self.main.open("client_sync")

    def do_jobs(self) -> None:
        """Opens the list of jobs."""
        self.main.open("jobs")

    def do_history(self) -> None:
        """Opens the practice's history."""
        self.main.open("history")

    def do_people(self) -> None:
        """Shows who else has the practice open, and what they are working on."""
        from .people import show_people

        show_people(self.main)

    def do_messages(self) -> None:
        """Shows this run's messages again."""
        self.main.notices.read()

    def do_morning(self) -> None:
        """Opens the morning view."""
        self.main.open("morning")

    def do_undo(self) -> None:
        """Undoes the last change to the practice."""
        self.main.undo()

    @property
    def about_client(self) -> str | None:
        """The id of the client that the screen is about; None if it is about several, or none."""
        return None

    def copyable(self) -> "Sequence[Copyable]":
        """What can be copied from under the cursor, most useful first."""
        return ()

    def commands(self) -> Sequence[tuple[str, str]]:
        """The commands that do the same as this screen: (what, command)."""
        return ()

    @property
    def no_command(self) -> str:
        """Why there are none."""
        return "No command does the same as this screen."

    def do_copy(self) -> None:
        """Copies what is under the cursor."""
        from .copying import offer_copies

        if items := self.copyable():
            offer_copies(self.main, items)
        else:
            self.say(NOTHING_TO_COPY, "warning")

    def do_copy_command(self) -> None:
        """Shows the commands that do the same, and copies one."""
        from .copying import offer_commands

        if commands := self.commands():
            offer_commands(self.main, commands)
        else:
            self.say(self.no_command, "warning")

    def do_home(self) -> None:
        """Goes straight to the client list."""
        self.main.open("clients")

    def do_back(self) -> None:
        """Goes back to the previous screen."""
        self.leave()

    def leave(self) -> None:
        """Closes this screen, whatever is still open on it."""
        if len(self.main.screen_stack) > 1:
            self.dismiss()

    @on(TopBar.StepChosen)
    def _go_to_step(self, event: TopBar.StepChosen) -> None:
        """Goes back along the path to the clicked step."""
        event.stop()
        way = [screen for screen in self.main.screen_stack if isinstance(screen, ActionScreen)]
        above = way[self._way_from[event.index] + 1]
        while self.main.screen is not above:
            self.main.pop_screen()
        # As its own key does, so that the code waiting for its answer learns that there is none.
        above.leave()

    def do_suspend(self) -> None:
        """Puts the program in the background."""
        self.main.action_suspend_process()

    def do_redraw(self) -> None:
        """Draws everything again."""
        self.main.redraw()

    def do_quit(self) -> None:
        """Quits the program."""
        self.main.leave()

    # Work that takes time

    async def ask(self, work: "Callable[[Session], Awaitable[T]]") -> T:
        """Runs `work` on the network's thread while every key keeps working. Await it in a worker, never in a handler.

        Raises Trouble as `work` does.
        """
        import asyncio

        # The engine's thread takes a moment to start, and no key should wait for that.
        return await asyncio.wrap_future(await asyncio.to_thread(self.main.engine.submit, work))

    def say(self, trouble: Trouble | str, severity: Severity = "error") -> None:
        """Shows what happened and what to do, while all keys keep working."""
        if not isinstance(trouble, CancelledError):
            self.notify(str(trouble), markup=False, severity=severity, timeout=10)

    @on(events.Resize)
    def drop_former_size(self, event: events.Resize) -> None:
        """Ignores stale resize events."""
        drop_former_size(self, event)

    @on(events.ScreenResume)
    def keep_first_style(self, event: events.ScreenResume) -> None:
        """Restyles the screen only when it comes back."""
        keep_first_style(self, event)

    # Updates

    @property
    def is_there(self) -> bool:
        """Whether the user sees it and its widgets can be queried: it is composed and not being removed."""
        return self.is_mounted and self.main.is_running and self.is_current

    @property
    def is_on_top(self) -> bool:
        """Whether no other screen or dialogue covers it."""
        return self.main.screen is self

    def practice_changed(self) -> None:
        """The practice changed, here or elsewhere: reloads what is shown."""

    def job_ended(self, job: str) -> None:
        """A job of this process ended or paused."""

    def on_mount(self) -> None:
        """Draws the first line at once, and the last one when everything is there."""
        self.show_way()
        self.call_after_refresh(self.refresh_keys)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Shows a worker's unexpected error, and logs it without the values involved."""
        error = cast("Worker[object]", event.worker).error  # pyright: ignore[reportUnknownMemberType]
        if event.state is WorkerState.ERROR and error is not None:
            from ..logbook import says

            self.say(says(error))

    @on(events.Resize)
    def renew_top_bar(self) -> None:
        """The first line depends on the width and the height."""
        for bar in self.query(TopBar):
            bar.refresh()

    def on_descendant_focus(self) -> None:
        """Fewer keys work while the user types in a field."""
        self.refresh_keys()

    def on_screen_resume(self) -> None:
        """Back from another screen, during which things may have changed."""
        self.show_way()
        self.practice_changed()
        self.refresh_keys()


__all__ = ["ActionScreen", "KeyBar", "TopBar"]
