"""How somebody stands with an accounting app: signed in, refused, expired or not signed in. Everything that shows it asks here."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from ..practice.people import SignIn


class SignInState(StrEnum):
    """From best to worst."""

    SIGNED_IN = "signed in"
    REFUSED = "sign-in refused"
    EXPIRED = "sign-in expired"
    NONE = "not signed in"


SYMBOLS = {
    SignInState.SIGNED_IN: "●",
    SignInState.REFUSED: "✗",
    SignInState.EXPIRED: "✗",
    SignInState.NONE: "○",
}
ASCII_SYMBOLS = {
    SignInState.SIGNED_IN: "*",
    SignInState.REFUSED: "x",
    SignInState.EXPIRED: "x",
    SignInState.NONE: "-",
}


def state_of(held: Sequence[SignIn], now: datetime) -> SignInState:
    """What a person's sign-ins to one accounting app come to: one that works is enough."""
    if not held:
        return SignInState.NONE
    if any(each.works(now) for each in held):
        return SignInState.SIGNED_IN
    return SignInState.REFUSED if any(each.refused for each in held) else SignInState.EXPIRED


def used(held: Sequence[SignIn]) -> str | None:
    """The id of the sign-in that is used for everything in one accounting app: None where each organisation has its own."""
    first = next((each for each in held if not each.refused), None)
    return first.id if first is not None and first.organisation_id is None else None


def in_words(held: Sequence[SignIn], now: datetime) -> str:
    """`signed in as ann@example.com, and 1 more`, `sign-in refused: ann@example.com`, `not signed in`."""
    state = state_of(held, now)
    if state is SignInState.NONE:
        return state
    works = state is SignInState.SIGNED_IN
    # Where a sign-in is for one organisation, one person holds many.
    people = list(dict.fromkeys(each.person.email for each in held if each.works(now) is works))
    others = f", and {len(people) - 1} more" if len(people) > 1 else ""
    dead = sum(not each.works(now) for each in held if each.person.email in people) if works else 0
    ended = f" ({dead:,} of {len(held):,} sign-ins no longer work)" if dead else ""
    return f"{state}{' as' if works else ':'} {people[0]}{others}{ended}"
