"""The small language in which a person filters the client list: words, and `field:value`, each negated by `-`."""

import re
from datetime import timedelta
from typing import NamedTuple

from .status import Reason, Status
from .text import folded
from .trouble import UsageError

FIELDS = {
    "status": "connected, expiring, expired, broken, disconnected or none",
    "reason": "why it is so, e.g. access_removed",
    "by": "who integrated it: e-mail address or name, or none",
    "software": "the accounting software's short name, or none",
    "team": "the team, or none",
    "code": "how the practice code starts, or none",
    "since": "changed within so many days: 30d, 2w, 12h",
}

_TERM = re.compile(r'(?=\S)(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))')
_AGE = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
NONE = "none"


class FilterError(UsageError):
    """A term that cannot be understood. `start` and `end`: where it stands in the text, in characters."""

    def __init__(self, says: str, start: int, end: int) -> None:
        super().__init__(says)
        self.start = start
        self.end = end


class Term(NamedTuple):
    """One term. `field`: None for a word. `value`: folded; "none" for a field means that it is empty."""

    field: str | None
    value: str
    negated: bool = False

    @property
    def age(self) -> timedelta:
        """What `since:` says."""
        found = _AGE.fullmatch(self.value)
        return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)


def parse(text: str) -> tuple[Term, ...]:
    """The terms of `text`; all of them must hold. Raises FilterError, which says where the mistake is.

    A word with a colon whose field is unknown is a mistake, not a word, unless it is quoted: `"a:b"`.
    """
    terms: list[Term] = []
    for found in _TERM.finditer(text):
        field = found["field"].lower() if found["field"] else None
        value = folded(found["quoted"] if found["quoted"] is not None else found["plain"])
        if field is not None:
            _check(field, value, found)
        if value:
            terms.append(Term(field, value, bool(found["minus"])))
    return tuple(terms)


def _check(field: str, value: str, found: re.Match[str]) -> None:
    span = found.span()
    if field not in FIELDS:
        raise FilterError(
            f'There is no field "{field}". Fields: {", ".join(FIELDS)}. For the words themselves use quotes.',
            *span,
        )
    if not value:
        return
    if field == "status" and value not in {*Status, NONE}:
        raise FilterError(f'There is no status "{value}". It is {FIELDS["status"]}.', *span)
    if field == "reason" and value not in {*Reason}:
        raise FilterError(f'There is no reason "{value}". Reasons: {", ".join(Reason)}.', *span)
    if field == "since" and not _AGE.fullmatch(value):
        raise FilterError(f'"{value}" is no span of time: write 30d, 2w or 12h.', *span)
