"""When Python collects garbage: never during the first frame, and rarely after it."""

import gc

SETTLED_AFTER_S = 1.0
"""The start is over by then."""

GARBAGE_EVERY = 10_000
"""How many objects are created between two collections: a few hundred keys' worth."""


def settle() -> None:
    """Excludes the objects created at the start, which stay anyway: checking them would take longer than a frame."""
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)
