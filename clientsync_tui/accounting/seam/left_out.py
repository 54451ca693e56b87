"""Records rows left out of a list, so that the program can tell the user: one bad row must not spoil the rest.

Callers ask an adapter for a list within `noting()`. The functions in `shapes` record what they leave out, and an adapter
records unwanted rows with `leave_out`.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar


class Notes:
    """The rows left out so far."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()
        self.unreadable = False
        """Whether some of them could not be read: then whatever is missing from the list may still exist."""

    def add(self, what: str, why: str, *, unreadable: bool) -> None:
        """Records one row of the list `what`."""
        self._counted[what, why] += 1
        self.unreadable = self.unreadable or unreadable

    def sentences(self) -> tuple[str, ...]:
        """What was left out and why, the most frequent first."""
        return tuple(
            f"Left out {count:,} row{'' if count == 1 else 's'} of {what}: {why}."
            for (what, why), count in self._counted.most_common()
        )


_NOTES: ContextVar[Notes | None] = ContextVar("left_out", default=None)


@contextmanager
def noting() -> Generator[Notes]:
    """Collects what is left out until the end of the block."""
    notes = Notes()
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def leave_out(what: str, why: str, *, unreadable: bool = True) -> None:
    """Records that a row of the list `what` is left out. `why` follows a colon. `unreadable`: False for a valid row
    that is not wanted.
    """
    if (notes := _NOTES.get()) is not None:
        notes.add(what, why, unreadable=unreadable)
