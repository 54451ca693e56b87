"""Caches the finished lines of a Line API widget, so that a frame costs only what changed in it."""

from collections.abc import Callable, Sequence

from textual.css.styles import RenderStyles
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip


class LineCache:
    """In every frame, Textual asks each visible widget for all of its lines, and runs each through its machinery for
    borders, padding, tints and filters. For a page of 60 plain lines that costs more than drawing them, so a widget without
    these effects answers from this cache. `has_effects` says whether a style sheet added some: then Textual draws it.
    """

    def __init__(self) -> None:
        self._lines: dict[int, Strip] = {}
        self._made_for: object = None

    def forget(self, regions: Sequence[Region] = ()) -> None:
        """These regions (none: all) must be drawn again."""
        if not regions:
            self._lines.clear()
        for region in regions:
            for y in region.line_range:
                self._lines.pop(y, None)

    def lines(
        self,
        crop: Region,
        size: Size,
        filters: Sequence[LineFilter],
        background: object,
        draw: Callable[[int], Strip],
    ) -> list[Strip]:
        """The lines within `crop` of a widget of this size. `draw` makes one that is not cached yet."""
        made_for = (size, background, *filters)
        if made_for != self._made_for:
            self._made_for = made_for
            self._lines.clear()
        cached = self._lines
        lines: list[Strip] = []
        for y in crop.line_range:
            line = cached.get(y)
            if line is None:
                line = draw(y)
                for filter in filters:
                    line = line.apply_filter(filter, background)  # pyright: ignore[reportArgumentType]
                cached[y] = line
            lines.append(line)
        if crop.column_span != (0, size.width):
            return [line.crop(*crop.column_span) for line in lines]
        return lines


def has_effects(styles: RenderStyles, opacity: float) -> bool:
    """Whether Textual has to draw around, over or into a widget's lines."""
    return bool(
        styles.gutter.totals != (0, 0)
        or styles.tint.a
        or styles.outline
        or styles.text_opacity != 1
        or (styles.has_rule("hatch") and styles.hatch != "none")
        or opacity != 1
    )
