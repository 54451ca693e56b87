"""The first line of every screen: where one is, and the sign-ins."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widget import Widget


class TopBar(Widget, can_focus=False):
    """A title on the left, and on the right what there is room for."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 1; padding: 0 1; text-style: bold; background: $panel; color: $text; }
    TopBar:nocolor { text-style: reverse; }
    """

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title
        self._right = ""

    def show(self, title: str, right: str = "") -> None:
        """Shows other words; draws only when they changed."""
        if (title, right) != (self._title, self._right):
            self._title, self._right = title, right
            self.refresh()

    def render(self) -> Content:
        """The line: the right part gives way to the title."""
        width = self.content_size.width
        room = width - cell_len(self._title) - 2
        right = self._right if cell_len(self._right) <= room else ""
        title = set_cell_size(self._title, max(0, width - cell_len(right)))
        return Content.assemble((title, "bold"), (right, "not bold"))
