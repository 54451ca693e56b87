"""The facts about an integration and its client, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..accounting.seam.not_loaded import why_not_loaded
from ..accounting.seam.software import Software
from ..practice.model import DETAIL_TITLES, Client, Integration
from . import words
from .locale_words import counted, moment_in_full, number
from .pulled_words import refused_list

Fact = tuple[str, str, str]
"""Title, text, and what the style means ("ok", "warning", "error", "muted" or "")."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the facts are made from. `counts`: how many records of each list were pulled. `refused`: the lists that
    may not be read, with the reason. `held`: whether the sign-in is held here.
    """

    client: Client
    link: Integration
    software: Software
    counts: Mapping[str, int]
    refused: Mapping[str, str]
    held: bool
    now: datetime
    ascii_marks: bool


def status_of(link: Integration, now: datetime, ascii_marks: bool) -> tuple[str, str]:
    """The status as symbol and words, and what its style means."""
    symbols = words.ASCII_SYMBOLS if ascii_marks else words.SYMBOLS
    status = link.standing.status
    return f"{symbols[status]} {words.link_words(link, now)}", words.STYLES[status]


def of_integration(seen: Seen) -> Iterator[Fact]:
    """The facts of an integration: status, reason and next step first."""
    link, now = seen.link, seen.now
    if not_loaded := why_not_loaded(seen.software):
        yield "Accounting app", not_loaded, "error"
    status, style = status_of(link, now, seen.ascii_marks)
    yield "Status", status, style
    if step := words.next_step(link, seen.client):
        yield "Next step", step, style
    if link.last_fault:
        trouble = words.unchecked(link, moment_in_full, seen.software.title)
        yield "Last check", f"{trouble}, tried {moment_in_full(link.last_fault.at)}", "warning"
    yield "Organisation", link.organisation_name, ""
    yield "Organisation id", link.organisation_id, "muted"
    yield "Integrated by", f"{link.integrated_by.known_as('<>')}{' (you)' if seen.held else ''}", ""
    yield "Connected", moment_in_full(link.connected_at), ""
    yield "Refreshed", moment_in_full(link.refreshed_at) or "not yet", ""
    yield "Checked", moment_in_full(link.checked_at) or "not yet", ""
    if link.expires_at:
        ends = moment_in_full(link.expires_at)
        yield (
            ("Expires", f"{ends} (extended whenever it is used)", "")
            if link.expires_at > now
            else ("Expired", ends, "")
        )
    title = "Lists"
    for name, text in _lists(seen):
        yield title, text, "warning" if name in seen.refused else ""
        title = ""
    settings = link.settings
    refresh = (
        f"automatically every {counted(settings.refresh_days, 'day')}"
        if settings.refresh_days
        else "only when you ask"
    )
    yield "Refresh", refresh, ""
    yield "Details", "follow the organisation's" if settings.follow_details else "stay as edited here", ""
    if settings.note:
        yield "Integration note", settings.note, "warning"


def no_address(link: Integration, app: str) -> str:
    """Why the organisation's page in the accounting app `app` can't be opened, and what to do instead.

    Most apps that give no address don't give one later either.
    """
    return (
        f"{app} gave no address for {link.organisation_name}. Open {app} in a browser, and choose it there."
    )


def _lists(seen: Seen) -> Iterator[tuple[str, str]]:
    """Each list's name, with its count or why it was refused."""
    if not seen.counts and not seen.refused:
        yield "", "none pulled on this host yet"
        return
    wanted = seen.link.settings.lists
    for name, title in seen.software.lists.items():
        count = number(seen.counts[name]) if name in seen.counts else "not pulled"
        if name in seen.refused:
            saved = f" {count} from before are still here." if name in seen.counts else ""
            yield name, refused_list(seen.software, name, seen.refused[name]) + saved
        elif wanted is None or name in wanted or name in seen.counts:
            yield name, f"{title}: {count}"


def of_client(client: Client) -> Iterator[Fact]:
    """The practice's own facts about the client, then what the organisation says about itself."""
    yield "Practice code", client.practice_code or "none", "" if client.practice_code else "muted"
    yield "Team", client.team or "none", "" if client.team else "muted"
    if client.note:
        yield "Client note", client.note, ""
    for name, title in DETAIL_TITLES.items():
        if name != "name" and (value := client.details.get(name)):
            yield title, value, ""
