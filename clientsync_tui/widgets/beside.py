"""A list, with details of the row under its cursor."""

from textual import events
from textual.containers import Container

WIDE, HIGH = 140, 30
"""From this terminal size on, details are shown beside or below most lists; on a smaller one, only the list."""


class Beside(Container):
    """Two children, side by side on a wide terminal, one above the other on a tall one."""

    DEFAULT_CSS = """
    Beside { height: 1fr; layout: vertical; }
    Beside > SelectTable { height: 1fr; }
    Beside > DetailsPane { display: none; height: 1fr; }
    Beside.wide { layout: horizontal; }
    Beside.wide > DetailsPane { display: block; border-left: solid $panel; }
    Beside.wide > SelectTable { width: 2fr; }
    Beside.high > DetailsPane { display: block; border-top: solid $panel; }
    Beside.wide > DetailsPane:nocolor { border-left: ascii $foreground; }
    Beside.high > DetailsPane:nocolor { border-top: ascii $foreground; }
    """

    def __init__(self, *, high: int = HIGH) -> None:
        """`high`: from how many rows on there is room for the details below this list."""
        super().__init__()
        self._high = high

    def on_mount(self) -> None:
        """Adapts to the terminal's size."""
        self._fit()

    def on_resize(self, event: events.Resize) -> None:
        """The terminal may have another size."""
        self._fit()

    def _fit(self) -> None:
        size = self.screen.size
        self.set_class(size.width >= WIDE, "wide")
        self.set_class(size.width < WIDE and size.height >= self._high, "high")

    @property
    def has_details(self) -> bool:
        """Whether there is room for the details."""
        return self.has_class("wide") or self.has_class("high")
