"""What went wrong with your own integrations: a few organisations broke, each for a different reason, here and in the
sandbox.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..accounting.seam.software import Software
from ..practice.entries import Kind, NewEntry
from ..practice.status import Reason
from ..sandbox.consent.errors import ErrorAnswer
from ..sandbox.consent.scripts import Script
from ..sandbox.misbehaviour.faults import Target
from ..sandbox.personality import Personality
from ..sandbox.server import Running
from .clients import Clients
from .dates import last_night
from .integrated import Dated, Integrated

ONE_IN = 8
"""One in this many of your integrations is broken."""
EVERY = 5
"""How far apart the broken ones are on the list."""
FAULTS = {
    Reason.DISCONNECTED_THERE: "disconnect",
    Reason.ACCESS_REMOVED: "remove-access",
}
"""The sandbox's fault for each reason, if it has one; `close` does whatever the app's personality says."""
NOTES = {
    Reason.ORGANISATION_CLOSED: "Liquidator appointed. Final accounts are due in January.",
    Reason.ACCESS_REMOVED: "The owner's daughter keeps the books now. Call her, not the shop.",
}
"""Your notes about these clients."""
NEXT_MORNING = timedelta(hours=6, minutes=45)
HARDEST_FIRST = (
    Reason.UNPAID,
    Reason.PERMISSION_MISSING,
    Reason.DISCONNECTED_THERE,
    Reason.ACCESS_REMOVED,
    Reason.ORGANISATION_CLOSED,
)
"""Few apps have the first of these, so they are used where possible."""


def entries(
    sandbox: Running,
    software: Software,
    me: str,
    yours: Sequence[Integrated],
    clients: Clients,
    shown: Counter[Reason],
    now: datetime,
) -> Iterator[Dated]:
    """Breaks some of them, and yields when that was found. `shown`: how often each reason has occurred so far; updated
    here.
    """
    personality = sandbox.sandbox.softwares[software.name]
    possible = list(_possible(software, personality))
    for number, integrated in enumerate(yours[::EVERY][: len(yours) // ONE_IN]):
        reason = min(possible, key=lambda reason: (shown[reason], HARDEST_FIRST.index(reason)))
        possible.remove(reason)
        shown[reason] += 1
        _break(sandbox, personality, integrated, me, reason)
        body = {"reason": reason, "was": None}
        found = integrated.entry(Kind.FOUND_BROKEN, me, clients.of(integrated), **body)
        at = last_night(now, 1 + 3 * number)
        yield at, found
        if noted := NOTES.get(reason):
            body = {"note": noted, "before": ""}
            yield at + NEXT_MORNING, NewEntry(Kind.NOTE_SET, me, clients.of(integrated), body=body)
    if software.organisations_per_sign_in == "one":
        yield from _ended(sandbox, me, yours[-(len(yours) // EVERY) :], clients, now)
    elif software.disconnecting == "connection":
        yield _disconnected(sandbox, me, yours[EVERY - 1], clients, now)


def _possible(software: Software, personality: Personality) -> Iterator[Reason]:
    """The reasons that this app can have."""
    for reason in HARDEST_FIRST:
        if reason in (Reason.UNPAID, Reason.PERMISSION_MISSING):
            if reason is personality.closing or _answer(personality, reason):
                yield reason
        elif reason is Reason.ORGANISATION_CLOSED:
            if reason is personality.closing:
                yield reason
        elif reason is not Reason.DISCONNECTED_THERE or (
            software.organisations_per_sign_in == "many" and software.not_listed is reason
        ):
            yield reason


def _answer(personality: Personality, reason: Reason) -> ErrorAnswer | None:
    """What the app answers in that case."""
    answers = (error for error in personality.errors if error.at == "api" and error.means is reason)
    return next((error for error in answers if not error.renewed), None)


def _break(
    sandbox: Running, personality: Personality, integrated: Integrated, me: str, reason: Reason
) -> None:
    name, id = integrated.where
    if reason is personality.closing:
        # A closed organisation is closed for everyone.
        sandbox.fault("close", software=name, organisation=id)
    elif reason is Reason.UNPAID and (answer := _answer(personality, reason)):
        sandbox.script(Script("api", Target(name, None, id), answer))
    elif fault := FAULTS.get(reason):
        sandbox.fault(fault, software=name, person=me, organisation=id)
    # A missing permission has been granted meanwhile, so signing in again fixes it.


def _ended(
    sandbox: Running, me: str, some: Sequence[Integrated], clients: Clients, now: datetime
) -> Iterator[Dated]:
    """If each organisation needs its own sign-in, some of yours were refused."""
    for integrated in some:
        name, id = integrated.where
        sandbox.fault("expire", software=name, person=me, organisation=id)
        body = {"reason": Reason.SIGN_IN_REFUSED, "was": None}
        yield last_night(now), integrated.entry(Kind.FOUND_EXPIRED, me, clients.of(integrated), **body)


def _disconnected(
    sandbox: Running, me: str, integrated: Integrated, clients: Clients, now: datetime
) -> Dated:
    """One that you disconnected."""
    name, id = integrated.where
    sandbox.fault("disconnect", software=name, person=me, organisation=id)
    at = max(integrated.at, last_night(now, 4)).replace(hour=11, minute=20)
    return at, integrated.entry(Kind.DISCONNECTED, me, clients.of(integrated), there="ended")
