"""The status of an integration. One function derives it from the ledger and today's date."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

EXPIRING_WITHIN = timedelta(days=14)
SHORT_LIFE_LEFT = 4
"""Sign-ins that live no longer than `EXPIRING_WITHIN` count as expiring once less than this fraction of their life
is left.
"""


class Status(StrEnum):
    """The state of an integration today, from best to worst. A client with several integrations shows the worst
    (`weight`).
    """

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    BROKEN = "broken"


SEVERITY = {status: rank for rank, status in enumerate(Status)}


def weight(status: Status) -> int:
    """How a status ranks among the client's others. A disconnected integration counts only if there is no other."""
    return -1 if status is Status.DISCONNECTED else SEVERITY[status]


class Reason(StrEnum):
    """The reason of a status."""

    SIGN_IN_ENDING = "sign_in_ending"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_LAPSED = "sign_in_lapsed"
    ACCESS_REMOVED = "access_removed"
    DISCONNECTED_THERE = "disconnected_there"
    ORGANISATION_CLOSED = "organisation_closed"
    UNPAID = "unpaid"
    PERMISSION_MISSING = "permission_missing"
    DISCONNECTED_HERE = "disconnected_here"


class Fault(StrEnum):
    """A passing fault. It changes no status: the integration shows as "not checked since" its last good check."""

    UNREACHABLE = "unreachable"
    LIMIT = "limit"
    SERVER_ERROR = "server_error"
    NONSENSE = "nonsense"


class Why(StrEnum):
    """Further reasons for an item of a plan or job, besides those of a status or a fault."""

    ALREADY_ADDED = "already_added"
    NO_ACCESS = "no_access"
    WRONG_ORGANISATION = "wrong_organisation"
    CHANGED_MEANWHILE = "changed_meanwhile"
    CANCELLED = "cancelled"
    MAY_BE_SENT = "may_be_sent"
    APP_REJECTED = "app_rejected"
    """The accounting app rejected the client id or secret of the practice's app. JSON has a closed list of reasons,
    so there it is `no_access`.
    """


SENT_PERHAPS = "It may have been sent: the program stopped in the middle. It is not sent again. Check whether it arrived."
"""For an item that must never run twice, when we don't know whether it ran."""


STATUS_OF_PROBLEM = {
    Reason.SIGN_IN_REFUSED: Status.EXPIRED,
    Reason.SIGN_IN_LAPSED: Status.EXPIRED,
    Reason.ACCESS_REMOVED: Status.BROKEN,
    Reason.DISCONNECTED_THERE: Status.BROKEN,
    Reason.ORGANISATION_CLOSED: Status.BROKEN,
    Reason.UNPAID: Status.BROKEN,
    Reason.PERMISSION_MISSING: Status.BROKEN,
    Reason.DISCONNECTED_HERE: Status.DISCONNECTED,
}

#: No sign-in can fix these: the client has to act first.
FOR_THE_CLIENT = frozenset({Reason.ORGANISATION_CLOSED, Reason.UNPAID})

#: A sign-in for one organisation does not get over these: only a new one does.
NEEDS_CONSENT = frozenset({Reason.ACCESS_REMOVED, Reason.DISCONNECTED_THERE, Reason.PERMISSION_MISSING})


class Standing(NamedTuple):
    """A status with its reason (None if connected)."""

    status: Status
    reason: Reason | None = None


def expiring_from(ends_at: datetime, used_at: datetime | None) -> datetime:
    """When a sign-in starts to count as expiring: 14 days before its end, or in the last quarter of its life if it
    lives no longer than that.

    Otherwise a short-lived sign-in would always be expiring. `used_at`: when it was last used (None: it is
    long-lived).
    """
    life = None if used_at is None else ends_at - used_at
    return ends_at - (EXPIRING_WITHIN if life is None or life > EXPIRING_WITHIN else life / SHORT_LIFE_LEFT)


def standing_of(
    problem: Reason | None,
    sign_in_ends_at: datetime | None,
    now: datetime,
    sign_in_used_at: datetime | None = None,
) -> Standing:
    """The one function that derives a status.

    `problem`: what the last check found, None if it worked. `sign_in_ends_at`: when its sign-in ends unless it is used (None: no known
    end); `sign_in_used_at`: when it was used last, from which its life counts. A problem of the organisation comes before the sign-in's age: signing in again does not fix a client that disconnected us.
    """
    if problem is not None:
        return Standing(STATUS_OF_PROBLEM[problem], problem)
    if sign_in_ends_at is not None:
        if sign_in_ends_at <= now:
            return Standing(Status.EXPIRED, Reason.SIGN_IN_LAPSED)
        if expiring_from(sign_in_ends_at, sign_in_used_at) <= now:
            return Standing(Status.EXPIRING, Reason.SIGN_IN_ENDING)
    return Standing(Status.CONNECTED)
