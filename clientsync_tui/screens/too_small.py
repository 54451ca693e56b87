"""Covers the screen while the terminal is too small, and says what size it needs."""

from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from ..app.actions import EVERYWHERE, named
from ..app.key_names import with_keys
from .main import Main

LEAST = Size(40, 10)


def fits(size: Size) -> bool:
    """Whether there is room for any screen."""
    return size.width >= LEAST.width and size.height >= LEAST.height


class TooSmall(ModalScreen[None]):
    """Covers whatever is open, and leaves it unchanged."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.keys, action.name, action.title, show=False, id=action.id)
        for action in named(EVERYWHERE, "quit", "suspend", "redraw")
    ]

    def __init__(self) -> None:
        super().__init__()
        self._asks_to_leave = False

    def compose(self) -> ComposeResult:
        """A single sentence."""
        yield Static(id="needs", markup=False)

    def on_resize(self) -> None:
        """Shows the sizes."""
        self._show()

    def _show(self) -> None:
        size, keys = self.size, self._main.keys
        needs = (
            f"Client Sync needs {LEAST.width}x{LEAST.height}. This is {size.width}x{size.height}: "
            "enlarge the window, or press {everywhere.quit} to quit."
        )
        running = (
            "A job is running. Press {everywhere.quit} again to quit: it can be resumed at the next start."
        )
        self.query_one("#needs", Static).update(with_keys(running if self._asks_to_leave else needs, keys))

    @property
    def _main(self) -> Main:
        return cast(Main, self.app)  # pyright: ignore[reportUnknownMemberType]

    def action_quit(self) -> None:
        """Quits. There is no room for a dialogue, so while a job runs, the key has to be pressed twice."""
        if self._main.engine.running and not self._asks_to_leave:
            self._asks_to_leave = True
            self._show()
        else:
            self._main.exit()

    def action_suspend(self) -> None:
        """Puts the program in the background."""
        self._main.action_suspend_process()

    def action_redraw(self) -> None:
        """Draws everything again."""
        self._main.redraw()

    def on_screen_resume(self) -> None:
        """The screen above this one closed, so the size is checked again."""
        self._main.call_later(self._main.mind_size)
