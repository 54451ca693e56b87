"""Cuts and pads text from outside to an exact width in terminal cells."""

from collections.abc import Iterable
from typing import Literal

from rich.cells import cell_len, split_graphemes

from clientsync_tui.practice.text import clean


def fit(
    text: str,
    width: int,
    *,
    align: Literal["left", "right"] = "left",
    shorten: Literal["end", "middle"] = "end",
    ellipsis: str = "…",
) -> str:
    """`text` in exactly `width` cells (not characters): shortened with `ellipsis` (1 cell) or padded with blanks.

    Nothing in it can control the terminal. A wide character that would be cut in half becomes a blank.
    """
    if not text.isprintable():
        text = clean(text)
    length = cell_len(text)
    if length > width:
        text = _shortened(text, width, shorten, ellipsis)
        length = cell_len(text)
    pad = " " * (width - length)
    return text + pad if align == "left" else pad + text


def _shortened(text: str, width: int, shorten: Literal["end", "middle"], ellipsis: str) -> str:
    if width <= 1:
        return ellipsis[:width]
    graphemes = [(text[start:end], cells) for start, end, cells in split_graphemes(text)[0]]
    tail = (width - 1) // 2 if shorten == "middle" else 0
    head = _taken(graphemes, width - 1 - tail)
    if not tail:
        return head.rstrip() + ellipsis
    # Taken from the end, so each grapheme is complete; only their order is reversed.
    backwards = _taken_list(reversed(graphemes), tail)
    return head.rstrip() + ellipsis + "".join(reversed(backwards)).lstrip()


def _taken(graphemes: Iterable[tuple[str, int]], width: int) -> str:
    return "".join(_taken_list(graphemes, width))


def _taken_list(graphemes: Iterable[tuple[str, int]], width: int) -> list[str]:
    taken: list[str] = []
    for grapheme, cells in graphemes:
        if cells > width:
            break
        width -= cells
        taken.append(grapheme)
    return taken
