"""Titles and texts in two columns. A long text wraps within its own column."""

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from ..sync.integration_facts import Fact

COLOURS = {
    "ok": "$text-success",
    "warning": "$text-warning",
    "error": "$text-error",
    "muted": "$text-muted",
    "": "",
}
TITLES = 21
"""Minimum width of the titles, so that groups line up."""
LEAST = 20
"""Minimum width of a text, however narrow the screen."""


class Facts(Widget, can_focus=False):
    """A heading, and lines below it."""

    DEFAULT_CSS = "Facts { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._heading = ""
        self._facts: tuple[Fact, ...] = ()

    def show(self, heading: str, facts: Sequence[Fact]) -> None:
        """Shows these facts; redraws only if they changed."""
        if (heading, tuple(facts)) != (self._heading, self._facts):
            self._heading, self._facts = heading, tuple(facts)
            self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        titles = max((TITLES, *(len(title) + 2 for title, _, _ in self._facts)))
        room = max(LEAST, width - titles)
        lines = [Content.styled(self._heading, "bold underline")]
        for title, text, style in self._facts:
            beginning = Content.styled(title.ljust(titles), "$text-muted")
            for part in Content.styled(text, COLOURS[style]).wrap(room):
                lines.append(beginning + part)
                beginning = Content(" " * titles)
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """How many lines the texts take at this width."""
        return len(self._lines(width))

    def render(self) -> Content:
        """All of it."""
        return Content("\n").join(self._lines(self.content_size.width))
