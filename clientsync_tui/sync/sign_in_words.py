"""A person's state with an accounting app: signed in, refused, expired or not signed in. Everything that shows it
uses this.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from ..practice.counted import counted
from ..practice.people import SignIn


class SignInState(StrEnum):
    """From best to worst."""

    SIGNED_IN = "signed in"
    REFUSED = "sign-in refused"
    EXPIRED = "sign-in expired"
    NONE = "not signed in"


_ENDED = (SignInState.REFUSED, SignInState.EXPIRED)

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
    """The state of a person's sign-ins to one accounting app. A single working one is enough."""
    if not held:
        return SignInState.NONE
    if any(sign_in.works(now) for sign_in in held):
        return SignInState.SIGNED_IN
    return SignInState.REFUSED if any(sign_in.refused for sign_in in held) else SignInState.EXPIRED


def are_of_one_person(held: Iterable[SignIn]) -> bool:
    """Whether these sign-ins are "yours". Beside another person's, each is named, so that they can be told apart."""
    return len({sign_in.person.email.casefold() for sign_in in held}) < 2


def used(held: Sequence[SignIn]) -> str | None:
    """The id of the sign-in used for everything in an accounting app; None if each organisation has its own."""
    first = next((sign_in for sign_in in held if not sign_in.refused), None)
    return first.id if first is not None and first.organisation_id is None else None


def in_words(held: Sequence[SignIn], now: datetime) -> str:
    """`signed in as ann@example.com, and 1 more`, `sign-in refused: ann@example.com`, `not signed in`."""
    state = state_of(held, now)
    if state is SignInState.NONE:
        return state
    works = state is SignInState.SIGNED_IN
    # If each organisation needs its own sign-in, one person has many.
    people = list(dict.fromkeys(sign_in.person.email for sign_in in held if sign_in.works(now) is works))
    others = f", and {len(people) - 1} more" if len(people) > 1 else ""
    dead = sum(not sign_in.works(now) for sign_in in held if sign_in.person.email in people) if works else 0
    ended = f" ({dead:,} of {len(held):,} sign-ins no longer work)" if dead else ""
    # A colleague's sign-in that no longer works is not hidden behind one that does.
    rest = [sign_in for sign_in in held if sign_in.person.email not in people] if works else []
    also = f"; {in_words(rest, now)}" if rest else ""
    return f"{state}{' as' if works else ':'} {people[0]}{others}{ended}{also}"


def _grouped(
    held: Sequence[SignIn], apps: Iterable[str], title: Callable[[str], str], now: datetime
) -> tuple[dict[tuple[str, SignInState], list[str]], dict[SignInState, list[str]]]:
    """The apps by person (an e-mail address, empty for nobody) and state, and each app once by its worst state."""
    found: dict[tuple[str, SignInState], list[str]] = {}
    worst: dict[SignInState, list[str]] = {}
    for software in apps:
        own = [sign_in for sign_in in held if sign_in.software == software]
        states: list[SignInState] = []
        for email in dict.fromkeys(sign_in.person.email for sign_in in own) or ("",):
            state = state_of([sign_in for sign_in in own if sign_in.person.email == email], now)
            found.setdefault((email, state), []).append(title(software))
            states.append(state)
        ended = [state for state in states if state in _ENDED]
        worst.setdefault(ended[0] if ended else states[0], []).append(title(software))
    return found, worst


def by_person(
    held: Sequence[SignIn],
    softwares: Iterable[str],
    title: Callable[[str], str],
    now: datetime,
    *,
    ascii_marks: bool,
) -> list[str]:
    """Who is signed in where, each person once, from the longest form to the shortest: `● Amelia Ford  App Other
    ○ Third`, down to `● 2 apps   ○ 1 app`.

    `softwares`: the accounting apps that are set up, in the order to name them.
    """
    symbols = ASCII_SYMBOLS if ascii_marks else SYMBOLS
    apps = list(dict.fromkeys([*softwares, *(sign_in.software for sign_in in held)]))
    names = {sign_in.person.email: sign_in.person.name or sign_in.person.email for sign_in in held}
    firsts = [name.partition(" ")[0] for name in names.values()]
    found, worst = _grouped(held, apps, title, now)

    def words(name: Callable[[str], str], those: Callable[[list[str]], str] = " ".join) -> str:
        return "   ".join(
            f"{symbols[state]} {name(names[email]) if email else ''}{those(of)}"
            + (f" ({state})" if state in _ENDED else "")
            for (email, state), of in sorted(found.items(), key=lambda item: not item[0][0])
        )

    def first(name: str) -> str:
        alone = name.partition(" ")[0]
        return f"{alone}  " if firsts.count(alone) == 1 else f"{name}  "

    def number(of: list[str]) -> str:
        return counted(len(of), "app")

    def without_names(those: Callable[[list[str]], str]) -> str:
        """Each app once, by its worst state."""
        return "   ".join(
            f"{symbols[state]} {those(worst[state])}{f' ({state})' if state in _ENDED else ''}"
            for state in SignInState
            if state in worst
        )

    # However narrow the header is, what ended is never hidden.
    ended_only = [
        f"{symbols[state]} {number(worst[state])}"
        for state in SignInState
        if state in worst and state in _ENDED
    ]
    return [
        words(lambda name: f"{name}  "),
        words(first),
        without_names(" ".join),
        words(first, number),
        without_names(number),
        *(["   ".join(ended_only)] if ended_only else []),
    ]
