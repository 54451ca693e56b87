"""What a pulled record says."""

from collections.abc import Mapping
from typing import Any

from ..practice.text import clean

OWN = frozenset({"id", "name", "code"})
"""Fields that have a place of their own."""


def further(record: Mapping[str, Any]) -> str:
    """The fields that are words or numbers, without ids and what is shown already."""
    shown = {str(record.get(name) or "") for name in OWN}
    parts = [
        f"{field} {clean(str(value))}"
        for field, value in record.items()
        if field not in OWN
        and not field.lower().endswith("id")
        and isinstance(value, (str, int, float))
        and str(value)
        and str(value) not in shown
    ]
    return ", ".join(parts)
