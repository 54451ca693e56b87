"""Reasons and statuses in words, with the next step. The screens, the command line and the history share these."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from ..practice.counted import counted
from ..practice.model import Client, Integration
from ..practice.status import SENT_PERHAPS, Fault, Reason, Standing, Status, Why

REASONS: dict[str, str] = {
    Reason.SIGN_IN_ENDING: "The sign-in ends soon unless it is used. Check it, or reconnect.",
    Reason.SIGN_IN_REFUSED: "The accounting app no longer accepts the sign-in. Reconnect.",
    Reason.SIGN_IN_LAPSED: "The sign-in ended because it was not used. Reconnect.",
    Reason.ACCESS_REMOVED: "The person who integrated it no longer has access. Ask for access, or ask a colleague to reassign it.",
    Reason.DISCONNECTED_THERE: "The organisation was disconnected in the accounting app. Reconnect.",
    Reason.ORGANISATION_CLOSED: "The organisation is closed. Ask the client.",
    Reason.UNPAID: "The client's subscription is not paid. Ask the client.",
    Reason.PERMISSION_MISSING: "The sign-in lacks a permission. Sign in again, allow everything the app asks for, and reconnect.",
    Reason.DISCONNECTED_HERE: "You or a colleague disconnected it. Add it again, or reconnect.",
    Fault.UNREACHABLE: "The accounting app could not be reached. Try again later.",
    Fault.LIMIT: "The accounting app allows no more calls for now. Try again later.",
    Fault.SERVER_ERROR: "The accounting app reported an internal error. Try again later.",
    Fault.NONSENSE: "The accounting app sent a reply we could not read. Try again later.",
    Why.ALREADY_ADDED: "Already on the client list.",
    Why.NO_ACCESS: "Your sign-in does not reach this organisation. Ask for access in the accounting app, or ask a colleague to do it.",
    Why.WRONG_ORGANISATION: "Another organisation answered under its id. If that is the right one, use Change integration.",
    Why.CHANGED_MEANWHILE: "Someone else changed it in the meantime. It was left alone.",
    Why.CANCELLED: "It was cancelled before it started.",
    Why.MAY_BE_SENT: SENT_PERHAPS,
    Why.APP_REJECTED: "The accounting app rejected the practice's app credentials. Check them with `clientsync setup`.",
}

SHORT: dict[str, str] = {
    Reason.SIGN_IN_ENDING: "sign-in ending",
    Reason.SIGN_IN_REFUSED: "sign-in refused",
    Reason.SIGN_IN_LAPSED: "sign-in lapsed",
    Reason.ACCESS_REMOVED: "access removed",
    Reason.DISCONNECTED_THERE: "disconnected there",
    Reason.ORGANISATION_CLOSED: "organisation closed",
    Reason.UNPAID: "unpaid",
    Reason.PERMISSION_MISSING: "permission missing",
    Reason.DISCONNECTED_HERE: "disconnected here",
    Fault.UNREACHABLE: "unreachable",
    Fault.LIMIT: "limit reached",
    Fault.SERVER_ERROR: "server error",
    Fault.NONSENSE: "unreadable reply",
    Why.ALREADY_ADDED: "already added",
    Why.NO_ACCESS: "no access",
    Why.WRONG_ORGANISATION: "wrong organisation",
    Why.CHANGED_MEANWHILE: "changed meanwhile",
    Why.CANCELLED: "cancelled",
    Why.MAY_BE_SENT: "may have been sent",
    Why.APP_REJECTED: "app credentials rejected",
}

SYMBOLS: dict[Status, str] = {
    Status.CONNECTED: "●",
    Status.EXPIRING: "◔",
    Status.EXPIRED: "✗",
    Status.BROKEN: "!",
    Status.DISCONNECTED: "○",
}
ASCII_SYMBOLS: dict[Status, str] = {
    Status.CONNECTED: "*",
    Status.EXPIRING: "~",
    Status.EXPIRED: "x",
    Status.BROKEN: "!",
    Status.DISCONNECTED: "-",
}

STYLES: dict[Status | None, str] = {
    Status.CONNECTED: "ok",
    Status.EXPIRING: "warning",
    Status.EXPIRED: "error",
    Status.BROKEN: "error",
    Status.DISCONNECTED: "muted",
    None: "muted",
}
"""What a status's colour means."""


def status_words(standing: Standing | None, ends_in_days: int | None = None) -> str:
    """A status as shown in a row: "expires in 9 days", "expired 3 days ago", "broken: access removed"."""
    if standing is None:
        return "not connected"
    days = ends_in_days
    if standing.reason is Reason.SIGN_IN_ENDING and days is not None:
        return "expires today" if days <= 0 else f"expires in {counted(days, 'day')}"
    if standing.reason is Reason.SIGN_IN_LAPSED and days is not None:
        return "expired today" if days >= 0 else f"expired {counted(-days, 'day')} ago"
    if standing.status in (Status.EXPIRED, Status.BROKEN) and standing.reason is not None:
        return f"{standing.status}: {SHORT[standing.reason]}"
    return str(standing.status)


FAULTS: dict[str, str] = {
    Fault.UNREACHABLE: "{app} could not be reached",
    Fault.LIMIT: "{app} allowed no more calls",
    Fault.SERVER_ERROR: "{app} reported an internal error",
    Fault.NONSENSE: "{app} sent a reply we could not read",
}


def link_words(link: Integration, now: datetime) -> str:
    """An integration's status in words, without faults met by the last call."""
    if is_signed_out(link):
        return f"{link.standing.status}: signed out"
    return status_words(link.standing, days_left(link, now))


def is_signed_out(link: Integration) -> bool:
    """Whether it is expired because someone signed out here, and not because the app refused the sign-in."""
    return link.signed_out and link.problem is Reason.SIGN_IN_REFUSED


def unchecked(link: Integration, when: Callable[[datetime], str], app: str) -> str | None:
    """`not checked since 14:02 (APP could not be reached)`, counted from the last good check; None if the last call
    worked or there is nothing to check.
    """
    if link.last_fault is None or link.problem is Reason.DISCONNECTED_HERE:
        return None
    why = FAULTS.get(link.last_fault.what, "{app} did not answer").format(app=app)
    return f"not checked since {when(last_good(link))} ({why})"


def last_good(link: Integration) -> datetime:
    """When its organisation last answered a call."""
    return link.checked_at or link.connected_at


def days_left(link: Integration, now: datetime) -> int | None:
    """Days until the sign-in ends, counting a started day as a whole; negative if it has ended."""
    return math.ceil((link.expires_at - now) / timedelta(days=1)) if link.expires_at else None


def next_step(link: Integration, client: Client) -> str | None:
    """What happened to an integration and what to do about it; None if there is nothing to do."""
    if link.problem is Reason.DISCONNECTED_HERE:
        active = [other for other in client.integrations if other.problem is not Reason.DISCONNECTED_HERE]
        if active:
            return f"The client is connected to {active[0].organisation_name} instead. Nothing to do here."
    if is_signed_out(link):
        return (
            f"{link.integrated_by.name or link.integrated_by.email} signed out here. Sign in, then reconnect."
        )
    return REASONS[link.standing.reason] if link.standing.reason else None
