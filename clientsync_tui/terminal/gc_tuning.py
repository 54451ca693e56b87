"""When Python looks for rubbish: not while the first frame is made, and seldom behind it."""

import gc

SETTLED_AFTER_S = 1.0
"""When the start is over."""

GARBAGE_EVERY = 10_000
"""Objects made until new rubbish is looked for, some hundred keys."""


def settle() -> None:
    """What the start made stays for good; looking through it for rubbish would take longer than a frame."""
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)
