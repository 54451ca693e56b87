"""Screens are laid out by the size that the terminal has now, and by no former one."""

from typing import Any

from textual.events import Resize
from textual.screen import Screen


def drop_former_size(screen: Screen[Any], event: Resize) -> None:
    """To be called by a screen that hears of a size. One that is not the terminal's any more is left alone: with two of them under
    way at once Textual lays the screen out by the one and then by the other, for ever."""
    if event.size != screen.app.size:  # pyright: ignore[reportUnknownMemberType]
        event.prevent_default()
