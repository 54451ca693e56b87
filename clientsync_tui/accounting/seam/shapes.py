"""Answers read without trust: whatever is missing, null or of another type is nonsense, not a crash."""

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

# Some apps' ids have parts, with a slash between them; no part is empty or made of dots.
_ID = re.compile(r"(?=.{1,100}\Z)[0-9A-Za-z_-]+(?:/[0-9A-Za-z_-]+)*")
_LONGEST_SAID = 200
_LONGEST_WORDS = 1_000  # no software takes a name that long; one of megabytes would be drawn with every row
_DEEPEST = 50
_NESTING = frozenset((dict, list))
# JSON has C0 controls only as escapes within a text. Most of four digits (&, <, letters with accents) are harmless.
_UNSAFE_ESCAPE = re.compile(r"\\(?:[bfnrt]|u(?!00[2-6c-fC-F]))")
_UNSAFE = re.compile(f"[{UNSAFE_BESIDE_C0}]")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def nonsense(what: str) -> PassingTrouble:
    """The trouble with an answer that does not say `what` as it should."""
    return PassingTrouble(
        Fault.NONSENSE, f"The accounting app sent a reply we could not read ({what}); try again later."
    )


def read(text: str) -> Any:
    """The value of a JSON text: all texts in it cleaned, and no number that JSON has no word for. Raises ValueError and RecursionError
    for what is no JSON, PassingTrouble for what is nested deeper than any answer.

    Most answers hold nothing to be cleaned, which is seen of the whole at once: a call for each of its texts costs a job a sixth of its time.
    """
    value = _JSON.decode(text)
    if _is_deep([value]):
        raise nonsense("records within records")
    hidden = "\x7f" in text if text.isascii() else _UNSAFE.search(text)
    return _cleaned(value) if hidden or _UNSAFE_ESCAPE.search(text) else value


def lower_keys(value: Any) -> Mapping[str, Any]:
    """An object with its keys in lower case (some apps write `title` and `Title`); empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {key.lower(): item for key, item in cast(dict[str, Any], value).items()}


def under(value: Any, key: str) -> Any:
    """What an object holds under `key`, in whatever case it is written."""
    return lower_keys(value).get(key.lower())


def words(value: Any) -> str:
    """A text, cleaned, without blanks around it and no longer than any name; empty for null and every other type."""
    return clean(value[: 2 * _LONGEST_WORDS]).strip()[:_LONGEST_WORDS] if isinstance(value, str) else ""


def contact(*, name: Any = None, email: Any = None, phone: Any = None) -> dict[str, str]:
    """How to reach an organisation, by our names of details. An e-mail address that can be none is left out."""
    found = {"contact_name": words(name), "email": words(email), "phone": words(phone)}
    if "@" not in found["email"] or " " in found["email"]:
        found["email"] = ""
    return {key: value for key, value in found.items() if value and len(value) <= longest.CONTACT}


def text_of(value: Any) -> str:
    """The same for an id or a code, which may also be a whole number; then its digits."""
    return str(value) if type(value) is int else words(value)


def whole_number(value: Any) -> int | None:
    """A whole number, which some apps write as a text; None for everything else."""
    text = text_of(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def error_text(value: Any) -> str:
    """What an error says, short enough for a message."""
    return words(value)[:_LONGEST_SAID]


def rows(value: Any, what: str, id_key: str) -> Sequence[Mapping[str, Any]]:
    """The rows of an array, their keys in lower case, the id under `id_key` as a text. One that is no object, or has no id, is left
    out."""
    found: list[Mapping[str, Any]] = []
    for row in _array(value, what):
        if row_id := id_under(lowered := lower_keys(row), id_key):
            found.append({**lowered, id_key: row_id})
        else:
            leave_out(what, f"no usable {id_key}")
    return found


def id_under(row: Mapping[str, Any], key: str) -> str:
    """The id that a row has there, empty if it has none: it travels in headers and addresses, so it must look like one.

    It may hold a slash: whoever puts it into an address quotes it.
    """
    value = text_of(row.get(key))
    return value if _ID.fullmatch(value) else ""


def an_id(row: Mapping[str, Any], key: str) -> str:
    """The id that a row must have. Raises PassingTrouble if it has none."""
    if not (found := id_under(row, key)):
        raise nonsense(key)
    return found


def length(answer: Any, key: str) -> int:
    """How many rows stand under `key`, whether they can be used or not: for paging."""
    lines = under(answer, key)
    return len(cast(list[Any], lines)) if isinstance(lines, list) else 0


def _array(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise nonsense(what)
    return cast(list[Any], value)


def objects(value: Any) -> Sequence[Mapping[str, Any]]:
    """The objects of an array that may be absent, their keys in lower case; what is none is left out."""
    if not isinstance(value, list):
        return ()
    return [lower_keys(item) for item in cast(list[Any], value) if isinstance(item, dict)]


def day_of_year(day: int, month: int) -> str:
    """A day of every year in words, as "31 March"; empty for what is none."""
    return f"{day} {_MONTHS[month - 1]}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def month_end(month: int) -> str:
    """The last day of a month of every year in words: "28 February"; empty for what is no month."""
    return day_of_year(monthrange(2023, month)[1], month) if 1 <= month <= 12 else ""


def records(
    answer: Any, key: str, id_key: str, *, name: str = "name", code: str | None = None
) -> Sequence[Record]:
    """The lines under `key` as the app names their fields, with `id`, `name` and `code` added. One without an id is left out.

    `id_key`, `name` and `code`: the fields that say them.
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
            leave_out(key, f"no {id_key}")
            continue
        record: dict[str, Any] = {**line, "id": line_id, "name": _said(line, names, words)}
        if its_code := _said(line, codes, text_of):
            record["code"] = its_code
        found.append(record)
    return found


def only(lines: Iterable[Record], fields: Collection[str]) -> Sequence[Record]:
    """The lines with these fields of the app's, and what was added to them: an app says much that nobody needs to keep here."""
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
