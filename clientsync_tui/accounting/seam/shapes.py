"""Answers read without trust: whatever is missing, null or of another type is nonsense, not a crash."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from ...practice.status import Fault
from ...practice.text import clean
from ...practice.trouble import PassingTrouble
from .software import Record

_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")
_LONGEST_SAID = 200
_LONGEST_WORDS = 1_000  # no software takes a name that long; one of megabytes would be drawn with every row
_DEEPEST = 50
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def nonsense(what: str) -> PassingTrouble:
    """The trouble with an answer that does not say `what` as it should."""
    return PassingTrouble(Fault.NONSENSE, f"The answer makes no sense ({what}); try again later.")


def lower_keys(value: Any) -> Mapping[str, Any]:
    """An object with its keys in lower case (some softwares write `title` and `Title`); empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {key.lower(): each for key, each in cast(dict[str, Any], value).items()}


def under(value: Any, key: str) -> Any:
    """What an object holds under `key`, in whatever case it is written."""
    return lower_keys(value).get(key.lower())


def words(value: Any) -> str:
    """A text, cleaned, without blanks around it and no longer than any name; empty for null and every other type."""
    return clean(value[: 2 * _LONGEST_WORDS]).strip()[:_LONGEST_WORDS] if isinstance(value, str) else ""


def said(value: Any) -> str:
    """What an error says, short enough for a message."""
    return words(value)[:_LONGEST_SAID]


def rows(value: Any, what: str) -> Sequence[Mapping[str, Any]]:
    """An array of objects, their keys in lower case."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in cast(list[Any], value)):
        raise nonsense(what)
    return [lower_keys(row) for row in cast(list[Any], value)]


def an_id(row: Mapping[str, Any], key: str) -> str:
    """An id: it travels in headers and addresses, so it must look like one."""
    value = row.get(key)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise nonsense(key)
    return value


def objects(value: Any) -> Sequence[Mapping[str, Any]]:
    """The objects of an array that may be absent, their keys in lower case; what is none is left out."""
    if not isinstance(value, list):
        return ()
    return [lower_keys(each) for each in cast(list[Any], value) if isinstance(each, dict)]


def day_of_year(day: int, month: int) -> str:
    """A day of every year in words, as "31 March"; empty for what is none."""
    return f"{day} {_MONTHS[month - 1]}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def records(
    answer: Any, key: str, id_key: str, *, name: str = "name", code: str | None = None
) -> Sequence[Record]:
    """The lines under `key` as the software names their fields, all text cleaned, with `id`, `name` and `code` added.

    `id_key`, `name` and `code`: the fields that say them.
    """
    lines = under(answer, key)
    if not isinstance(lines, list):
        raise nonsense(key)
    found: list[Record] = []
    for line in cast(list[Any], lines):
        fields = lower_keys(line)
        line_id = words(fields.get(id_key.lower()))
        if not line_id:
            raise nonsense(key)
        record: dict[str, Any] = {**_cleaned(line), "id": line_id, "name": words(fields.get(name.lower()))}
        if code is not None and (its_code := words(fields.get(code.lower()))):
            record["code"] = its_code
        found.append(record)
    return found


def _cleaned(value: Any, depth: int = 0) -> Any:
    """All text cleaned, and no number that JSON has no word for. Raises for what is nested deeper than any record."""
    if depth > _DEEPEST:
        raise nonsense("records within records")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_cleaned(each, depth + 1) for each in cast(list[Any], value)]
    if isinstance(value, dict):
        return {clean(key): _cleaned(each, depth + 1) for key, each in cast(dict[str, Any], value).items()}
    return value
