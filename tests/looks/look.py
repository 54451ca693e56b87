"""What a terminal would show, as rows of text with the styles of their cells."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.screen import Screen
from textual.strip import Strip

MARKS = ("bold", "dim", "italic", "underline", "reverse", "strike")
Runs = tuple[tuple[str, int], ...]
"""Styles in words, each with how many cells have it."""
Row = tuple[str, Runs]


class Frames:
    """How many frames an app has drawn."""

    count = 0


def undrawn(monkeypatch: pytest.MonkeyPatch) -> Frames:
    """Makes apps only count their frames. A look comes from the layout, and drawing frames for no terminal would take a third of the time."""
    frames = Frames()

    def clear(compositor: Compositor, *_: object, **__: object) -> None:
        frames.count += bool(compositor._dirty_regions)
        compositor._dirty_regions.clear()

    monkeypatch.setattr(Compositor, "render_update", clear)
    return frames


def _strips(screen: Screen[object]) -> list[Strip]:
    # Otherwise nothing would be visible below a dialogue.
    visible_screen_stack.set(screen.app._background_screens)
    return screen._compositor.render_strips()


def text_of(screen: Screen[object]) -> str:
    """The text alone."""
    return "\n".join(strip.text.rstrip() for strip in _strips(screen))


def look(screen: Screen[object]) -> list[Row]:
    """The screen's rows."""
    rows: list[Row] = []
    for strip in _strips(screen):
        text = "".join(segment.text for segment in strip)
        rows.append((text.rstrip(), _runs((_said(s.style), cell_len(s.text)) for s in strip)))
    return rows


def width_of(row: Row) -> int:
    """That many cells."""
    return sum(count for _, count in row[1])


def _runs(cells: Iterable[tuple[str, int]]) -> Runs:
    there = (cell for cell in cells if cell[1])
    return tuple((said, sum(n for _, n in run)) for said, run in groupby(there, lambda cell: cell[0]))


@lru_cache(4096)
def _said(style: Style | None) -> str:
    if style is None:
        return ""
    colours = [style.color.name] if style.color is not None else []
    if style.bgcolor is not None:
        colours.append(f"on {style.bgcolor.name}")
    return " ".join((*(name for name in MARKS if getattr(style, name)), *colours))
