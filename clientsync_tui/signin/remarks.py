"""What the user should know about a completed sign-in: permissions not granted, a missing e-mail address, a wrong clock."""

from collections.abc import Iterator

from ..accounting.seam.configured import Configured
from ..practice.people import Person
from ..practice.possessive import possessive
from .token_endpoint import Granted

CLOCK_LEEWAY_S = 120
"""Clocks may differ by this much without a remark."""


def remarks(configured: Configured, granted: Granted, person: Person, ahead_s: float | None) -> Iterator[str]:
    """The sentences, most important first. `person`: as the accounting app named them. `ahead_s`: its clock minus this
    host's.
    """
    title = configured.software.title
    missing = _missing(configured, granted, person)
    if missing:
        purposes = configured.software.grant.scopes
        named = "; ".join(
            f"{scope} ({purposes[scope]})" if scope in purposes else scope for scope in sorted(missing)
        )
        permissions = "this permission" if len(missing) == 1 else "these permissions"
        yield (
            f"{title} did not grant {permissions}: {named}. Anything that needs {'it' if len(missing) == 1 else 'them'} will not work. "
            "Sign in again and allow everything it asks for."
        )
    if not person.email:
        yield f'{title} gave no e-mail address for {person.name}. "{person.name}" is used in its place.'
    if ahead_s is not None and abs(ahead_s) > CLOCK_LEEWAY_S:
        yield f"{clock(title, ahead_s)} Set this host's clock: the dates at which sign-ins end depend on it."


def clock(title: str, ahead_s: float) -> str:
    """A sentence: how this host's clock differs from the server's."""
    which = "behind" if ahead_s > 0 else "ahead of"
    return f"This host's clock is {spoken(abs(ahead_s))} {which} {possessive(title)}."


def _missing(configured: Configured, granted: Granted, person: Person) -> set[str]:
    """The scopes that were requested but not granted. An answer that names none has granted all of them (RFC 6749, section
    5.1).
    """
    if granted.scopes is None:
        return set()
    # OpenID Connect's own scopes show in their effect; not every server lists them.
    effects = {
        "openid": True,
        "offline_access": granted.refresh_token is not None,
        "email": bool(person.email),
        "profile": person.name not in {person.email, person.id},
    }
    return {s for s in configured.scopes if s not in granted.scopes and not effects.get(s, False)}


def spoken(seconds: float) -> str:
    """A duration in words, in the largest unit that fits at least twice."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{round(seconds / length):,} {unit}s"
    return f"{round(seconds)} seconds"
