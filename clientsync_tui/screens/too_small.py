"""What a terminal sees that is too small for any screen: what is needed. It goes away by itself when there is room."""

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(40, 10)
BEST = Size(60, 15)
"""From here on everything fits without being shortened."""


def fits(size: Size, need: Size = LEAST) -> bool:
    """Whether there is room."""
    return size.width >= need.width and size.height >= need.height


class TooSmall(ModalScreen[None]):
    """Covers whatever is open, and leaves it as it is."""

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(id="needs", markup=False)

    def on_mount(self) -> None:
        """Says it."""
        self._look(self.app.size)  # pyright: ignore[reportUnknownMemberType]

    def on_resize(self, event: events.Resize) -> None:
        """Says the new size, or goes."""
        self._look(event.size)

    def on_screen_resume(self) -> None:
        """A dialogue that opened above it is gone."""
        self._look(self.app.size)  # pyright: ignore[reportUnknownMemberType]

    def _look(self, size: Size) -> None:
        if not fits(size):
            self.query_one("#needs", Static).update(
                f"Client Sync needs {LEAST.width}x{LEAST.height}. This is {size.width}x{size.height}: enlarge the window."
            )
        elif self.is_current:
            self.dismiss()
