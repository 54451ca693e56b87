"""The first line of every screen: its title, and the sign-ins."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

BEST = Size(60, 15)
"""From this size on, nothing important is shortened or left out."""


class TopBar(Widget, can_focus=False):
    """A title on the left, and on the right what fits. A small terminal shows the recommended size there."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 1; padding: 0 1; text-style: bold; background: $panel; color: $text; }
    TopBar:nocolor, TopBar:ansi { text-style: reverse; }
    """

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title
        self._rights: tuple[str, ...] = ()

    def show(self, title: str, *rights: str) -> None:
        """Shows this title, and the first of `rights` that fits. Draws only if they changed."""
        if (title, rights) != (self._title, self._rights):
            self._title, self._rights = title, rights
            self.refresh()

    def render(self) -> Content:
        """The line. The right part gives way to the title."""
        width, screen = self.content_size.width, self.screen.size
        small = screen.width < BEST.width or screen.height < BEST.height
        if small:
            right = f"best from {BEST.width}x{BEST.height}"
        else:
            left = width - cell_len(self._title) - 2
            right = next((words for words in self._rights if cell_len(words) <= left), "")
        room = max(0, width - cell_len(right) - small)
        title = self._title
        if cell_len(title) > room:
            title = set_cell_size(title, max(0, room - 1)) + "…" * bool(room)
        return Content.assemble((set_cell_size(title, room) + " " * small, "bold"), (right, "not bold"))
