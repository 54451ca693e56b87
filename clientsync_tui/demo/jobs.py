"""The past jobs of the demo practice: you added clients and refreshed yours, and one failed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ..practice.entries import Kind
from ..practice.plan import Plan, PlanItem, Will
from ..practice.status import Fault
from ..store.store import Store
from ..store.work.past_jobs import Failure
from .clients import Clients
from .dates import last_night
from .integrated import Dated, Integrated

FAILED = 6
"""The number of the item that failed in the refresh."""
REFRESHED_NIGHTS = 5
"""How many nights ago the refresh was."""
TOOK = timedelta(seconds=41)


def refreshed(working: Sequence[Integrated], clients: Clients, me: str, now: datetime) -> Iterator[Dated]:
    """The entries of the refresh."""
    at = last_night(now, REFRESHED_NIGHTS)
    for number, integrated in enumerate(_before(working, at)):
        if number != FAILED:
            entry = integrated.entry(
                Kind.REFRESHED, me, clients.of(integrated), details={}, before={}, lists={}
            )
            yield at + TOOK, entry


def note(store: Store, working: Sequence[Integrated], clients: Clients, me: str, now: datetime) -> None:
    """Records both jobs. They are with one app and cover its working integrations; if those are too few, there were no
    jobs.
    """
    added = working[: len(working) // 2]
    if not added:
        return
    _note(store, "add", added, clients, me, added[0].at, {})
    at = last_night(now, REFRESHED_NIGHTS)
    title = working[0].software.title
    failure = Failure(Fault.SERVER_ERROR, f"{title} reported an internal error (503). Try again later.")
    if before := _before(working, at):
        _note(store, "refresh", before, clients, me, at, {FAILED: failure})


def _before(working: Sequence[Integrated], at: datetime) -> Sequence[Integrated]:
    return [integrated for integrated in working if integrated.at < at]


def _note(
    store: Store,
    kind: str,
    integrations: Sequence[Integrated],
    clients: Clients,
    me: str,
    at: datetime,
    failed: Mapping[int, Failure],
) -> None:
    items = tuple(
        PlanItem(
            Will.DO, clients.of(one), one.name, *one.where, organisation_name=one.name, sign_in=one.sign_in.id
        )
        for one in integrations
    )
    plan = Plan(kind, integrations[0].software.name, integrations[0].sign_in.id, items)
    store.note_past_job(plan, me, at, at + TOOK, failed)
