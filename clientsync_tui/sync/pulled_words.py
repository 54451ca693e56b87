"""Pulled lists and their records in words."""

from collections.abc import Mapping
from typing import Any

from ..accounting.seam.software import Software
from ..practice.text import clean

OWN = frozenset({"id", "name", "code"})
"""Fields that have their own place."""


def further(record: Mapping[str, Any]) -> str:
    """The fields with words or numbers, without ids and what is already shown."""
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


def refused_list(software: Software, name: str, why: str) -> str:
    """A sentence: which app refused which list, why, and what happens next."""
    title = software.lists.get(name, name.replace("_", " "))
    return f"{software.title} refused the list {title} ({why.rstrip('. ')}), so the next refresh asks for it again."
