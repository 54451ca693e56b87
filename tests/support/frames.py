"""What an app has drawn, as a terminal would show it, without a terminal."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from rich.cells import get_character_cell_size
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.strip import Strip

Piece = tuple[int, int, list[str]]
"""A line, a column, and the text of each cell from there on."""


class Frames:
    """Follows what `app` draws. Looking at the same frame again is free, and a test can wait for the next."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._drawn = asyncio.Event()
        self._new: list[LayoutUpdate | ChopsUpdate] = []
        self._rows: list[list[str]] = []
        self._text = ""
        self._display = app._display
        app._display = self._follow

    def _follow(self, screen: Any, update: Any) -> None:
        self._display(screen, update)
        if isinstance(update, LayoutUpdate | ChopsUpdate) and not self._app._batch_count:
            self._new.append(update)
            self._drawn.set()

    async def next(self, seconds: float) -> None:
        """Waits for the next frame, up to this long."""
        self._drawn.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._drawn.wait(), seconds)

    @property
    def text(self) -> str:
        """The text on the screen."""
        width, height = self._app.size
        if len(self._rows) != height or len(self._rows[0]) != width:
            self._rows = [[" "] * width for _ in range(height)]
        if self._new:
            for y, x, cells in (piece for update in self._new for piece in _pieces(update)):
                if y < height:
                    self._rows[y][x : x + len(cells)] = cells
            self._new.clear()
            self._text = "\n".join("".join(row[:width]).rstrip() for row in self._rows)
        return self._text


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[Piece]:
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            yield y, update.region.x, [cell for strip in strips for cell in _cells(strip)]
        return
    for y, start, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < end and stop > start:
                yield y, x, _cells(strip)[: end - x]


def _cells(strip: Strip) -> list[str]:
    text = "".join(segment.text for segment in strip if not segment.control)
    if text.isascii():
        return list(text)
    cells: list[str] = []
    for character in text:
        size = get_character_cell_size(character)
        if size:
            cells += [character, *[""] * (size - 1)]
        elif cells:
            cells[-1] += character
    return cells
