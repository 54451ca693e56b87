"""What screens need from the app. They depend on these protocols instead of the app's class, so that imports run one way."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from ..practice.trouble import Trouble
from ..workplace import Workplace

if TYPE_CHECKING:
    from ..app.key_queue import KeyQueue
    from ..sync.jobs.engine import Engine
    from ..sync.kinds.seam.kind import BulkKind

Answer = TypeVar("Answer")
Severity = Literal["information", "warning", "error"]


class Log(Protocol):
    """The messages of this run."""

    def read(self) -> None:
        """Shows them again, newest first."""
        ...

    def withdraw(self, message: str) -> None:
        """Shows this message no longer."""
        ...


class Main(Protocol):
    """The app, as its screens see it."""

    workplace: Workplace
    ascii_marks: bool
    """Whether marks are plain ASCII."""

    @property
    def keys(self) -> Mapping[str, str]:
        """The user's own keys, by action id."""
        ...

    @property
    def notices(self) -> Log:
        """This run's messages."""
        ...

    @property
    def engine(self) -> "Engine":
        """Runs jobs and calls on its own thread."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether the app has started and not ended."""
        ...

    @property
    def size(self) -> Size:
        """The terminal's size."""
        ...

    @property
    def screen(self) -> Screen[Any]:
        """The screen on top."""
        ...

    @property
    def screen_stack(self) -> Sequence[Screen[Any]]:
        """All open screens, the top one last."""
        ...

    # Screens

    def open(self, screen: str, action: str | None = None, **wanted: Any) -> Screen[Any]:
        """Opens a screen by name, or goes back to it, and runs `action` there."""
        ...

    def open_kind(self, kind: "BulkKind", **wanted: Any) -> Screen[Any]:
        """Opens the screen for choosing a sign-in for a kind of work."""
        ...

    def push_screen(
        self, screen: Screen[Answer], callback: Callable[[Answer | None], Any] | None = None
    ) -> Any:
        """Opens a screen or dialogue; `callback` gets its answer."""
        ...

    async def push_screen_wait(self, screen: Screen[Answer]) -> Answer:
        """Opens a dialogue and waits for its answer. Only in a worker."""
        ...

    def pop_screen(self) -> Any:
        """Closes the screen on top."""
        ...

    # Actions

    def run_job(self, job: str) -> None:
        """Starts a job and shows it."""
        ...

    def undo(self) -> None:
        """Undoes the practice's last change."""
        ...

    def leave(self) -> None:
        """Quits; asks first while a job runs."""
        ...

    def exit(self) -> None:
        """Quits at once."""
        ...

    def action_help(self) -> None:
        """Shows the keys of the screen on top."""
        ...

    def action_suspend_process(self) -> None:
        """Puts the program in the background."""
        ...

    # The terminal

    def suspend(self) -> AbstractContextManager[None]:
        """Leaves the full screen for the duration of the context."""
        ...

    def redraw(self) -> None:
        """Draws everything again."""
        ...

    def draw_now(self, *changed: Widget) -> None:
        """Draws these widgets at once, in one frame."""
        ...

    def caught_up(self) -> None:
        """The list shows what the keys so far asked for, so the next key can be handled."""
        ...

    @property
    def key_queue(self) -> "KeyQueue":
        """The keys that wait for their screen."""
        ...

    def mind_size(self) -> None:
        """Covers the screen while the terminal is too small."""
        ...

    def copy_to_clipboard(self, text: str) -> None:
        """Copies `text` to the clipboard of the user's own terminal."""
        ...

    def notify(
        self, message: str, *, title: str = "", severity: Any = "information", markup: bool = True
    ) -> None:
        """Shows a short notice."""
        ...

    def call_later(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Runs `callback` after the messages so far."""
        ...


class Asker(Protocol):
    """A screen that can ask questions and start work."""

    @property
    def main(self) -> Main:
        """The app."""
        ...

    @property
    def is_on_top(self) -> bool:
        """Whether no other screen or dialogue covers it."""
        ...

    def say(self, trouble: Trouble | str, severity: Severity = "error") -> None:
        """Shows what happened and what to do."""
        ...

    def run_worker(
        self, work: Any, *, group: str = ..., exit_on_error: bool = ..., exclusive: bool = ...
    ) -> Any:
        """Runs a coroutine while keys keep working."""
        ...
