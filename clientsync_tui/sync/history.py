"""A ledger entry in words: who did what, and what was there before."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..practice.bodies import fits
from ..practice.counted import counted, singular
from ..practice.entries import Entry, Kind
from ..practice.model import DETAIL_TITLES
from ..practice.people import Person
from ..practice.text import clean
from .words import SHORT

_Body = Mapping[str, Any]


def _changed(what: str, field: str) -> Callable[[_Body], str]:
    def says(body: _Body) -> str:
        before = f" (before: {body['before']})" if body.get("before") else ""
        return f"{what} set to {body[field]}{before}" if body.get(field) else f"{what} cleared{before}"

    return says


def _taken_over(what: str) -> Callable[[_Body], str]:
    def says(body: _Body) -> str:
        person: _Body = body.get("from") or {}
        was = f", was {SHORT[body['was']]}" if body.get("was") in SHORT else ""
        return f"{what} from {person.get('name') or person.get('email') or 'nobody'}{was}"

    return says


def _reconnected(body: _Body) -> str:
    person: _Body = body.get("from") or {}
    was = f", was {SHORT[body['was']]}" if body.get("was") in SHORT else ""
    return f"reconnected (before: integrated by {person.get('name') or person.get('email') or 'nobody'}{was})"


def _found(what: str) -> Callable[[_Body], str]:
    def says(body: _Body) -> str:
        return f"{what}: {SHORT.get(body.get('reason') or '', 'unknown reason')}"

    return says


def _lists(body: _Body) -> str:
    lists: Mapping[str, int] = body.get("lists") or {}
    several = ((name.replace("_", " "), count) for name, count in lists.items())
    counts = ", ".join(counted(count, singular(name), name) for name, count in several)
    return (f": {counts}" if counts else "") + _refused_lists(body)


def _refused_lists(body: _Body) -> str:
    names = [name.replace("_", " ") for name in body.get("refused_lists") or ()]
    return f"; refused by the accounting app: {', '.join(names)}" if names else ""


def _titles(details: Iterable[str]) -> str:
    return ", ".join(DETAIL_TITLES.get(name, name).lower() for name in details)


def _refreshed(body: _Body) -> str:
    details: _Body = body.get("details") or {}
    return f"refreshed{_lists(body)}" + (f"; changed: {_titles(details)}" if details else "")


def _connected(body: _Body) -> str:
    linked = f", linked by {body['linked_by']}" if body.get("linked_by") else ""
    return f"integrated with {body['organisation_name']}{linked}{_lists(body)}"


def _signed_in(body: _Body) -> str:
    organisation: _Body = body.get("organisation") or {}
    which = f" for {organisation['name']}" if organisation.get("name") else ""
    person = Person("", body["person"]["name"], body["person"]["email"])
    return f"signed in as {person.known_as('<>')}{which}"


def _disconnected(body: _Body) -> str:
    where = {
        "ended": "here and in the accounting app",
        "gone": "it had already ended in the accounting app",
        "kept": "here only: the accounting app refused",
        "unreachable": "here only: the accounting app could not be reached",
        "nowhere": "here only: the accounting app has no way to disconnect it from here",
    }.get(body.get("there", ""), "here only: the sign-in is a colleague's")
    return f"disconnected, {where}"


def _claim_taken_over(body: _Body) -> str:
    person: _Body = body.get("from") or {}
    return f"took over the claim from {person.get('name') or person.get('role') or 'nobody'}"


_SAYS: Mapping[str, Callable[[_Body], str]] = {
    Kind.CLIENT_ADDED: lambda body: "client added" + (f" to team {body['team']}" if body.get("team") else ""),
    Kind.CLIENT_REMOVED: lambda body: "client removed from the list",
    Kind.CLIENT_RESTORED: lambda body: "client put back on the list",
    Kind.CLIENT_RENAMED: _changed("name", "name"),
    Kind.CODE_SET: _changed("practice code", "code"),
    Kind.TEAM_CREATED: lambda body: f"team {body['team']} created",
    Kind.TEAM_ASSIGNED: _changed("team", "team"),
    Kind.TEAM_DELETED: lambda body: (
        f"team {body['team']} renamed to {body['becomes']}"
        if body.get("becomes")
        else f"team {body['team']} deleted"
    ),
    Kind.NOTE_SET: _changed("note", "note"),
    Kind.DETAILS_SET: lambda body: f"details changed: {_titles(body['details'])}",
    Kind.SIGNED_IN: _signed_in,
    Kind.SIGN_IN_USED: lambda body: "sign-in used, so it stays valid",
    Kind.SIGNED_OUT: lambda body: "signed out",
    Kind.INTEGRATION_CONNECTED: _connected,
    Kind.RECONNECTED: _reconnected,
    Kind.REASSIGNED: _taken_over("took over"),
    Kind.REFRESHED: _refreshed,
    Kind.DISCONNECTED: _disconnected,
    Kind.FOUND_EXPIRED: _found("found expired"),
    Kind.FOUND_BROKEN: _found("found broken"),
    Kind.FOUND_WORKING: lambda body: "found working again",
    Kind.SETTINGS_CHANGED: lambda body: "settings of the integration changed",
    Kind.CLAIM_TAKEN_OVER: _claim_taken_over,
    Kind.ORGANISATION_CHANGED: lambda body: f"moved to another organisation: {body['organisation_name']}",
}


CANT_BE_READ = "(an entry that can't be read)"
WRONG_SHAPE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What reading a body may raise if this program didn't write it."""


def described(entry: Entry) -> str:
    """What happened, without who, when and where. Never raises, because a member of a shared practice may have
    appended anything.
    """
    if not fits(entry.kind, entry.body):
        return CANT_BE_READ
    try:
        return clean(_SAYS[entry.kind](entry.body))
    except WRONG_SHAPE:
        return CANT_BE_READ


def line(entry: Entry, client: str | None = None) -> str:
    """The entry as one line. `client`: the client's name, for a list about several clients."""
    parts = [
        entry.at[:19].replace("T", " "),
        entry.actor,
        client or "",
        entry.software or "",
        described(entry),
    ]
    return clean("  ".join(part for part in parts if part))
