"""The palette's appearance. What it finds is in `screens/palette.py`, which knows the other screens."""

from typing import cast

from textual.command import CommandPalette
from textual.widgets import Input

from ...widgets.key_bar import Entry, KeyBar
from ..main import Main


class Palette(CommandPalette):
    """Textual's palette. Enter waits until the results match the typed text."""

    def on_mount(self) -> None:
        """The last line has the way out, as in every dialogue. The cursor doesn't blink, as in every field."""
        self.query_one(Input).cursor_blink = False
        self.mount(bar := KeyBar())
        bar.show([Entry("esc", "Close", "escape")])

    @property
    def is_behind(self) -> bool:
        """Whether the search for the typed text is still running."""
        return any(worker.node is self and not worker.is_finished for worker in self.workers)

    def on_worker_state_changed(self) -> None:
        """A search has started or finished."""
        cast(Main, self.app).caught_up()  # pyright: ignore[reportUnknownMemberType]
