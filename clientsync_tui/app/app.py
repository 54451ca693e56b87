"""The Textual app: which screens there are, theme, palette, news. Screens are imported when they are opened."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider

from ..practice.trouble import SignInNeeded, Trouble
from ..screens.dialogues.asked_passphrase import asked_passphrase
from ..terminal import capabilities, gc_tuning, notices
from ..terminal.screen_alone import screen_alone
from ..workplace import Workplace
from . import look
from .style_sheets import StyledApp

if TYPE_CHECKING:
    from textual.screen import Screen

    from ..screens.base import ActionScreen
    from ..store.jobs import Job
    from ..sync.jobs.engine import Engine

SCREENS = {
    "clients": ("clients.clients", "ClientsScreen"),
    "client_sync": ("client_sync.client_sync", "ClientSyncScreen"),
    "jobs": ("jobs.jobs", "JobsScreen"),
    "job": ("jobs.job", "JobScreen"),
    "history": ("history", "HistoryScreen"),
    "connections": ("connections.connections", "ConnectionsScreen"),
    "add_clients": ("client_sync.add_clients", "AddClientsScreen"),
    "reassign": ("client_sync.reassign", "ReassignScreen"),
    "reconnect": ("client_sync.reconnect", "ReconnectScreen"),
    "first_start": ("first_start", "FirstStartScreen"),
}
"""Module and class of each screen, by the name that `ClientSyncApp.open` takes."""

NEWS_EVERY_S = 1.0
"""How often the database is asked whether somebody changed the practice: an in-memory question, no reading."""


def palette() -> type[Provider]:
    """The palette's provider, imported when the palette is opened."""
    from ..screens.palette import Actions

    return Actions


class ClientSyncApp(StyledApp):
    """Client Sync, full screen."""

    TITLE = "Client Sync"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {palette}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "help_quit", show=False, system=True)]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = ""

    def __init__(self, workplace: Workplace, *, light: bool | None = None, typed: bytes = b"") -> None:
        """`light`: whether the terminal's background is; None: it did not say. `typed`: what was typed meanwhile."""
        super().__init__(look.theme_name(workplace.config.screen.theme, light), typed)
        self.workplace = workplace
        workplace.ask_passphrase = partial(asked_passphrase, self)
        self.ascii_marks = capabilities.ascii_only(workplace.config.screen.ascii)
        self._seen = (0, 0)
        self._engine: Engine | None = None

    @property
    def engine(self) -> "Engine":
        """The network's own thread, which starts with the first call."""
        if self._engine is None:
            from ..sync.jobs.engine import Engine

            self._engine = Engine(self.workplace.session, self.workplace.store.jobs.one, self._job_ended)
        return self._engine

    @property
    def is_behind(self) -> bool:
        """Whether the list on the screen is yet to show what it was asked for."""
        return getattr(self.screen, "is_behind", False)

    def get_default_screen(self) -> "Screen[Any]":
        """The client list, which lies below all others."""
        from ..screens.clients.clients import ClientsScreen

        return ClientsScreen()

    def on_mount(self) -> None:
        """On a first start, the way to the client list."""
        if not self.workplace.config.practice.name and not self.workplace.store.clients.total():
            self.open("first_start")
        if self.workplace.config.keys:
            self._use_keys()
        self._seen = self.workplace.store.changes()
        self.set_interval(NEWS_EVERY_S, self._look_for_news)
        if not self.is_headless:
            self.set_timer(gc_tuning.SETTLED_AFTER_S, gc_tuning.settle)

    def _use_keys(self) -> None:
        from .keymap import read

        keymap = read(self.workplace.config.keys)
        self.keys = keymap.keys
        self.set_keymap(dict(keymap.keys))
        for mistake in keymap.mistakes:
            self.notify(mistake, title="Keys", severity="warning", markup=False, timeout=20)

    def open(self, screen: str, action: str | None = None, **wanted: Any) -> "ActionScreen":
        """Opens a screen by its name (or goes back to it, where it is open and nothing is `wanted`), and does `action` there."""
        from ..screens.base import ActionScreen

        module, name = SCREENS[screen]
        kind: type[ActionScreen] = getattr(import_module(f"..screens.{module}", __package__), name)
        opened = next((s for s in self.screen_stack if type(s) is kind), None) if not wanted else None
        if isinstance(opened, ActionScreen):
            while self.screen is not opened:
                self.pop_screen()
        else:
            opened = kind(**wanted)
            self.push_screen(opened)
        if action is not None:
            self.call_after_refresh(partial(opened.action_act, action))
        return opened

    # News

    def _look_for_news(self) -> None:
        if not self.is_running:
            return
        seen = self.workplace.store.changes()
        if seen != self._seen:
            self._seen = seen
            self._tell("practice_changed")

    def _tell(self, what: str, *arguments: Any) -> None:
        from ..screens.base import ActionScreen

        for screen in self.screen_stack:
            # Screens below the one shown read again when they are shown again, and one that is being made has not read yet.
            if isinstance(screen, ActionScreen) and (screen.is_there or what != "practice_changed"):
                getattr(screen, what)(*arguments)

    # Jobs

    def run_job(self, job: str) -> None:
        """Starts a job on the network's thread and shows it."""
        self.engine.run_job(job)
        self.open("job", job=job, lead=True)

    def _job_ended(self, job: "Job", trouble: Trouble | None) -> None:
        if self.is_running:
            self.call_later(self._say_job_ended, job, trouble)

    def _say_job_ended(self, job: "Job", trouble: Trouble | None) -> None:
        from ..sync.jobs.job_words import recap, title

        self._tell("job_ended", job.id)
        heading, says = f"{title(job)}: {'paused' if trouble else 'ended'}", str(trouble or recap(job))
        watched = type(self.screen).__name__ in ("JobScreen", "ConsentsScreen")
        # What it needs of a person is on those screens.
        if not watched or (trouble and not isinstance(trouble, SignInNeeded)):
            severity = "error" if trouble else "information"
            self.notify(says, title=heading, severity=severity, markup=False, timeout=15)
        if not (watched and self.app_focus):
            self.write(notices.sequence(heading, says, self.workplace.config.screen.notices))

    # Undo, leaving

    def undo(self) -> None:
        """Takes back the last change of the practice that can be taken back, from the ledger."""
        from ..sync.undo import undo_last

        try:
            self.notify(
                undo_last(self.workplace.store, self.workplace.actor, datetime.now(UTC)), markup=False
            )
        except Trouble as trouble:
            self.notify(str(trouble), severity="warning", markup=False)
        self._look_for_news()

    def action_help_quit(self) -> None:
        """What ctrl+c does: says how to leave, because it is pressed for copying too."""
        from .key_names import with_keys

        self.notify(
            with_keys(
                "Press {everywhere.quit} to leave. A running job can be resumed at the next start.", self.keys
            )
        )

    def leave(self) -> None:
        """Leaves; asks first while a job runs, because it stops with the program."""
        if self._engine is None or not self._engine.running:
            self.exit()
            return
        from ..screens.dialogues.confirm import Confirm

        question = "A job is running. Leave, and resume it at the next start?"
        self.push_screen(Confirm(question, yes="Leave", no="Stay"), lambda yes: self.exit() if yes else None)

    def on_unmount(self) -> None:
        """What jobs have left is resumed at the next start."""
        if self._engine is not None:
            self._engine.close()


def run(workplace: Workplace, asked: capabilities.AskedBackground) -> int:
    """Runs the app until it is left, or until its terminal is gone; returns the exit status."""
    app = ClientSyncApp(workplace, light=asked.is_light(), typed=asked.typed)
    with screen_alone():
        app.run(mouse=capabilities.wants_mouse(workplace.config.screen.mouse))
    return app.return_code or 0
