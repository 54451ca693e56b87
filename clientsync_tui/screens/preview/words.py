"""What the preview says about a client: its integrations, each with the next step, then the client itself and its latest
events.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from ...practice.counted import counted, singular
from ...practice.countries import country
from ...practice.entries import Entry, moment
from ...practice.model import CONTACT, Client, Integration
from ...practice.status import FOR_THE_CLIENT, Reason, Status
from ...store.store import Store
from ...sync.client_columns import Viewer
from ...sync.history import described
from ...sync.home import claim_words
from ...sync.locale_words import brief, moment_words, short_date
from ...sync.words import ASCII_SYMBOLS, STYLES, SYMBOLS, link_words, next_step, unchecked
from ...widgets.details_pane import Line, line

EVENTS = 30
"""The maximum number of history entries, more than most terminals have lines for."""
TITLE = 10
"""The width of the titles below the integrations."""
WHEN = 14
"""The width of an event's time."""


class Known(NamedTuple):
    """What the preview is made from. `counts`: how many records of each list were pulled, for each integration in turn."""

    client: Client
    counts: Sequence[dict[str, int]]
    events: Sequence[Entry]


def read(store: Store, n: int, now: datetime) -> Known | None:
    """Reads it; None if the client is gone. Never call it between a key and its frame."""
    clients = store.clients.by_number([n], now)
    if not clients:
        return None
    client, history = clients[0], store.history()
    counts = [store.pulled.counts(link.software, link.organisation_id) for link in client.integrations]
    newest = history.find(client.id, (), now)[:EVENTS]
    events, _ = history.fetch(newest)
    return Known(client, counts, sorted(events, key=lambda entry: -entry.seq))


def lines(known: Known, viewer: Viewer, keyed: Callable[[str], str]) -> Iterator[Line]:
    """All lines, the most urgent first."""
    client = known.client
    yield line(client.name, "heading", right=" · ".join(filter(None, (client.practice_code, client.team))))
    if client.claim:
        mark = claim_words.mark(client.claim, viewer.now, ascii_marks=viewer.ascii_marks)
        yield line(f"{mark} {claim_words.sentence(client.claim, viewer.me, viewer.now)}", "warning")
    if not client.integrations:
        yield Line()
        yield line("· not connected to an accounting app", "muted")
    for link, counts in zip(client.integrations, known.counts, strict=True):
        yield Line()
        yield from _integration(client, link, counts, viewer, keyed)
    yield from _client(client)
    if known.events:
        yield Line()
        yield line("Last events", "heading")
    for entry in known.events:
        yield _event(entry, viewer.now)


def _integration(
    client: Client, link: Integration, counts: dict[str, int], viewer: Viewer, keyed: Callable[[str], str]
) -> Iterator[Line]:
    now, app = viewer.now, viewer.title(link.software)
    status = link.standing.status
    symbol = (ASCII_SYMBOLS if viewer.ascii_marks else SYMBOLS)[status]
    yield Line(((f"{app}  ", "heading"), (f"{symbol} {link_words(link, now)}", STYLES[status])), 2)
    if step := next_step(link, client):
        yield line(step, indent=2, right=keyed(_fix(link, viewer)))
    if fault := unchecked(link, partial(moment_words, now=now), app):
        yield line(f"N{fault[1:]}.", "warning", indent=2)
    by = (
        "you"
        if viewer.is_one_person and link.sign_in in viewer.held
        else link.integrated_by.name or link.integrated_by.email
    )
    yield line(" · ".join(_dates(link, by, now)), "muted", indent=2)
    if link.organisation_name != client.name:
        yield line(f"Organisation: {link.organisation_name}", "muted", indent=2)
    if counts:
        lists = ((name.replace("_", " "), count) for name, count in counts.items())
        pulled = (counted(count, singular(name), name) for name, count in lists)
        yield line(" · ".join(pulled), "muted", indent=2)
    if link.settings.note:
        yield line(link.settings.note, "warning", indent=2)


def _fix(link: Integration, viewer: Viewer) -> str:
    """The key for the next step, if there is one."""
    if link.standing.reason in FOR_THE_CLIENT or link.standing.status is Status.DISCONNECTED:
        return ""
    if link.standing.reason is Reason.ACCESS_REMOVED:
        return "" if link.sign_in in viewer.held else "{clients.reassign_selected} Reassign"
    return "{clients.reconnect_selected} Reconnect"


def _dates(link: Integration, by: str, now: datetime) -> Iterator[str]:
    yield f"integrated by {by}"
    # If the last call got no answer, the line above says since when.
    if link.checked_at and not link.last_fault:
        yield f"checked {brief(link.checked_at, now)}"
    if link.refreshed_at:
        yield f"refreshed {brief(link.refreshed_at, now)}"
    if link.expires_at and link.standing.status in (Status.CONNECTED, Status.EXPIRING):
        yield f"expires {short_date(link.expires_at, now)} (extended whenever it is used)"


def _client(client: Client) -> Iterator[Line]:
    details = client.details
    about = (
        country(details.get("country", "")),
        details.get("currency", ""),
        details.get("tax_number", ""),
        f"year ends {details['year_end']}" if details.get("year_end") else "",
    )
    reached = (details.get(name, "") for name in CONTACT)
    titled = (
        ("Books", " · ".join(filter(None, about))),
        ("Contact", " · ".join(filter(None, reached))),
        ("Note", client.note),
    )
    if any(text for _, text in titled):
        yield Line()
    for title, text in titled:
        if text:
            yield Line(((title.ljust(TITLE), "muted"), (text, "")), TITLE)


def _event(entry: Entry, now: datetime) -> Line:
    at = moment(entry.at)
    when = moment_words(at, now) if at else ""
    return Line(((when.ljust(WHEN), "muted"), (described(entry), ""), (f"  {entry.actor}", "muted")), WHEN)
