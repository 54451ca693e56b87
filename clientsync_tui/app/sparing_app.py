"""An app that writes no more to its terminal than what changes there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.strip import Strip

from ..terminal.changed_cells import ChangedCells, Piece

if TYPE_CHECKING:
    from rich.console import Console
    from textual.geometry import Size
    from textual.widget import Widget


class SparingApp(App[None]):
    """Whatever Textual draws again, only the cells that are different are sent."""

    def __init__(self) -> None:
        super().__init__()
        self._cells = ChangedCells()

    def on_mount(self) -> None:
        """What others write on the terminal meanwhile is not known."""
        app = cast(Any, self)
        for signal in (app.app_suspend_signal, app.app_resume_signal):
            signal.subscribe(self, self._forget)

    def _forget(self, _: Any = None) -> None:
        self._cells.forget()

    def on_resize(self) -> None:
        """A terminal of another size may have moved what it shows."""
        self._cells.forget()

    def redraw(self) -> None:
        """Draws everything anew, whatever the terminal shows."""
        self._cells.forget()
        self.refresh(layout=True)

    def draw_now(self, *changed: "Widget") -> None:
        """Draws what was changed of these, in one frame. Left to itself each tells the screen of it in its own time, and the
        screen waits for the next sixtieth of a second, often twice."""
        if self.screen.is_mounted:
            screen = cast(Any, self.screen)
            screen._dirty_widgets.update(changed)
            screen._on_timer_update()

    def _display(self, screen: Any, renderable: Any) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            renderable = _Sparing(renderable, self._cells, self.size)
        cast(Any, super())._display(screen, renderable)


class _Sparing(CompositorUpdate):
    """In place of Textual's own update; asked only when it is really written."""

    def __init__(self, update: LayoutUpdate | ChopsUpdate, cells: ChangedCells, size: "Size") -> None:
        self._update = update
        self._cells = cells
        self._size = size

    def render_segments(self, console: "Console") -> str:
        """What is written."""
        update = self._update
        pieces = _lines(update) if isinstance(update, LayoutUpdate) else _chops(update)
        colours = console._color_system  # pyright: ignore[reportPrivateUsage]
        return self._cells.draw(pieces, self._size, colours or ColorSystem.TRUECOLOR)


def _lines(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        yield y, update.region.x, Strip.join(strips)


def _chops(update: ChopsUpdate) -> Iterator[Piece]:
    for y, start, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < end and stop > start:
                yield y, x, strip if stop <= end else strip.crop(0, end - x)
