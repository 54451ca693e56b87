"""Recognises rows that this program wrote, in tables that no ledger entry backs. Anyone who can write to the file can add
others.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any, cast

from ..practice.status import Fault

JOB_STATES = frozenset(("waiting", "running", "paused", "cancelled", "done"))
ITEM_STATES = frozenset(("waiting", "doing", "done", "failed", "skipped"))
_FAULTS = frozenset(map(str, Fault))

Row = sqlite3.Row

REBUILDS = "Another program wrote it. `clientsync doctor --repair` rebuilds the client list from the ledger."
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError)
"""What reading a row may raise if this program did not write it."""


def time_of(text: str | None) -> datetime | None:
    """A row's time; None if it has none, or one that can't be expressed in every time zone or by every clock."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo and MINYEAR < moment.year < MAXYEAR else None


def is_job(row: Row) -> bool:
    """Whether a job's row looks as this program writes it."""
    return (
        row["state"] in JOB_STATES
        and time_of(row["started_at"]) is not None
        and _is_time_or_none(row["ended_at"])
    )


def is_item(row: Row) -> bool:
    """Whether an item's row looks as this program writes it."""
    return row["state"] in ITEM_STATES and _object(row["facts"]) is not None


def is_contact(row: Row) -> bool:
    """Whether the last contact with an organisation looks as this program writes it."""
    return (
        _is_time_or_none(row["checked_at"]) and _is_time_or_none(row["fault_at"]) and is_fault(row["fault"])
    )


def is_fault(text: str | None) -> bool:
    """Whether it is a passing fault, or none."""
    return text is None or text in _FAULTS


def is_pulled(row: Row) -> bool:
    """Whether a pulled list looks as this program writes it."""
    records = _loaded(row["records"])
    return (
        isinstance(records, list)
        and all(isinstance(record, dict) for record in cast("list[object]", records))
        and time_of(row["pulled_at"]) is not None
    )


def is_claim(row: Row | Mapping[str, Any]) -> bool:
    """Whether a claim's row looks as this program writes it."""
    return time_of(row["since"]) is not None and time_of(row["until"]) is not None and row["minutes"] > 0


TABLES: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "jobs": ("id", is_job),
    "items": ("job, n", is_item),
    "contacts": ("software, organisation_id", is_contact),
    "pulled": ("software, organisation_id, list", is_pulled),
    "claims": ("client", is_claim),
}
"""Each table with its key, and the check for its rows."""


def foreign(db: sqlite3.Connection) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The rows that this program did not write: table and key."""
    for table, (key, is_ours) in TABLES.items():
        names = key.split(", ")
        for row in db.execute(f"SELECT * FROM {table}"):
            if not is_ours(row):
                yield table, tuple(row[name] for name in names)


def remove_foreign(db: sqlite3.Connection) -> int:
    """Removes those rows, and the items of any jobs among them. Returns how many rows."""
    found = list(foreign(db))
    for table, values in found:
        if table == "jobs":
            db.execute("DELETE FROM items WHERE job = ?", values)
    # Items before their jobs.
    for table, values in reversed(found):
        condition = " AND ".join(f"{name} = ?" for name in TABLES[table][0].split(", "))
        db.execute(f"DELETE FROM {table} WHERE {condition}", values)
    return len(found)


def _is_time_or_none(text: str | None) -> bool:
    return text is None or time_of(text) is not None


def _object(text: str) -> dict[str, object] | None:
    loaded = _loaded(text)
    # JSON objects have no other keys.
    return cast("dict[str, object]", loaded) if isinstance(loaded, dict) else None


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
