"""QuickBooks' query language: `SELECT *|count(*) FROM Entity [WHERE ...] [ORDERBY ...] [STARTPOSITION n] [MAXRESULTS n]`.

Source: Intuit's "Query operations and syntax". The largest page size is unconfirmed, and so is that inactive records are hidden.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

USUAL_PAGE = 100
LARGEST_PAGE = 1_000

Record = dict[str, Any]
Condition = Callable[[Record], bool]

_STATEMENT = re.compile(
    r"\s*select\s+(?P<what>\*|count\(\*\))\s+from\s+(?P<entity>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+orderby\s+(?P<field>\w+)(?:\s+(?P<way>asc|desc))?)?"
    r"(?:\s+startposition\s+(?P<start>\d{1,9}))?(?:\s+maxresults\s+(?P<most>\d{1,9}))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_COMPARED = re.compile(
    r"(?P<field>[\w.]+)\s*(?P<how>=|<=|>=|<|>|\s+in\s+)\s*(?P<value>\(.*\)|true|false|'(?:[^'\\]|\\.)*')",
    re.IGNORECASE | re.DOTALL,
)
_VALUE = re.compile(r"true|false|'((?:[^'\\]|\\.)*)'", re.IGNORECASE)


class NotUnderstood(ValueError):
    """The statement is invalid; `str()` says where."""


@dataclass(frozen=True, slots=True)
class Query:
    """A statement. `start` counts from 1; `most`: of a page."""

    entity: str
    counting: bool
    conditions: tuple[Condition, ...]
    order: tuple[str, bool] | None
    start: int
    most: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises NotUnderstood."""
        found = _STATEMENT.fullmatch(text)
        if found is None:
            raise NotUnderstood(f"Encountered an error in {text[:60]!r}")
        start, most = int(found["start"] or 1), int(found["most"] or USUAL_PAGE)
        if start < 1:
            raise NotUnderstood("STARTPOSITION counts from 1")
        if not 0 < most <= LARGEST_PAGE:
            raise NotUnderstood(f"MAXRESULTS is at most {LARGEST_PAGE}")
        where = found["where"]
        return cls(
            entity=found["entity"],
            counting=found["what"] != "*",
            conditions=tuple(_condition(part) for part in _AND.split(where)) if where else (),
            order=(found["field"], (found["way"] or "").lower() == "desc") if found["field"] else None,
            start=start,
            most=most,
        )

    def found(self, records: list[Record], *, names_active: bool) -> list[Record]:
        """The matching records, in order; inactive ones only if the statement names `Active`."""
        fit = [r for r in records if all(condition(r) for condition in self.conditions)]
        if not names_active:
            fit = [r for r in fit if r.get("Active", True)]
        if self.order:
            field, downwards = self.order
            fit.sort(key=lambda record: str(_under(record, field) or ""), reverse=downwards)
        return fit


def names_active(text: str) -> bool:
    """Whether a statement filters by `Active`."""
    return re.search(r"\bactive\b", text, re.IGNORECASE) is not None


def _condition(text: str) -> Condition:
    found = _COMPARED.fullmatch(text.strip())
    if found is None:
        raise NotUnderstood(f"Encountered an error in {text[:60]!r}")
    field, how = found["field"], found["how"].strip().lower()
    values = [_value(match) for match in _VALUE.finditer(found["value"])]
    if not values or (how != "in" and len(values) != 1):
        raise NotUnderstood(f"Encountered an error in {text[:60]!r}")
    if how == "in":
        return lambda record: _under(record, field) in values
    value = values[0]
    tests: dict[str, Callable[[Any], bool]] = {
        "=": lambda has: has == value,
        "<": lambda has: _moment(has) < _moment(value),
        ">": lambda has: _moment(has) > _moment(value),
        "<=": lambda has: _moment(has) <= _moment(value),
        ">=": lambda has: _moment(has) >= _moment(value),
    }
    return lambda record: tests[how](_under(record, field))


def _value(found: re.Match[str]) -> str | bool:
    text = found[1]
    return found[0].lower() == "true" if text is None else re.sub(r"\\(.)", r"\1", text)


def _moment(value: Any) -> float:
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        raise NotUnderstood(f"{value!r} is no time") from None


def _under(record: Record, path: str) -> Any:
    value: Any = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]
