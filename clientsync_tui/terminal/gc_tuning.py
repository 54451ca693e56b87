"""When Python collects garbage: not during the first frame, and seldom after it."""

import gc

SETTLED_AFTER_S = 1.0
"""By then the start is over."""

GARBAGE_EVERY = 10_000
"""Objects made between two collections: some hundred keys."""


def settle() -> None:
    """Leaves out what the start made, which stays anyway: going through it would take longer than a frame."""
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)
