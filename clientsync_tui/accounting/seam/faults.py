"""Passing faults of a server, in words, for an app's API, its token endpoint and its other documents.

They say nothing about a sign-in or an organisation. `server`: whose fault it is, the app's or its sign-in server's.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ...practice.status import Fault
from ...practice.trouble import PassingTrouble
from .limits import Limits


def passing(server: str, fault: Fault, what: str) -> PassingTrouble:
    """A fault that may be over at the next try."""
    return PassingTrouble(fault, f"{server} {what}; try again later.")


def internal_error(server: str, code: object) -> PassingTrouble:
    """The server had an internal error. `code`: its status or error word."""
    return passing(server, Fault.SERVER_ERROR, f"reported an internal error ({code})")


def limited(server: str, wait_s: float, now: datetime) -> PassingTrouble:
    """No more calls for `wait_s` seconds."""
    until = now + timedelta(seconds=wait_s)
    return PassingTrouble(
        Fault.LIMIT, f"{server} allows no more calls until {until:%d %b %H:%M:%S} UTC; try again then.", until
    )


def of_status(server: str, status: int, headers: Mapping[str, str], limits: Limits) -> PassingTrouble | None:
    """The fault implied by the status alone, regardless of who wrote the answer: too many calls, or an internal error.
    Otherwise None.
    """
    if status == 429:
        now = datetime.now(UTC)
        if (wait_s := limits.retry_after_s(headers, now)) is not None:
            return limited(server, wait_s, now)
        return passing(server, Fault.LIMIT, "allows no more calls for now")
    return internal_error(server, status) if status >= 500 else None
