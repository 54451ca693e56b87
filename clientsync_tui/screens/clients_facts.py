"""What is shown around the client list: how many are of each status, groups to mend at once, and who is signed in here."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from ..practice.people import SignIn
from ..practice.status import Status
from ..store.clients import Group
from ..sync.tabs import Tab
from ..workplace import Workplace

GROUPED = frozenset({Status.EXPIRED, Status.BROKEN})
"""The tabs under which clients are shown by reason and colleague too."""


class Facts(NamedTuple):
    """What is shown around the rows."""

    counts: Counter[Status | None]
    groups: list[Group]
    held: list[SignIn]


def facts_now(workplace: Workplace, tab: Tab, now: datetime) -> Facts:
    """Reads them for a tab."""
    clients = workplace.store.clients
    status = tab.statuses[0]
    groups = clients.groups(status, now) if status and status in GROUPED else []
    return Facts(clients.counts(now), groups, workplace.held())


def is_you(group: Group, people: set[tuple[str, str]]) -> bool:
    """Whether the person of a group is one of these: (software, id)."""
    return any(person == group.person.id for _, person in people)
