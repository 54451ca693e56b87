"""Keeps a new screen from being styled twice."""

from typing import Any

from textual.events import ScreenResume
from textual.screen import Screen


def keep_first_style(screen: Screen[Any], event: ScreenResume) -> None:
    """Call this from a screen that comes to the top. The first time, before it has a size, its widgets have just been
    styled.
    """
    if not screen.outer_size:
        event.refresh_styles = False
