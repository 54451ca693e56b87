"""Ignores stale sizes of the terminal."""

from typing import Any

from textual.events import Resize
from textual.screen import Screen


def drop_former_size(screen: Screen[Any], event: Resize) -> None:
    """Call it from a screen that gets a size. A size that is not the terminal's any more is ignored: with two of them at once,
    Textual lays the screen out for one and then for the other, for ever."""
    if event.size != screen.app.size:  # pyright: ignore[reportUnknownMemberType]
        event.prevent_default()
