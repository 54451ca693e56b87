"""What your sign-ins reached when they were last asked, which is known without calling an app."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from ...practice.people import SignIn
from ...practice.status import FOR_THE_CLIENT, Reason
from ...store.fixes import Cause, Fix
from ...store.store import Store
from ..locale_words import brief, number


class LastReach(NamedTuple):
    """`reached` `of` that many organisations, as the app said at that time."""

    reached: int
    of: int
    at: datetime

    @property
    def all(self) -> bool:
        """Whether it reached every one."""
        return self.reached == self.of

    @property
    def short(self) -> str:
        """`you reach 7 of 8`"""
        return f"you reach {number(self.reached)} of {number(self.of)}"

    def words(self, now: datetime) -> str:
        """`you reach 7 of 8, as of 28 Nov`"""
        return f"{self.short}, as of {brief(self.at, now)}"


def of_organisations(
    store: Store, sign_in: SignIn | None, organisations: Collection[str]
) -> LastReach | None:
    """How many of these a sign-in reached; None if not known."""
    known = store.sign_ins.reach(sign_in.id) if sign_in is not None else None
    if known is None:
        return None
    at, reached = known
    return LastReach(len(reached.intersection(organisations)), len(organisations), at)


def of_fixes(
    store: Store, fixes: Sequence[Fix], clients: Sequence[int], held: Sequence[SignIn], now: datetime
) -> Mapping[Cause, LastReach]:
    """The same for each fix, with the sign-in that would be used. Fixes for which nothing useful is known are left
    out.
    """
    found: dict[Cause, LastReach] = {}
    for fix in fixes:
        cause = fix.cause
        used = next((own for own in held if own.software == cause.software and own.works(now)), None)
        if used is None or used.organisation_id is not None or cause.reason in FOR_THE_CLIENT:
            continue
        links = store.clients.with_cause(cause, clients, now)
        reach = of_organisations(store, used, {organisation for _, organisation in links})
        if reach is not None and not (links and _is_outdated(store, cause, used, reach, links[0])):
            found[cause] = reach
    return found


def _is_outdated(store: Store, cause: Cause, used: SignIn, reach: LastReach, link: tuple[int, str]) -> bool:
    """Whether this sign-in lost access after it was last asked. One check finds that for all of a fix, so the first link
    tells.
    """
    if cause.reason is not Reason.ACCESS_REMOVED or used.person.id != cause.person:
        return False
    last_found = store.clients.last_found(*link)
    return last_found is not None and reach.at < last_found
