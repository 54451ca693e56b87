"""A line below the title for news that concerns every screen, such as an unreachable server."""

from typing import Any

from textual.screen import Screen
from textual.widgets import Static


class Banner(Static, can_focus=False):
    """The line. It is visible only while it has a text."""

    DEFAULT_CSS = """
    Banner { dock: top; height: auto; margin: 1 0 0 0; padding: 0 1; background: $warning; color: $text; }
    Banner:nocolor, Banner:ansi { text-style: reverse; }
    """


def show_banner(screen: "Screen[Any]", says: str) -> None:
    """Shows this sentence on the screen, or removes the line."""
    found = screen.query(Banner)
    if not says:
        found.remove()
    elif found:
        if str(found.first().content) != says:
            found.first().update(says)
    else:
        screen.mount(Banner(says, markup=False))
