"""Colleagues' notes about some clients of the demo practice."""

from collections.abc import Container, Iterator
from datetime import datetime, timedelta

from ..practice.entries import Kind, NewEntry
from .clients import Clients
from .dates import last_night
from .integrated import Dated

NOTES = (
    "VAT returns are quarterly: January, April, July, October.",
    "Moving to another app at year end. Keep both connected until then.",
    "Prefers email. Out on site until four.",
    "Grant income: check the tracking categories each quarter.",
)
EVERY = 13
"""This many clients have no note; the next one has."""
BEFORE = timedelta(days=20)


def entries(clients: Clients, actor: str, now: datetime, noted: Container[str | None]) -> Iterator[Dated]:
    """The entries that set the notes. `noted`: clients that already have one."""
    others = [(client, since) for client, since in clients.ids.values() if client not in noted]
    for number, ((client, since), note) in enumerate(zip(others[EVERY - 1 :: EVERY], NOTES, strict=False)):
        at = max(since, last_night(now) - BEFORE) + timedelta(hours=8 + number, minutes=7 * number)
        yield at, NewEntry(Kind.NOTE_SET, actor, client, body={"note": note, "before": ""})
