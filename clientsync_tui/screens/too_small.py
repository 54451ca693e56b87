"""What a terminal sees that is too small for any screen: what is needed. The app takes it away when there is room."""

from typing import cast

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from .main import Main

LEAST = Size(40, 10)


def fits(size: Size) -> bool:
    """Whether there is room for any screen."""
    return size.width >= LEAST.width and size.height >= LEAST.height


class TooSmall(ModalScreen[None]):
    """Covers whatever is open, and leaves it as it is."""

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(id="needs", markup=False)

    def on_resize(self) -> None:
        """Says the size."""
        size = self.size
        self.query_one("#needs", Static).update(
            f"Client Sync needs {LEAST.width}x{LEAST.height}. This is {size.width}x{size.height}: enlarge the window."
        )

    def on_screen_resume(self) -> None:
        """What opened above it is gone."""
        app = cast(Main, self.app)  # pyright: ignore[reportUnknownMemberType]
        app.call_later(app.mind_size)
