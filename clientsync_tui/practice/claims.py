"""Claims: who says "I am working on these clients". A claim blocks nobody, and ends by itself."""

from datetime import datetime
from typing import NamedTuple

USUAL_MINUTES = 30
"""How long a claim lasts without activity."""
MOST_MINUTES = 24 * 60


class Claim(NamedTuple):
    """A claim on one client. `person`: who acts, as the ledger has it; `name`: what colleagues call them.

    `since`: by the clock of the practice's home, as every entry's time is; `until`: by this host's, which says when it has come.
    """

    client: str
    person: str
    name: str
    since: datetime
    until: datetime
    minutes: int


class Claimed(NamedTuple):
    """What claiming did. `taken_over`: the claims of others that it ended."""

    clients: int
    taken_over: tuple[Claim, ...]
