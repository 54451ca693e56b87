"""Which shape an entry's body must have. Members of a shared practice can append entries without this program."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

from .entries import Kind
from .status import Reason

Body = Mapping[str, Any]

UNREADABLE: Body = MappingProxyType({})
"""Stands for a body that this program would never write. It is valid for no kind."""
MOST_DEEP = 20
MOST_DIGITS = 18
"""Our own limits: Python's differ between versions, and every host has to read an entry the same way."""
MOST_REFRESH_DAYS = 36_500


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _TooMuch
    return int(digits)


def _decimal(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise _TooMuch
    return value


class _TooMuch(Exception):
    pass


_decode = json.JSONDecoder(parse_int=_whole, parse_float=_decimal).decode
_encode = json.JSONEncoder(ensure_ascii=False).encode


def body_of(text: str) -> Body:
    """The body stored in a row of the ledger, or `UNREADABLE`.

    Raises JSONDecodeError if it is not JSON: then the row is damaged.
    """
    try:
        body: Any = _decode(text)
        # Half a surrogate pair can't be encoded as UTF-8, neither for a terminal nor for the file.
        if "\\ud" in text.lower():
            _encode(body).encode()
    except (_TooMuch, RecursionError, UnicodeEncodeError):
        return UNREADABLE
    if not isinstance(body, dict) or (text.count("{") + text.count("[") > MOST_DEEP and _is_deep(body)):
        return UNREADABLE
    return body  # pyright: ignore[reportUnknownVariableType]


def _is_deep(value: Any, left: int = MOST_DEEP) -> bool:
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = list(value.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    elif isinstance(value, list):
        inner = value  # pyright: ignore[reportUnknownVariableType]
    else:
        return False
    return left == 0 or any(_is_deep(part, left - 1) for part in inner)


def fits(kind: str, body: Body) -> bool:
    """Whether the body has everything its kind needs, with the right types. Further fields are ignored."""
    if body is UNREADABLE:
        return False
    needed = _NEEDED.get(kind, ())
    if not all(name in body and (kind in _CLEARS or body[name] is not None) for name in needed):
        return False
    if any(_is_blank(body.get(name)) for name in _NAMES.get(kind, ())):
        return False
    return all(is_right(body[name]) for name, is_right in _TYPES.items() if name in body)


def texts(details: Body) -> dict[str, str | None]:
    """The details that are text, or None for a removed detail."""
    return {name: value for name, value in details.items() if value is None or isinstance(value, str)}


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _object_or_none(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _time(value: Any) -> bool:
    if not value:
        return value is None or value == ""
    try:
        # Without an offset, each host would read it as a different time.
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _reason(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value in list(Reason))


def _person(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str)  # pyright: ignore[reportUnknownMemberType]
        for name in ("id", "name", "email")
    )


def _organisation(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and all(map(_text_or_none, value.values())))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _settings(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    settings = cast("Body", value)
    lists: Any = settings.get("lists")
    days: Any = settings.get("refresh_days", 0)
    return (
        (lists is None or (isinstance(lists, list) and all(map(_text, lists))))  # pyright: ignore[reportUnknownArgumentType]
        and isinstance(days, int)
        and 0 <= days <= MOST_REFRESH_DAYS
        and isinstance(settings.get("follow_details", True), bool)
        and isinstance(settings.get("note", ""), str)
    )


_NEEDED: Mapping[str, tuple[str, ...]] = {
    Kind.CLIENT_ADDED: ("name",),
    Kind.CLIENT_RENAMED: ("name",),
    Kind.CODE_SET: ("code",),
    Kind.TEAM_CREATED: ("team",),
    Kind.TEAM_ASSIGNED: ("team",),
    Kind.TEAM_DELETED: ("team",),
    Kind.NOTE_SET: ("note",),
    Kind.DETAILS_SET: ("details",),
    Kind.SIGNED_IN: ("sign_in", "person"),
    Kind.SIGN_IN_USED: ("sign_in",),
    Kind.SIGNED_OUT: ("sign_in",),
    Kind.INTEGRATION_CONNECTED: ("organisation_name", "sign_in"),
    Kind.RECONNECTED: ("sign_in",),
    Kind.REASSIGNED: ("sign_in",),
    Kind.SETTINGS_CHANGED: ("settings",),
    Kind.ORGANISATION_CHANGED: ("organisation_id", "organisation_name", "sign_in"),
}
_CLEARS = frozenset({Kind.CODE_SET, Kind.TEAM_ASSIGNED, Kind.NOTE_SET})
"""Kinds whose value may be None, which means that it was cleared."""
_NAMES: Mapping[str, tuple[str, ...]] = {
    Kind.CLIENT_RENAMED: ("name",),
    Kind.TEAM_CREATED: ("team",),
    Kind.TEAM_ASSIGNED: ("team",),
    Kind.TEAM_DELETED: ("becomes",),
}
"""What becomes a name, and so can't be blank. A team that is deleted may be one that got a blank name before.

A client is added whatever its name is: it must not be lost.
"""
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "name": _text_or_none,
    "practice_code": _text_or_none,
    "code": _text_or_none,
    "team": _text_or_none,
    "becomes": _text_or_none,
    "note": _text_or_none,
    "details": _object_or_none,
    "sign_in": _text_or_none,
    "person": _person,
    "ends_at": _time,
    "organisation": _organisation,
    "organisation_id": _text_or_none,
    "organisation_name": _text_or_none,
    "settings": _settings,
    "reason": _reason,
}
