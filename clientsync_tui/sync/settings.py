"""Changes how an integration behaves."""

from typing import Any

from ..practice import longest
from ..practice.entries import Kind, NewEntry
from ..practice.model import Integration, Settings
from ..practice.text import clean, one_line
from ..store.store import Store

MOST_DAYS = 365


def change_settings(store: Store, actor: str, client: str, link: Integration, settings: Settings) -> bool:
    """Writes an integration's settings to the ledger; False if they haven't changed."""
    if settings == link.settings:
        return False
    body = {"settings": as_body(settings), "before": as_body(link.settings)}
    store.ledger.append(
        NewEntry(Kind.SETTINGS_CHANGED, actor, client, link.software, link.organisation_id, body)
    )
    return True


def with_note(settings: Settings, note: str) -> Settings:
    """The settings with another note. Raises UsageError if it is too long."""
    text = clean(one_line(note)).strip()
    longest.refuse_longer("The integration note", text, longest.NOTE_OF_INTEGRATION)
    return settings._replace(note=text)


def as_body(settings: Settings) -> dict[str, Any]:
    """Settings as stored in an entry's body."""
    return {
        "lists": list(settings.lists) if settings.lists is not None else None,
        "refresh_days": settings.refresh_days,
        "follow_details": settings.follow_details,
        "note": settings.note,
    }
