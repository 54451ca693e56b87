"""A client's connections as a few lines of text, to paste into a mail or a ticket. It contains no secrets."""

from collections.abc import Callable, Iterator
from datetime import datetime

from ..practice.model import Client
from .words import link_words, next_step


def summary_card(client: Client, title: Callable[[str], str], now: datetime) -> str:
    """The card. `title`: gives an accounting app's display name."""
    return "\n".join(_lines(client, title, now))


def _lines(client: Client, title: Callable[[str], str], now: datetime) -> Iterator[str]:
    code = f" ({client.practice_code})" if client.practice_code else ""
    yield f"{client.name}{code}"
    if client.team:
        yield f"Team: {client.team}"
    if not client.integrations:
        yield "Not connected to an accounting app."
    for link in client.integrations:
        yield f"{title(link.software)}: {link_words(link, now)}"
        yield f"  Organisation: {link.organisation_name} ({link.organisation_id})"
        yield f"  Integrated by: {link.integrated_by.known_as('<>')}"
        if link.checked_at:
            yield f"  Last checked: {link.checked_at:%Y-%m-%d %H:%M} UTC"
        if step := next_step(link, client):
            yield f"  {step}"
