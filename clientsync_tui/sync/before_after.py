"""What a ledger entry changed, value by value, before and after."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..practice.bodies import fits
from ..practice.entries import Entry, Kind
from ..practice.model import DETAIL_TITLES
from ..practice.text import clean
from .history import WRONG_SHAPE

FIELDS = {
    Kind.CLIENT_RENAMED: ("Name", "name"),
    Kind.CODE_SET: ("Practice code", "code"),
    Kind.TEAM_ASSIGNED: ("Team", "team"),
    Kind.NOTE_SET: ("Client note", "note"),
}
SETTINGS = {
    "lists": "Lists pulled",
    "refresh_days": "Automatic refresh, days",
    "follow_details": "Details follow the organisation's",
    "note": "Integration note",
}


def changes(entry: Entry) -> list[tuple[str, str, str]]:
    """(what, before, after) for everything the entry changed; empty text where there was nothing or is nothing now.

    Nothing for an entry that can't be read.
    """
    if not fits(entry.kind, entry.body):
        return []
    try:
        return [(what, _text(before), _text(after)) for what, before, after in _changes(entry)]
    except WRONG_SHAPE:
        return []


def _changes(entry: Entry) -> Iterator[tuple[str, Any, Any]]:
    body = entry.body
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    if entry.kind in FIELDS:
        what, field = FIELDS[entry.kind]
        yield what, body.get("before"), body.get(field)
    elif entry.kind in (Kind.RECONNECTED, Kind.REASSIGNED):
        person: Mapping[str, Any] = body.get("from") or {}
        yield "Integrated by", person.get("email") or person.get("name"), entry.actor
    elif entry.kind in (Kind.REFRESHED, Kind.DETAILS_SET):
        before, after = body.get("before") or {}, body.get("details") or {}
        for name, value in after.items():
            yield DETAIL_TITLES.get(name, name), before.get(name), value
    elif entry.kind is Kind.SETTINGS_CHANGED:
        before, after = body.get("before") or {}, body["settings"]
        for name, value in after.items():
            if before.get(name) != value:
                yield SETTINGS.get(name, name), _setting(name, before.get(name)), _setting(name, value)
    elif entry.kind is Kind.ORGANISATION_CHANGED:
        before = body.get("before") or {}
        yield "Organisation", before.get("organisation_name"), body.get("organisation_name")
        yield "Organisation id", entry.organisation_id, body.get("organisation_id")


def _setting(name: str, value: Any) -> Any:
    return "all" if name == "lists" and value is None else value


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item).replace("_", " ") for item in value) or "none"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return clean(str(value))
