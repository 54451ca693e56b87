"""The palette as it is shown. What it finds is in `screens/palette.py`, which knows the other screens."""

from typing import cast

from textual.command import CommandPalette

from ..main import Main


class Palette(CommandPalette):
    """Textual's palette. Enter waits until the lines are those of what is typed."""

    @property
    def is_behind(self) -> bool:
        """Whether the search for what is typed is not done yet."""
        return any(worker.node is self and not worker.is_finished for worker in self.workers)

    def on_worker_state_changed(self) -> None:
        """A search began or is done."""
        cast(Main, self.app).caught_up()  # pyright: ignore[reportUnknownMemberType]
