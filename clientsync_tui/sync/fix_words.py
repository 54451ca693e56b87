"""Fixes in words: the cause, and what Enter does about it. The client list and the numbered menu share these."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from types import MappingProxyType
from typing import NamedTuple

from ..practice.people import SignIn
from ..practice.possessive import possessive
from ..practice.status import FOR_THE_CLIENT, Reason, Status
from ..store.fixes import Cause, Fix
from ..store.store import Store
from .kinds.reconnect import CONSENT_AGAIN
from .locale_words import counted, number, short_date
from .reach.last_reach import LastReach
from .sign_in_words import are_of_one_person
from .tabs import Tab
from .words import REASONS

STATUSES: dict[str, frozenset[Status]] = {
    "expiring": frozenset({Status.EXPIRING}),
    "expired": frozenset({Status.EXPIRED}),
    "broken": frozenset({Status.BROKEN}),
}
"""What is fixed under each tab: every integration with that status. A client is under the tab of its worst
integration, so there may be more integrations to fix than the tab has clients.
"""


class Step(Enum):
    """What to do about a cause."""

    RECONNECT = auto()
    SIGN_IN_AGAIN = auto()
    REASSIGN = auto()
    ASK_THE_CLIENT = auto()


class FixLine(NamedTuple):
    """A fix as one line. `app`: the accounting app's display name. `does`: what Enter does. `reach`: how many you
    reach, if known; `reach_short`: the same without the time.
    """

    fix: Fix
    step: Step
    app: str
    cause: str
    does: str
    reach: str = ""
    reach_short: str = ""

    @property
    def start(self) -> str:
        """`APP · 8 · `"""
        return f"{self.app} · {number(self.fix.integrations)} · "

    @property
    def end(self) -> str:
        """` · Reconnect`"""
        return f" · {self.does}"

    def __str__(self) -> str:
        """`APP · 8 · Grace Haddad's sign-in was refused · Reconnect`"""
        return f"{self.start}{self.cause}{f' · {self.reach}' if self.reach else ''}{self.end}"

    @property
    def says(self) -> str:
        """The reason as a sentence, with the next step."""
        return REASONS[self.fix.cause.reason]


def statuses_under(tab: Tab) -> frozenset[Status]:
    """The statuses that are fixed under a tab; most tabs have none."""
    return STATUSES.get(tab.key, frozenset())


def to_fix(tab: Tab, fixes: Sequence[Fix]) -> str:
    """`21 expired integrations to fix`"""
    return f"{counted(sum(fix.integrations for fix in fixes), f'{tab.key} integration')} to fix"


def fixes_under(store: Store, tab: Tab, clients: Sequence[int], now: datetime) -> list[Fix]:
    """The fixes under this tab for these clients."""
    statuses = statuses_under(tab)
    return store.clients.fixes(clients, statuses, now) if statuses else []


def lines(
    title: Callable[[str], str],
    fixes: Sequence[Fix],
    held: Collection[SignIn],
    now: datetime,
    reached: Mapping[Cause, LastReach] = MappingProxyType({}),
) -> list[FixLine]:
    """The fixes as lines. `reached`: how many of each you reach, if known. `title`: gives an accounting app's
    display name. `held`: the sign-ins whose tokens this person has.
    """
    you = {(sign_in.software, sign_in.person.id) for sign_in in held}
    working = [sign_in for sign_in in held if sign_in.works(now)]
    signed_in = {sign_in.software for sign_in in working}
    is_one_person = are_of_one_person(held)
    found: list[FixLine] = []
    for fix in fixes:
        cause = fix.cause
        mine = (cause.software, cause.person) in you
        reach = reached.get(cause)
        step = step_of(fix, mine=mine, reach=reach)
        app = title(cause.software)
        alike = [other for other in fixes if _looks_like(other, fix)]
        who = _name(fix, with_email=len(alike) > 1)
        description = cause_words(fix, app, None if mine and is_one_person else who, now)
        renews = step is Step.SIGN_IN_AGAIN or cause.reason in CONSENT_AGAIN
        consents = len(fix.own if renews else fix.own - _consented(cause.software, working))
        does = step_words(
            fix, step, mine=mine, signed_in=cause.software in signed_in, consents=consents, reach=reach
        )
        known = (reach.words(now), reach.short) if reach else ("", "")
        found.append(FixLine(fix, step, app, description, does, *known))
    return found


def _consented(software: str, working: Sequence[SignIn]) -> set[str]:
    """The organisations that the reconnecting person, whose sign-in was used last, has working sign-ins for."""
    own = [sign_in for sign_in in working if sign_in.software == software and sign_in.organisation_id]
    return {str(sign_in.organisation_id) for sign_in in own if sign_in.person == own[0].person}


def _looks_like(one: Fix, other: Fix) -> bool:
    same = one.cause.software == other.cause.software and one.cause.reason is other.cause.reason
    return same and one.person.name == other.person.name


def _name(fix: Fix, *, with_email: bool) -> str:
    person = fix.person
    return person.known_as() if with_email else person.name or person.email


def step_of(fix: Fix, *, mine: bool, reach: LastReach | None = None) -> Step:
    """What fixes it. `mine`: the broken sign-in is your own. What a colleague's lacks, yours may have. `reach`: how many
    the sign-in that would be used reaches, if known. One that reaches none can fix nothing.
    """
    match fix.cause.reason:
        case reason if reason in FOR_THE_CLIENT:
            return Step.ASK_THE_CLIENT
        case Reason.PERMISSION_MISSING if mine:
            return Step.SIGN_IN_AGAIN
        case Reason.ACCESS_REMOVED if not mine:
            return Step.REASSIGN
        case Reason.SIGN_IN_REFUSED | Reason.SIGN_IN_LAPSED if reach and not reach.reached:
            return Step.SIGN_IN_AGAIN
        case _:
            return Step.RECONNECT


def step_words(
    fix: Fix, step: Step, *, mine: bool, signed_in: bool, consents: int, reach: LastReach | None = None
) -> str:
    """What Enter does, in a button's words. `signed_in`: you have a working sign-in. `consents`: how many are still
    needed. `reach`: how many your sign-in reaches, if known.
    """
    match step:
        case Step.ASK_THE_CLIENT:
            return "Ask the client"
        case Step.REASSIGN:
            return "Reassign" if signed_in or fix.each_own else "Sign in and reassign"
        case _ if mine and fix.cause.reason is Reason.ACCESS_REMOVED and not (reach and reach.all):
            return "Ask for access, then reconnect"
        case _ if consents:
            return f"Start {counted(consents, 'consent')}"
        case Step.SIGN_IN_AGAIN:
            lacking = fix.cause.reason is Reason.PERMISSION_MISSING
            return "Sign in again" if lacking else "Sign in and reconnect"
        case Step.RECONNECT:
            return "Reconnect" if signed_in else "Sign in and reconnect"


def cause_words(fix: Fix, app: str, who: str | None, now: datetime) -> str:
    """`Grace Haddad's sign-in was refused`. `who`: None means you."""
    whose = possessive(who) if who else "your"
    several = fix.each_own and fix.integrations > 1
    sign_in = f"{whose} sign-in{'s' if several else ''}"
    match fix.cause.reason:
        case Reason.SIGN_IN_REFUSED:
            return f"{sign_in} {'were' if several else 'was'} refused"
        case Reason.SIGN_IN_LAPSED:
            return f"{sign_in} ran out{_on(fix, now)}"
        case Reason.SIGN_IN_ENDING:
            return f"{sign_in} end{'' if several else 's'}{_on(fix, now) or ' soon'}"
        case Reason.ACCESS_REMOVED:
            return f"{whose} access was removed"
        case Reason.PERMISSION_MISSING:
            return f"{sign_in} lack{'' if several else 's'} a permission"
        case Reason.DISCONNECTED_THERE:
            return f"disconnected in {app}, integrated by {who or 'you'}"
        case reason:
            problem = "subscription not paid" if reason is Reason.UNPAID else "organisation closed"
            return f"{problem}, integrated by {who or 'you'}"


def _on(fix: Fix, now: datetime) -> str:
    """The day, if it is a single one."""
    first, last = short_date(fix.first_end, now), short_date(fix.last_end, now)
    return f" on {first}" if first and first == last else ""
