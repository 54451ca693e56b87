"""Claims in words: the mark in the list, and the warning before bulk work on claimed clients."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ...practice.claims import Claim, Claimed
from ...practice.counted import counted
from ...practice.entries import iso
from ...practice.model import Client
from ...practice.plan import Plan, Will
from ...store.store import Store
from ..locale_words import moment_words

MARK, ASCII_MARK = "⚑", "@"


def mark(claim: Claim | None, now: datetime, *, ascii_marks: bool) -> str:
    """The mark of a claimed client; empty if the claim has ended since it was read."""
    if claim is None or claim.until <= now:
        return ""
    return ASCII_MARK if ascii_marks else MARK


def by(claim: Claim, me: str, now: datetime) -> str:
    """`you`, `Noor 14:02`."""
    return f"{'you' if claim.person == me else claim.name} {moment_words(claim.since, now)}"


def sentence(claim: Claim, me: str, now: datetime) -> str:
    """`Claimed by Noor since 14:02`."""
    return f"Claimed by {'you' if claim.person == me else claim.name} since {moment_words(claim.since, now)}"


def as_json(claim: Claim | None) -> dict[str, str] | None:
    """The claim as in `clients --json`."""
    return {"name": claim.name, "since": iso(claim.since)} if claim else None


def warnings(claims: Iterable[Claim], me: str, now: datetime, *, of: int) -> Iterator[str]:
    """A sentence per colleague: `3 of these clients are claimed by Noor (since 14:02).` `of`: how many clients are
    about to be changed.
    """
    people: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.person != me:
            people.setdefault(claim.person, []).append(claim)
    for theirs in sorted(people.values(), key=len, reverse=True):
        first = min(theirs, key=lambda claim: claim.since)
        count = len(theirs)
        which = "This client is" if of == 1 else f"{count:,} of these clients {'is' if count == 1 else 'are'}"
        yield f"{which} claimed by {first.name} (since {moment_words(first.since, now)})."


def about(store: Store, clients: Iterable[str], me: str, now: datetime) -> list[str]:
    """What the user should know before changing these clients (their ids)."""
    ids = list(dict.fromkeys(clients))
    return list(warnings(store.claims.of(ids, now).values(), me, now, of=len(ids)))


def about_clients(clients: Sequence[Client], me: str, now: datetime) -> list[str]:
    """The same, for clients that have already been read."""
    return list(warnings((client.claim for client in clients if client.claim), me, now, of=len(clients)))


def about_plan(store: Store, plan: Plan, me: str, now: datetime) -> list[str]:
    """What the user should know before running a plan: who has claimed clients that it will change."""
    return about(store, (item.client for item in plan.only((Will.DO,))), me, now)


def claimed(done: Claimed, minutes: int, now: datetime) -> Iterator[str]:
    """The result of claiming."""
    yield f"{counted(done.clients, 'client')} claimed. The claim ends after {counted(minutes, 'minute')} without activity."
    people: dict[str, list[Claim]] = {}
    for claim in done.taken_over:
        people.setdefault(claim.person, []).append(claim)
    for theirs in people.values():
        since = moment_words(min(claim.since for claim in theirs), now)
        yield f"Took over {counted(len(theirs), 'client')} from {theirs[0].name} (since {since})."


def released(count: int) -> str:
    """The result of releasing."""
    return f"{counted(count, 'client')} released."
