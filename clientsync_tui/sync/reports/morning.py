"""The morning view: what happened since a person last looked, what expires soon, and which jobs are running or
waiting.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ...practice.counted import counted, noun
from ...practice.entries import Kind
from ...practice.filter import Term
from ...practice.model import DETAIL_TITLES
from ...practice.status import Status
from ...store.jobs import Job, JobState
from ...store.lately import Fixed, Lately
from ...store.store import Store
from ..jobs.job_words import progress, why_paused
from ..jobs.job_words import title as job_title
from ..locale_words import here
from .last_looked import Since

WEEK, FORTNIGHT, MONTH = timedelta(days=7), timedelta(days=14), timedelta(days=30)
MOST_NAMED = 3
"""How many people, apps or details are named; the rest are counted."""
DONE_AS = {
    Kind.RECONNECTED: "reconnected",
    Kind.REASSIGNED: "took over",
    Kind.FOUND_WORKING: "found working again",
}
BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = " .:-=+*#@"


class Leads(StrEnum):
    """Where a line takes you."""

    CLIENTS = "clients"
    EXPIRING = "expiring"
    JOBS = "jobs"


class MorningLine(NamedTuple):
    """One line. `clients`: the numbers of the clients it is about, if any. `style`: its meaning. `forecast`: a bar
    for each of the next days.
    """

    title: str
    says: str
    leads: Leads
    clients: frozenset[int] = frozenset()
    style: str = ""
    number: int = 0
    forecast: str = ""


def morning(
    store: Store, since: Since, title: Callable[[str], str], now: datetime, *, ascii_marks: bool = False
) -> list[MorningLine]:
    """The lines with something to report, the most urgent first."""
    lately = store.lately
    found = (
        _broke(lately, since, title, now),
        _expires(store, title, now, ascii_marks),
        _jobs(store.jobs.all(), ascii_marks),
        _fixed(lately, since, title),
        _changed(lately, since),
        _added(lately, since),
    )
    return [line for lines in found for line in lines]


def _broke(lately: Lately, since: Since, title: Callable[[str], str], now: datetime) -> Iterator[MorningLine]:
    if broke := lately.broke(since.seq, since.at, now):
        clients = frozenset(n for _, n in broke)
        yield MorningLine(
            "Broke",
            _counted(len(broke), len(clients), _by_app(title, [software for software, _ in broke])),
            Leads.CLIENTS,
            clients,
            "error",
            len(clients),
        )


def _fixed(lately: Lately, since: Since, title: Callable[[str], str]) -> Iterator[MorningLine]:
    if fixed := lately.fixed(since.seq):
        groups: dict[tuple[str, Kind, str], set[int]] = {}
        for of in fixed:
            groups.setdefault((of.actor, of.kind, title(of.software)), set()).add(of.client)
        most = sorted(groups.items(), key=lambda group: -len(group[1]))
        says = [f"{actor} {DONE_AS[kind]} {len(clients)} in {app}" for (actor, kind, app), clients in most]
        clients = _clients(fixed)
        yield MorningLine("Fixed", _some(says), Leads.CLIENTS, clients, "ok", len(clients))


def _clients(fixed: Sequence[Fixed]) -> frozenset[int]:
    return frozenset(fix.client for fix in fixed)


def _expires(
    store: Store, title: Callable[[str], str], now: datetime, ascii_marks: bool
) -> Iterator[MorningLine]:
    ending = store.lately.ending(now, MONTH)
    under_the_tab = (
        frozenset(store.clients.find((Term("status", Status.EXPIRING),), now)) if ending else frozenset[int]()
    )
    before = 0
    for span in (WEEK, FORTNIGHT, MONTH):
        within = [end for end in ending if end.at <= now + span]
        # A longer span with nothing more in it says nothing new.
        if len(within) == before:
            continue
        before = len(within)
        clients = frozenset(end.client for end in within)
        apps = _by_app(title, [end.software for end in within])
        says = f"within {span.days} days: {_counted(len(within), len(clients), apps)}"
        days = Counter((here(end.at).date() - here(now).date()).days for end in within)
        bars = spark([days[day] for day in range(span.days + 1)], ASCII_BARS if ascii_marks else BARS)
        soon = span <= FORTNIGHT
        # Because of another integration, a client may be under a different tab. Only all tabs together have as
        # many rows as are counted here.
        leads = Leads.EXPIRING if soon and clients <= under_the_tab else Leads.CLIENTS
        style = "warning" if soon else ""
        yield MorningLine("Expires", says, leads, clients, style, len(clients), bars)


def _counted(integrations: int, clients: int, apps: str) -> str:
    """The counts per app, if a client has several integrations. The line's own number counts clients."""
    if integrations == clients:
        return apps
    return f"{counted(integrations, 'integration')} of {counted(clients, 'client')}: {apps}"


def _by_app(title: Callable[[str], str], softwares: Sequence[str]) -> str:
    apps = Counter(title(software) for software in softwares)
    return _some([f"{app} {count}" for app, count in apps.most_common()])


def spark(counts: Sequence[int], bars: str) -> str:
    """A bar for each count; anything above 0 is visible."""
    most = max(counts, default=0)
    steps = len(bars) - 1
    return "".join(bars[-(-count * steps // most)] if most else bars[0] for count in counts)


def _jobs(jobs: Sequence[Job], ascii_marks: bool) -> Iterator[MorningLine]:
    running = [job for job in jobs if job.is_running]
    waiting = [job for job in jobs if job.left and not job.is_running and job.state is not JobState.CANCELLED]
    parts: list[str] = []
    if running:
        parts.append(progress(running, ascii_marks=ascii_marks))
    parts += [f"{job_title(job)} waits: {why_paused(job)[0]}" for job in waiting[:MOST_NAMED]]
    if len(waiting) > MOST_NAMED:
        parts.append(f"{len(waiting) - MOST_NAMED} more wait")
    if parts:
        yield MorningLine(
            "Jobs",
            " · ".join(parts),
            Leads.JOBS,
            style="warning" if waiting else "",
            number=len(running) + len(waiting),
        )


def _changed(lately: Lately, since: Since) -> Iterator[MorningLine]:
    changed: dict[str, set[int]] = {}
    for n, details in lately.changed(since.seq):
        for name in details:
            changed.setdefault(name, set()).add(n)
    if not changed:
        return
    most = sorted(changed.items(), key=lambda detail: -len(detail[1]))
    says = [f"{DETAIL_TITLES.get(name, name).lower()} of {len(clients)}" for name, clients in most]
    clients = frozenset(n for of in changed.values() for n in of)
    yield MorningLine(
        "Changed",
        f"{counted(len(clients), 'organisation')}: {_some(says)}",
        Leads.CLIENTS,
        clients,
        number=len(clients),
    )


def _added(lately: Lately, since: Since) -> Iterator[MorningLine]:
    if added := lately.added(since.seq):
        yield MorningLine(
            "Added",
            f"{len(added):,} new {noun(len(added), 'client')}",
            Leads.CLIENTS,
            frozenset(added),
            number=len(added),
        )


def _some(parts: Sequence[str]) -> str:
    more = len(parts) - MOST_NAMED
    return ", ".join([*parts[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
