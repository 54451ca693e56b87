"""Several pictures of the terminal as one SVG that shows them in turn, with CSS alone, so that it moves in an `img` too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

LINE_PX = 24.4
TOP_PX = 1.5
SVG = "{http://www.w3.org/2000/svg}"
STYLE = re.compile(r"\.(terminal-\d+-r\d+) \{ (.*?) \}")
BLANK = "\u00a0"
COLUMN_PX = 12.2
MARGIN_PX, TITLE_PX = 9, 41
"""Where Rich puts the terminal inside its window."""
FONT = "Fira Code, Consolas, Menlo, monospace"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, as Textual exports it, with how long it stays and the text above it."""

    svg: str
    seconds: float
    caption: str


@dataclass(slots=True)
class Rows:
    """Lines of the terminal. Each is in the file once, however many frames show it."""

    ids: dict[str, int] = field(default_factory=dict[str, int])
    styles: dict[str, int] = field(default_factory=dict[str, int])

    def number(self, content: str) -> int:
        """The line's number, and a new one for a new line."""
        return self.ids.setdefault(content, len(self.ids))

    def style(self, css: str) -> str:
        """The class of this style."""
        return f"s{self.styles.setdefault(css, len(self.styles))}"

    def of(self, svg: str) -> list[int]:
        """The numbers of a picture's lines, from the top."""
        classes = dict(STYLE.findall(svg))
        lines: dict[int, list[str]] = {}
        for element in ElementTree.fromstring(svg).iter():  # noqa: S314 - we made it ourselves
            x, y = float(element.get("x", 0)), float(element.get("y", 0))
            name = (element.get("class") or "").strip()
            if element.tag == f"{SVG}rect" and element.get("shape-rendering"):
                line = lines.setdefault(round((y - TOP_PX) / LINE_PX), [])
                line.append(
                    f'<rect x="{x:g}" y="1.5" width="{float(element.get("width", 0)):g}" height="24.65" fill="{element.get("fill")}"/>'
                )
            elif element.tag == f"{SVG}text" and name in classes:
                line = lines.setdefault(int(y // LINE_PX), [])
                width = float(element.get("textLength", 0))
                line.append(_text(x, width, element.text or "", self.style(classes[name])))
        return [self.number("".join(lines.get(number, []))) for number in range(max(lines) + 1)]


def _text(x: float, width: float, text: str, style: str) -> str:
    """A text without the blanks around it, with a fixed width, because otherwise columns would not line up in every font."""
    left = len(text) - len(text.lstrip(BLANK))
    shown = text.strip(BLANK)
    if not shown:
        return ""
    x, width = x + left * COLUMN_PX, width - (len(text) - len(shown)) * COLUMN_PX
    return f'<text x="{x:g}" y="20" textLength="{width:g}" class="{style}">{_escaped(shown)}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def animation(frames: Sequence[Frame], columns: int, lines: int) -> str:
    """The SVG. It repeats. Readers who prefer no motion see the last frame."""
    rows = Rows()
    shown = [rows.of(frame.svg) for frame in frames]
    total = sum(frame.seconds for frame in frames)
    begins = 0.0
    keyframes: list[str] = []
    groups: list[str] = []
    for number, (frame, numbers) in enumerate(zip(frames, shown, strict=True)):
        start, end = begins / total * 100, (begins + frame.seconds) / total * 100
        begins += frame.seconds
        keyframes.append(_keyframes(number, start, end, total))
        uses = "".join(f'<use href="#r{row}" y="{line * LINE_PX:g}"/>' for line, row in enumerate(numbers))
        groups.append(
            f'<g class="f" id="f{number}"><text class="c" x="50%" y="27">{_escaped(frame.caption)}</text>'
            f'<g transform="translate({MARGIN_PX},{TITLE_PX})">{uses}</g></g>'
        )
    contents = "".join(f'<g id="r{number}">{content}</g>' for content, number in rows.ids.items())
    styles = "".join(f".s{number}{{{css}}}" for css, number in rows.styles.items())
    width, height = columns * COLUMN_PX + 2 * MARGIN_PX, lines * LINE_PX + TITLE_PX + MARGIN_PX
    last = len(frames) - 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width:g} {height:g}">'
        f"<style>text{{font-family:{FONT};font-size:20px;white-space:pre}}"
        f".c{{font-weight:bold;fill:#d7d8da;text-anchor:middle}}.f{{visibility:hidden}}#f0{{visibility:visible}}{styles}{''.join(keyframes)}"
        f"@media (prefers-reduced-motion:reduce){{.f{{animation:none!important}}#f0{{visibility:hidden}}#f{last}{{visibility:visible}}}}</style>"
        f"<defs>{contents}</defs>"
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="#17181b" stroke="#55575c"/>{"".join(groups)}</svg>\n'
    )


def _keyframes(number: int, start: float, end: float, total: float) -> str:
    """Visible from `start` to `end` (in percent of the whole)."""
    before = f"0%,{start - 0.01:.2f}%{{visibility:hidden}}" if start else ""
    after = f"{end + 0.01:.2f}%,100%{{visibility:hidden}}" if end < 99.99 else ""
    return (
        f"@keyframes k{number}{{{before}{start:.2f}%,{min(end, 100):.2f}%{{visibility:visible}}{after}}}"
        f"#f{number}{{animation:k{number} {total:g}s step-end infinite}}"
    )
