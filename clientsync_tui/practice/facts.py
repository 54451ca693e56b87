"""What a kind of work needs to know about an item: a class of that kind, saved as text in the item's row."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_type_hints


@dataclass(frozen=True, slots=True)
class Facts:
    """What a kind of work needs to know about an item, beyond what every item has.

    A kind that needs any defines its own frozen class. Its fields are text, numbers, booleans, times, or None.
    """

    @property
    def remark(self) -> str:
        """What the plan's list adds about the item."""
        return ""


NO_FACTS = Facts()

F = TypeVar("F", bound=Facts)


def written(facts: Facts) -> str:
    """The facts as JSON, without the fields that are None."""
    values = ((name, getattr(facts, name)) for name in _readers(type(facts)))
    return json.dumps(
        {name: value for name, value in values if value is not None}, ensure_ascii=False, default=_iso
    )


def parsed(kind: type[F], text: str) -> F:
    """The facts that `written` saved. Raises ValueError for any other text."""
    try:
        loaded = json.loads(text)
        if not isinstance(loaded, dict):
            raise ValueError("facts are an object")
        found, readers = cast("Mapping[str, Any]", loaded), _readers(kind)
        return kind(**{name: readers[name](value) for name, value in found.items()})
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"not the facts of {kind.__qualname__}: {error}") from None


@cache
def _readers(kind: type[Facts]) -> Mapping[str, Callable[[object], object]]:
    hints = get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in fields(kind)}


def _reader(hint: Any) -> Callable[[object], object]:
    allowed = get_args(hint) or (hint,)

    def read(value: object) -> object:
        if datetime in allowed and isinstance(value, str):
            return datetime.fromisoformat(value)
        # Not isinstance: in Python a bool is an int too.
        if type(value) in allowed or (value is None and NoneType in allowed):
            return value
        raise TypeError(f"{value!r} is none of {allowed}")

    return read


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
