"""A Line API widget that keeps its finished lines, so that a frame costs what changed in it."""

from typing import Self

from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip


class KeptLines(ScrollView):
    """Textual asks every visible widget for all of its lines in every frame, and puts each through its machinery for
    borders, padding, tints and filters. A page of 60 plain lines costs more there than in drawing them, so a widget
    that has none of those effects answers from here; one that is given some by a style sheet is drawn as always.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._kept: dict[int, Strip] = {}
        self._kept_for: object = None

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        if regions:
            for region in regions:
                for y in region.line_range:
                    self._kept.pop(y, None)
        elif repaint:
            self._kept.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._has_effects:
            return super().render_lines(crop)
        filters, background = self.get_line_filters(), self.background_colors[1]
        kept_for = (self.size, background, *filters)
        if kept_for != self._kept_for:
            self._kept_for = kept_for
            self._kept.clear()
        kept = self._kept
        lines: list[Strip] = []
        for y in crop.line_range:
            line = kept.get(y)
            if line is None:
                line = self.render_line(y)
                for filter in filters:
                    line = line.apply_filter(filter, background)
                kept[y] = line
            lines.append(line)
        if crop.column_span != (0, self.size.width):
            return [line.crop(*crop.column_span) for line in lines]
        return lines

    @property
    def _has_effects(self) -> bool:
        styles = self.styles
        return bool(
            styles.gutter.totals != (0, 0)
            or styles.tint.a
            or styles.outline
            or styles.text_opacity != 1
            or (styles.has_rule("hatch") and styles.hatch != "none")
            or self.opacity != 1
        )
