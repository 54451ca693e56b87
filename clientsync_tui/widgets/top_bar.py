"""The first line of every screen: the path to it from the client list, its title, and the sign-ins."""

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

BEST = Size(60, 15)
"""From this size on, nothing important is shortened or left out."""
STEP = " › "
"""Between a screen and the one opened from it."""
BETWEEN = " · "
GAP = 2
"""Blank cells before the right part."""


class TopBar(Widget, can_focus=False):
    """A title on the left, and whatever fits on the right. On a small terminal, that is the recommended size."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 1; padding: 0 1; text-style: bold; background: $panel; color: $text; }
    TopBar:nocolor, TopBar:ansi { text-style: reverse; }
    """

    class StepChosen(Message):
        """A step of the path was clicked: the one at `index`, counted from the client list."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self._title = title
        self._rights: tuple[str, ...] = ()
        self._way: tuple[str, ...] = ()
        self._others = ""

    def show_others(self, words: str) -> None:
        """Shows who else is here, before the right part; redraws only if that changed."""
        if words != self._others:
            self._others = words
            self.refresh()

    @property
    def says_who_is_here(self) -> bool:
        """Whether it shows who else is here, which may have changed by the next start."""
        return bool(self._others)

    @property
    def title(self) -> str:
        """The title, without the path to it."""
        return self._title

    def lead(self, way: Sequence[str]) -> None:
        """Shows in front of the title through which screens it was reached, first one first."""
        if tuple(way) != self._way:
            self._way = tuple(way)
            self.refresh()

    def show(self, title: str, *rights: str) -> None:
        """Shows this title, and the first of `rights` that fits; redraws only if they changed."""
        if (title, rights) != (self._title, self._rights):
            self._title, self._rights = title, rights
            self.refresh()

    def render(self) -> Content:
        """The line. The right part gives way to the title."""
        width, screen = self.content_size.width, self.screen.size
        small = screen.width < BEST.width or screen.height < BEST.height
        home = sum(cell_len(step + STEP) for step in self._way[:1])
        if small:
            right = f"best from {BEST.width}x{BEST.height}"
        else:
            left = width - cell_len(self._title) - GAP - home
            # The right part has shorter forms that make room for it.
            others = self._others if cell_len(self._others) <= left else ""
            left -= cell_len(others + BETWEEN) if others else 0
            right = next((words for words in self._rights if cell_len(words) <= left), "")
            right = BETWEEN.join(filter(None, (others, right)))
        gap = (1 if small else GAP) * bool(right)
        room = max(0, width - cell_len(right) - gap)
        steps, title = ((), self._title) if small else _fitting(self._way, self._title, room)
        # If the middle is left out, its mark represents the screen that this one was opened from.
        indexes = range(len(steps)) if len(steps) == len(self._way) else (0, len(self._way) - 1)
        clickable = ((step, Style.from_meta({"step": n})) for n, step in zip(indexes, steps, strict=False))
        way = Content.assemble(*(part for step in clickable for part in (step, STEP))).stylize("not bold")
        if cell_len(title) > room:
            title = set_cell_size(title, max(0, room - 1)) + "…" * bool(room)
        return Content.assemble(
            way,
            (set_cell_size(title, room - way.cell_length) + " " * gap, "bold"),
            (right, "not bold"),
        )

    def on_click(self, event: events.Click) -> None:
        """Goes back to what was clicked."""
        if (step := event.style.meta.get("step")) is not None:
            self.post_message(self.StepChosen(step))


def _fitting(way: Sequence[str], title: str, room: int) -> tuple[Sequence[str], str]:
    """The way's steps and the title, as far as there is room: the whole path, the path without its middle, or no path. The title does not
    repeat what the path says.
    """
    rest = [step for step in title.split(STEP) if step not in way] or [title]
    for steps, name in ((way, STEP.join(rest)), ((*way[:1], "…") if len(way) > 1 else (), title)):
        if sum(cell_len(step + STEP) for step in steps) + cell_len(name) <= room:
            return steps, name
    return (), title


def show_others(screen: Screen[Any], words: str) -> None:
    """Shows in the screen's first line who else is here; nothing if nobody is."""
    for bar in screen.query(TopBar):
        bar.show_others(words)
