"""Ignores stale resize events."""

from typing import Any

from textual.events import Resize
from textual.screen import Screen


def drop_former_size(screen: Screen[Any], event: Resize) -> None:
    """Call this from a screen that is resized. It ignores a size that is no longer the terminal's: two at once make Textual
    lay out the screen for one and then the other, forever.
    """
    if event.size != screen.app.size:  # pyright: ignore[reportUnknownMemberType]
        event.prevent_default()
