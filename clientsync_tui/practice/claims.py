"""Claims: "I am working on these clients". A claim blocks nobody and expires by itself."""

from datetime import datetime
from typing import NamedTuple

USUAL_MINUTES = 30
"""How long a claim lasts without activity."""
MOST_MINUTES = 24 * 60


class Claim(NamedTuple):
    """A claim on one client. `person`: the actor, as in the ledger. `name`: what colleagues call them.

    `since` is by the clock of the practice's home, like the time of every entry. `until` is by this host's clock.
    """

    client: str
    person: str
    name: str
    since: datetime
    until: datetime
    minutes: int


class Claimed(NamedTuple):
    """The result of claiming. `taken_over`: the claims of others that it ended."""

    clients: int
    taken_over: tuple[Claim, ...]
