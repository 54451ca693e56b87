"""The filter language of the client list: words and `field:value` terms; `-` before a term negates it."""

import difflib
import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from . import longest
from .model import Client, Integration
from .status import Reason, Status
from .text import folded, searched
from .trouble import UsageError

FIELDS = {
    "status": "connected, expiring, expired, broken, disconnected or none",
    "reason": 'the reason, in the words of the list: access-removed, or "sign-in refused"',
    "by": "who integrated it: you, an e-mail address or name, or none",
    "software": "the accounting app's short name, or none",
    "team": "the team, or none",
    "code": "how the practice code starts, or none",
    "claimed": "who claimed it: you, a name, or none",
    "since": "changed since: today, yesterday, monday, 3d, 2w, 12h or 2026-03-01",
}

_TERM = re.compile(r'(?=\S)(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))')
_AGE = re.compile(r"(\d{1,4})([hdw])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_YEAR = 1900
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = ("today", "yesterday", *_WEEKDAYS, *(day[:3] for day in _WEEKDAYS))
NEAR = 0.5
"""How similar a wrong field name must be to an existing one before we suggest it (difflib's ratio)."""
NONE = "none"
YOU = "you"


class FilterError(UsageError):
    """A term that is not valid. `start` and `end`: its position in the text, in characters."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


class Term(NamedTuple):
    """One term. `field`: None for a word. `value`: folded; "none" for a field means that it is empty."""

    field: str | None
    value: str
    negated: bool = False

    def since(self, now: datetime) -> datetime:
        """The moment that `since:` refers to. A day begins at midnight in the local time zone."""
        if found := _AGE.fullmatch(self.value):
            return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
        today = now.astimezone().date()
        if self.value in _DAYS:
            ago = _days_ago(self.value, today)
            day = today - timedelta(days=ago)
        else:
            day = date.fromisoformat(self.value)
        return datetime.combine(day, time.min).astimezone()


def parse(text: str) -> tuple[Term, ...]:
    """The terms of `text`, all of which must match. Raises FilterError with the position of the mistake.

    A word with a colon and an unknown field is a mistake, unless it is quoted: `"a:b"`.
    """
    if len(text) > longest.FILTER:
        raise FilterError(longest.sentence("The filter", longest.FILTER), longest.FILTER, len(text))
    terms: list[Term] = []
    for found in _TERM.finditer(text):
        field = found["field"].lower() if found["field"] else None
        value = folded(found["quoted"] if found["quoted"] is not None else found["plain"])
        if field == "reason":
            # People write what they see ("sign-in refused"), scripts use the JSON name (sign_in_refused).
            value = re.sub(r"[ -]+", "_", value)
        if field is not None:
            _check(field, value, found)
        if value:
            terms.append(Term(field, value, bool(found["minus"])))
    return tuple(terms)


def _check(field: str, value: str, found: re.Match[str]) -> None:
    span = found.span()
    if field not in FIELDS:
        near = difflib.get_close_matches(field, FIELDS, 1, NEAR)
        hint = f'Did you mean "{near[0]}:"? ' if near else ""
        raise FilterError(
            f'There is no field "{field}". {hint}Fields: {", ".join(FIELDS)}. To search for these words, put them in quotes.',
            *span,
        )
    if not value:
        return
    if field == "status" and value not in {*Status, NONE}:
        raise FilterError(f'There is no status "{value}". It is {FIELDS["status"]}.', *span)
    if field == "reason" and value not in {*Reason}:
        raise FilterError(
            f'There is no reason "{value}". Reasons: {", ".join(Reason).replace("_", "-")}.', *span
        )
    if field == "since" and not _is_time(value):
        raise FilterError(
            f'"{value}" is not a time. Write today, yesterday, monday, 30d, 2w, 12h or 2026-03-01.', *span
        )


def _is_time(value: str) -> bool:
    if _AGE.fullmatch(value) or value in _DAYS:
        return True
    try:
        # East of Greenwich, the first midnight of year 1 is out of range.
        return _DATE.fullmatch(value) is not None and date.fromisoformat(value).year >= FIRST_YEAR
    except ValueError:
        return False


def matching(client: Client, terms: Collection[Term], held: Collection[str]) -> Client:
    """The client, with only those integrations that the terms match; with all if the terms don't single any out.

    `held`: the ids of the user's own sign-ins.
    """
    links = tuple(link for link in client.integrations if all(_is_about(term, link, held) for term in terms))
    return client._replace(integrations=links) if links else client


def _is_about(term: Term, link: Integration, held: Collection[str]) -> bool:
    if term.negated or term.value == NONE:
        return True
    match term.field:
        case "status":
            return link.standing.status == term.value
        case "reason":
            return link.standing.reason == term.value
        case "software":
            return link.software == term.value
        case "by" if term.value == YOU:
            return link.sign_in in held
        case "by":
            wanted = searched(term.value)
            return any(
                wanted in searched(text) for text in (link.integrated_by.name, link.integrated_by.email)
            )
        case _:
            return True


def _days_ago(day: str, today: date) -> int:
    """How many days ago a named day was. A weekday is the most recent one, today included."""
    if day in ("today", "yesterday"):
        return int(day == "yesterday")
    weekday = next(n for n, name in enumerate(_WEEKDAYS) if name.startswith(day))
    return (today.weekday() - weekday) % 7
