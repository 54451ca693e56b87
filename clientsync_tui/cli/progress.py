"""A line of progress on stderr, drawn over itself where that is a terminal."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

CLEAR = "\r\x1b[K"


def can_redraw() -> bool:
    """Whether stderr is a terminal that can draw over a line."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


@contextmanager
def changing_line() -> Generator[Callable[[str], None]]:
    """Gives a function that shows a text in place of the one before. The line is empty afterwards.

    Elsewhere than on a terminal nothing is shown.
    """
    shown = can_redraw()

    def say(text: str) -> None:
        if shown:
            print(f"{CLEAR}{text}", end="", file=sys.stderr, flush=True)

    try:
        yield say
    finally:
        say("")
