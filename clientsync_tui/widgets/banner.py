"""A line below the title for what concerns every screen, such as a server that can't be reached."""

from typing import Any

from textual.screen import Screen
from textual.widgets import Static


class Banner(Static, can_focus=False):
    """The line. It is there only while it has something to say."""

    DEFAULT_CSS = """
    Banner { dock: top; height: auto; margin: 1 0 0 0; padding: 0 1; background: $warning; color: $text; }
    Banner:nocolor, Banner:ansi { text-style: reverse; }
    """


def show_banner(screen: "Screen[Any]", says: str) -> None:
    """Shows this sentence on the screen, or takes the line away."""
    found = screen.query(Banner)
    if not says:
        found.remove()
    elif found:
        if str(found.first().content) != says:
            found.first().update(says)
    else:
        screen.mount(Banner(says, markup=False))
