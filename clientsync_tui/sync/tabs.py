"""The tabs of the client list, one per status."""

from typing import NamedTuple

from ..practice.filter import NONE, Term
from ..practice.status import Status


class Tab(NamedTuple):
    """One tab. `statuses`: those it counts; None means no integration at all."""

    key: str
    title: str
    statuses: tuple[Status | None, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """The filter terms for what the list shows under this tab."""
        if self.key == "all":
            return ()
        others = [status for status in (*Status, None) if status not in self.statuses]
        if len(self.statuses) == 1:
            return (Term("status", self.statuses[0] or NONE),)
        return tuple(Term("status", status or NONE, negated=True) for status in others)


TABS = (
    Tab("all", "All", (*Status, None)),
    Tab("connected", "Connected", (Status.CONNECTED,)),
    Tab("expiring", "Expiring", (Status.EXPIRING,)),
    Tab("expired", "Expired", (Status.EXPIRED,)),
    Tab("broken", "Broken", (Status.BROKEN,)),
    Tab("none", "Not connected", (Status.DISCONNECTED, None)),
)
