"""Reads answers without trusting them: anything missing, null or of the wrong type is nonsense, not a crash."""

import json
import math
import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from ...practice import longest
from ...practice.status import Fault
from ...practice.text import UNSAFE_BESIDE_C0, clean
from ...practice.trouble import PassingTrouble
from .left_out import leave_out
from .software import Record

# Some apps' ids have parts with a slash between them; no part is empty or made of dots.
_ID = re.compile(r"(?=.{1,100}\Z)[0-9A-Za-z_-]+(?:/[0-9A-Za-z_-]+)*")
_LONGEST_SAID = 200
_LONGEST_WORDS = 1_000  # no app accepts a name that long, and one of megabytes would be drawn with every row
_DEEPEST = 50
_NESTING = frozenset((dict, list))
# JSON can contain C0 controls only as escapes within a text. Most four-digit escapes (&, <, accented letters)
# are harmless.
_UNSAFE_ESCAPE = re.compile(r"\\(?:[bfnrt]|u(?!00[2-6c-fC-F]))")
_UNSAFE = re.compile(f"[{UNSAFE_BESIDE_C0}]")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def nonsense(what: str) -> PassingTrouble:
    """The trouble with an answer that lacks a proper `what`."""
    return PassingTrouble(
        Fault.NONSENSE, f"The accounting app sent a reply we could not read ({what}); try again later."
    )


def read(text: str) -> Any:
    """The value of a JSON text, with all texts cleaned. Numbers that JSON doesn't allow (NaN) are rejected. Raises
    ValueError and RecursionError if it is not JSON, PassingTrouble if it is nested too deeply.

    Most answers need no cleaning, which one look at the whole shows: a call per text would cost a job a sixth of
    its time.
    """
    value = _JSON.decode(text)
    if _is_deep([value]):
        raise nonsense("records within records")
    hidden = "\x7f" in text if text.isascii() else _UNSAFE.search(text)
    return _cleaned(value) if hidden or _UNSAFE_ESCAPE.search(text) else value


def lower_keys(value: Any) -> Mapping[str, Any]:
    """An object with keys in lower case (some apps write both `title` and `Title`); empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {key.lower(): item for key, item in cast(dict[str, Any], value).items()}


def under(value: Any, key: str) -> Any:
    """The value under `key`, ignoring case."""
    return lower_keys(value).get(key.lower())


def words(value: Any) -> str:
    """A text, cleaned, trimmed and no longer than any real name; empty for null and every other type."""
    return clean(value[: 2 * _LONGEST_WORDS]).strip()[:_LONGEST_WORDS] if isinstance(value, str) else ""


def contact(*, name: Any = None, email: Any = None, phone: Any = None) -> dict[str, str]:
    """How to reach an organisation, under our names for details. An impossible e-mail address is left out."""
    found = {"contact_name": words(name), "email": words(email), "phone": words(phone)}
    if "@" not in found["email"] or " " in found["email"]:
        found["email"] = ""
    return {key: value for key, value in found.items() if value and len(value) <= longest.CONTACT}


def text_of(value: Any) -> str:
    """The same for an id or a code, which may also be a whole number; its digits are returned."""
    return str(value) if type(value) is int else words(value)


def whole_number(value: Any) -> int | None:
    """A whole number, which some apps write as text; None for everything else."""
    text = text_of(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def error_text(value: Any) -> str:
    """An error's message, short enough to show."""
    return words(value)[:_LONGEST_SAID]


def rows(value: Any, what: str, id_key: str) -> Sequence[Mapping[str, Any]]:
    """The rows of an array: keys in lower case, the id from `id_key` as text. Rows that are not objects or have no
    id are left out.
    """
    found: list[Mapping[str, Any]] = []
    for row in _array(value, what):
        if row_id := id_under(lowered := lower_keys(row), id_key):
            found.append({**lowered, id_key: row_id})
        else:
            leave_out(what, "no usable id")
    return found


def id_under(row: Mapping[str, Any], key: str) -> str:
    """A row's id, empty if it has none. It is used in headers and addresses, so it must look like an id.

    It may contain a slash: quote it in addresses.
    """
    value = text_of(row.get(key))
    return value if _ID.fullmatch(value) else ""


def an_id(row: Mapping[str, Any], key: str) -> str:
    """The id that a row must have. Raises PassingTrouble if it is missing."""
    if not (found := id_under(row, key)):
        raise nonsense(key)
    return found


def length(answer: Any, key: str) -> int:
    """How many rows are under `key`, usable or not: for paging."""
    lines = under(answer, key)
    return len(cast(list[Any], lines)) if isinstance(lines, list) else 0


def _array(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise nonsense(what)
    return cast(list[Any], value)


def objects(value: Any) -> Sequence[Mapping[str, Any]]:
    """The objects in an array that may be absent, with keys in lower case; anything else in it is left out."""
    if not isinstance(value, list):
        return ()
    return [lower_keys(item) for item in cast(list[Any], value) if isinstance(item, dict)]


def day_of_year(day: int, month: int) -> str:
    """A day of the year in words, such as "31 March"; empty if it is not one."""
    return f"{day} {_MONTHS[month - 1]}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def month_end(month: int) -> str:
    """The last day of a month in words: "28 February"; empty if it is not a month."""
    return day_of_year(monthrange(2023, month)[1], month) if 1 <= month <= 12 else ""


def records(
    answer: Any, key: str, id_key: str, *, name: str = "name", code: str | None = None
) -> Sequence[Record]:
    """The lines under `key` with the app's field names, plus `id`, `name` and `code`. A line without an id is left
    out.

    `id_key`, `name` and `code`: the fields that hold these.
    """
    array = _array(under(answer, key), key)
    lines = [cast(dict[str, Any], line) for line in array if isinstance(line, dict)]
    for _ in range(len(array) - len(lines)):
        leave_out(key, "not a record")
    fields = set[str]().union(*lines)
    ids, names, codes = (_spellings(fields, field) for field in (id_key, name, code))
    found: list[Record] = []
    for line in lines:
        line_id = _said(line, ids, text_of)
        if not line_id:
            leave_out(key, "no usable id")
            continue
        record: dict[str, Any] = {**line, "id": line_id, "name": _said(line, names, words)}
        if its_code := _said(line, codes, text_of):
            record["code"] = its_code
        found.append(record)
    return found


def only(lines: Iterable[Record], fields: Collection[str]) -> Sequence[Record]:
    """The lines reduced to these fields of the app and those we added, because an app sends much that we need not
    keep.
    """
    wanted = {*fields, "id", "name", "code"}
    return [{key: value for key, value in line.items() if key in wanted} for line in lines]


def _spellings(fields: Iterable[str], name: str | None) -> list[str]:
    return sorted(field for field in fields if name is not None and field.lower() == name.lower())


def _said(line: Mapping[str, Any], spellings: Iterable[str], read_as: Callable[[Any], str]) -> str:
    for spelling in spellings:
        if spelling in line:
            return read_as(line[spelling])
    return ""


def _is_deep(value: Any, left: int = _DEEPEST) -> bool:
    within: Iterable[Any] = cast(dict[str, Any], value).values() if isinstance(value, dict) else value
    nests = not _NESTING.isdisjoint(map(type, within))
    return not left or (nests and any(_is_deep(item, left - 1) for item in within if type(item) in _NESTING))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in cast(list[Any], value)]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in cast(dict[str, Any], value).items()}
    return value


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


_JSON = json.JSONDecoder(parse_float=_finite, parse_constant=lambda _: None)
