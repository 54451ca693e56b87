"""A progress line on stderr, redrawn in place on a terminal."""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

CLEAR = "\r\x1b[K"


def can_redraw() -> bool:
    """Whether stderr is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


@contextmanager
def changing_line() -> Generator[Callable[[str], None]]:
    """Gives a function that replaces the shown text. The line is empty afterwards.

    Outside a terminal, nothing is shown.
    """
    shown = can_redraw()

    def say(text: str) -> None:
        if shown:
            print(f"{CLEAR}{text}", end="", file=sys.stderr, flush=True)

    try:
        yield say
    finally:
        say("")
