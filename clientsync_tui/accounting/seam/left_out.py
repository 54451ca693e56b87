"""Rows that are left out of a list, noted so that they can be said: one bad row must not cost the rest.

Whoever asks an adapter for a list does it within `noting()`; the functions of `shapes` note what they leave out, and an adapter
notes with `leave_out` what it does not want.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar


class Notes:
    """What was left out meanwhile."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()
        self.unreadable = False
        """Whether any of it could not be read: then what is missing in the list may be there all the same."""

    def add(self, what: str, why: str, *, unreadable: bool) -> None:
        """Notes one row of the list `what`."""
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
    """Gathers what is left out until the end of the block."""
    notes = Notes()
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def leave_out(what: str, why: str, *, unreadable: bool = True) -> None:
    """Notes that one row of the list `what` is left out. `why` follows a colon; `unreadable`: False for a row that is right but
    not wanted."""
    if (notes := _NOTES.get()) is not None:
        notes.add(what, why, unreadable=unreadable)
