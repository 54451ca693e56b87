"""Lines of text beside a list, about the row under the cursor."""

from collections.abc import Sequence
from typing import NamedTuple, Self

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ..practice.text import clean

STYLES = {
    "ok": "$text-success",
    "warning": "$text-warning",
    "error": "$text-error",
    "muted": "$text-muted",
    "heading": "bold",
    "": "",
}
"""What a part of a line means, and how to draw it."""
WHEEL = 3
"""Lines by which a step of the wheel scrolls."""
Part = tuple[str, str]
"""A text and what it means."""


class Line(NamedTuple):
    """A line. If it is too long, it wraps, with `indent` cells before the continuation.

    `right`: placed at the right end if there is room, else on its own line.
    """

    parts: Sequence[Part] = ()
    indent: int = 0
    right: str = ""


def line(text: str, style: str = "", *, indent: int = 0, right: str = "") -> Line:
    """A line with a single part, indented by `indent` cells."""
    return Line(((" " * indent + text, style),), indent, right)


class DetailsPane(Widget, can_focus=False):
    """Draws as many lines as there is room for. The wheel shows the others."""

    DEFAULT_CSS = """
    DetailsPane { width: 1fr; height: 1fr; padding: 0 1; overflow: hidden; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self._top = 0
        self._drawn: list[Strip] | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines it shows."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Shows these lines; redraws only if they changed."""
        if tuple(lines) != self._lines:
            self._lines, self._top = tuple(lines), 0
            self.refresh()

    def render(self) -> Content:
        """All of them from the first that is shown, wrapped to the width."""
        return Content("\n").join(self._wrapped()[self._top :])

    def _wrapped(self) -> list[Content]:
        width = max(1, self.content_size.width)
        return [part for line in self._lines for part in wrapped(line, width)]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Shows the lines below."""
        self._scroll(event, WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Shows the lines above."""
        self._scroll(event, -WHEEL)

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        hidden = len(self._wrapped()) - self.content_size.height
        if (top := max(0, min(self._top + by, hidden))) != self._top:
            self._top = top
            self.refresh()

    # In every frame Textual asks each visible widget for all of its lines, even if a key only moved the cursor
    # in another one.

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Discards the cached lines."""
        self._drawn = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """The theme has changed."""
        self._drawn = None
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The cached lines, if nothing has changed."""
        size = self.outer_size
        if self._drawn is None or len(self._drawn) != size.height or self._drawn[0].cell_length != size.width:
            self._drawn = super().render_lines(size.region)
        lines = self._drawn[crop.y : crop.bottom]
        if crop.column_span == (0, size.width):
            return lines
        return [strip.crop(*crop.column_span) for strip in lines]


def wrapped(of: Line, width: int) -> list[Content]:
    """The line, wrapped."""
    # Textual doesn't remove escape codes from what it draws.
    parts = ((text if text.isprintable() else clean(text), STYLES[style]) for text, style in of.parts)
    whole = Content.assemble(*parts)
    if of.right and cell_len(whole.plain) + 2 + cell_len(of.right) <= width:
        blanks = " " * (width - cell_len(whole.plain) - cell_len(of.right))
        return [Content.assemble(whole, blanks, (of.right, STYLES["muted"]))]
    lines: list[Content] = []
    indent = min(of.indent, width // 2)
    # The first line is indented only by its own text.
    first = whole.wrap(width)[:1] if cell_len(whole.plain) > width else [whole]
    lines += first
    rest = whole[len(first[0].plain) :] if first else whole
    text = rest.plain
    rest = rest[len(text) - len(text.lstrip()) :]
    if rest.plain:
        lines += [Content(" " * indent) + part for part in rest.wrap(max(1, width - indent))]
    if of.right:
        lines.append(Content(" " * indent) + Content.styled(of.right, STYLES["muted"]))
    return lines
