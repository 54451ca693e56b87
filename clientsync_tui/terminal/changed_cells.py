"""Sends only the cells that differ from what the terminal shows, so that over a slow line a new dialogue is sent only once.

Textual itself sends every redrawn region completely and in full colour codes, even if nothing in it changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from rich.cells import cell_len, get_character_cell_size
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from ..practice.text import clean

Piece = tuple[int, int, Strip]
"""Line, column, and what to draw from there on."""
Codes = tuple[str, str, str]
"""Attributes, foreground and background, as terminal codes."""
USUAL: Codes = ("", "39", "49")
"""The terminal's default."""
ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
"""The code that ends each attribute. It may end others too: bold and dim have the same one."""
NEAR = 5
"""Up to this many unchanged cells between changed ones are sent too, because skipping them takes as many bytes."""


class ChangedCells:
    """Knows what the terminal shows, and sends what differs."""

    def __init__(self) -> None:
        self._rows: dict[int, Strip] = {}
        self._size = Size(0, 0)
        self._colours = COLOR_SYSTEMS["truecolor"]
        self._held = False

    @property
    def is_held(self) -> bool:
        """Whether the terminal still shows what was there before the app."""
        return self._held

    def hold(self) -> None:
        """Stops drawing, and only tracks what should be drawn."""
        self._held = True

    def release(self) -> str:
        """Resumes drawing. Returns the codes for the whole screen."""
        self._held = False
        return self._drawn()

    def whole(self, size: Size) -> str | None:
        """The codes that make an empty terminal show everything; None if not every line is known."""
        known = size == self._size and not self._held and len(self._rows) == size.height
        return self._drawn() if known else None

    def _drawn(self) -> str:
        pen = Pen(self._colours)
        for y, row in sorted(self._rows.items()):
            pen.draw(0, y, row)
        return pen.end()

    def forget(self) -> None:
        """Forgets what the terminal shows, so that everything is sent again."""
        self._rows.clear()

    def draw(self, pieces: Iterable[Piece], size: Size, colours: ColorSystem) -> str:
        """The codes that draw these pieces on a terminal of this size."""
        self._colours = colours
        if size != self._size:
            self._size = size
            self.forget()
        pen = Pen(colours)
        touched: dict[int, Strip] = {}
        for y, x, strip in pieces:
            if x == 0 and strip.cell_length == size.width:
                touched[y] = strip
            elif (shown := touched.get(y) or self._rows.get(y)) is not None:
                end = x + strip.cell_length
                touched[y] = Strip.join([shown.crop(0, x), strip, shown.crop(end)])
            elif not self._held:
                pen.draw(x, y, strip)
        if self._held:
            self._rows.update(touched)
            return ""
        for y, row in touched.items():
            for start, end in changed(self._rows.get(y), row, colours):
                pen.draw(start, y, row if end - start == size.width else row.crop(start, end))
            self._rows[y] = row
        return pen.end()


class Pen:
    """Writes strips with as few codes as their colours need."""

    def __init__(self, colours: ColorSystem) -> None:
        self._colours = colours
        self._now = USUAL
        self._written: list[str] = []

    def draw(self, x: int, y: int, strip: Strip) -> None:
        """Writes a strip there."""
        self._move(x, y)
        for text, style, _ in strip:
            self._turn(codes(style, self._colours))
            link = style.link if style is not None else None
            if link:
                self._written.append(f"\x1b]8;;{clean(link)}\x1b\\")
            if is_simple(text):
                self._written.append(text)
            else:
                self._write_wide(x, y, text)
            if link:
                self._written.append("\x1b]8;;\x1b\\")
            x += cell_len(text)

    def _write_wide(self, x: int, y: int, text: str) -> None:
        """Terminals disagree about the width of wide and combined characters, so what follows is positioned explicitly.

        Characters that control a terminal are not written, because a name in the practice's file can contain anything.
        """
        last = max(n for n, character in enumerate(text, 1) if get_character_cell_size(character) != 1)
        wide, rest = text[:last], text[last:]
        room = cell_len(wide)
        self._written.append(" " * room)
        self._move(x, y)
        self._written.append(clean(wide))
        self._move(x + room, y)
        self._written.append(rest)

    def _move(self, x: int, y: int) -> None:
        self._written.append(f"\x1b[{y + 1};{x + 1}H")

    def end(self) -> str:
        """Everything written, followed by a reset to the terminal's default colours."""
        self._turn(USUAL)
        return "".join(self._written)

    def _turn(self, wanted: Codes) -> None:
        if wanted != self._now:
            self._written.append(turned(self._now, wanted))
            self._now = wanted


@lru_cache(4096)
def turned(now: Codes, wanted: Codes) -> str:
    """The shortest code that changes one style into another."""
    afresh = ["0", *(code for code, usual in zip(wanted, USUAL, strict=True) if code != usual)]
    whole = f"\x1b[{';'.join(afresh)}m" if len(afresh) > 1 else "\x1b[m"
    before, after = (style[0].split(";") if style[0] else [] for style in (now, wanted))
    ended = {ENDS.get(attribute, "") for attribute in before if attribute not in after}
    begun = [attribute for attribute in after if attribute not in before or ENDS.get(attribute) in ended]
    colours = [code for code, old in zip(wanted[1:], now[1:], strict=True) if code != old]
    if "" in ended:
        return whole
    return min(whole, f"\x1b[{';'.join([*sorted(ended), *begun, *colours])}m", key=len)


@lru_cache(4096)
def codes(style: Style | None, colours: ColorSystem) -> Codes:
    """The codes of a style."""
    if style is None:
        return USUAL
    attributes = Strip.render_ansi(style.without_color, colours)
    colour, background = (
        ";".join(colour.downgrade(colours).get_ansi_codes(foreground)) if colour is not None else usual
        for colour, foreground, usual in ((style.color, True, USUAL[1]), (style.bgcolor, False, USUAL[2]))
    )
    return attributes, colour, background


@lru_cache(4096)
def is_simple(text: str) -> bool:
    """Whether every character takes one cell in every terminal."""
    return (text.isascii() and text.isprintable()) or all(
        get_character_cell_size(character) == 1 for character in text
    )


def changed(old: Strip | None, new: Strip, colours: ColorSystem) -> Sequence[tuple[int, int]]:
    """The spans of cells in which two rows differ. Nearby spans are merged."""
    all_cells = [(0, new.cell_length)]
    if old is None or old.cell_length != new.cell_length:
        return all_cells
    before, after = list(old), list(new)
    if before == after:
        return ()
    # Terminals disagree about the width of wide and combined characters, so we can't know which cells show
    # them.
    if not all(is_simple(segment.text) for segment in (*before, *after)):
        return all_cells
    spans: list[tuple[int, int]] = []
    for start, end in _differences(before, after, colours):
        if spans and start - spans[-1][1] <= NEAR:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _differences(
    before: Sequence[Segment], after: Sequence[Segment], colours: ColorSystem
) -> Iterator[tuple[int, int]]:
    was, now = "".join(segment.text for segment in before), "".join(segment.text for segment in after)
    styles = [
        list(
            zip(
                accumulate(len(segment.text) for segment in row),
                (segment.style for segment in row),
                strict=True,
            )
        )
        for row in (before, after)
    ]
    x = i = j = 0
    while x < len(now):
        (old_end, old_style), (new_end, new_style) = styles[0][i], styles[1][j]
        end = min(old_end, new_end)
        same = old_style is new_style or codes(old_style, colours) == codes(new_style, colours)
        if not same:
            yield x, end
        elif was[x:end] != now[x:end]:
            start = next(n for n in range(x, end) if was[n] != now[n])
            yield start, next(n for n in range(end, start, -1) if was[n - 1] != now[n - 1])
        x = end
        i, j = i + (old_end == end), j + (new_end == end)
