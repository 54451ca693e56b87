"""Signing out: which sign-ins belong together, which clients stop working, and what ends in the accounting app."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...accounting.seam.software import Software
from ...practice.people import Person, SignIn
from ...store.store import Store

if TYPE_CHECKING:
    from ..jobs.session import Session

NOT_HELD = (
    "This keyring held no token for it, so none was revoked or deleted. Remove the app in the accounting app itself, and run "
    "`clientsync doctor`, which says whether another program changed the practice's id."
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Everything that one person gives up in one app. `clients`: the names of those whose integrations end with it."""

    software: str
    person: Person
    sign_ins: tuple[SignIn, ...]
    clients: tuple[str, ...]


def leaving(store: Store, sign_ins: Iterable[SignIn]) -> list[Leaving]:
    """Sign-ins grouped by app and person: if each organisation needs its own, a person has many."""
    groups: dict[tuple[str, str], list[SignIn]] = {}
    for sign_in in sign_ins:
        groups.setdefault((sign_in.software, sign_in.person.id), []).append(sign_in)
    return [
        Leaving(
            group[0].software,
            group[0].person,
            tuple(group),
            tuple(name for sign_in in group for name in store.sign_ins.clients_of(sign_in.id)),
        )
        for group in groups.values()
    ]


async def sign_out(session: "Session", group: Leaving) -> list[str]:
    """Signs out. Returns why something did not end in the accounting app, each reason once. Raises the same as
    `Session.sign_out`.
    """
    reasons = [await _signed_out(session, sign_in) for sign_in in group.sign_ins]
    return list(dict.fromkeys(filter(None, reasons)))


async def _signed_out(session: "Session", sign_in: SignIn) -> str | None:
    held = await session.holds(sign_in)
    reason = await session.sign_out(sign_in)
    return reason if held else NOT_HELD


def ends_there(software: Software, person: Person) -> str:
    """What signing out ends in the accounting app, in a sentence."""
    if software.addresses.revoke_url is None:
        return (
            f"{software.title} has no way to end a sign-in from here. It is forgotten here, and ends there once {person.name} removes the "
            f"app in {software.title}."
        )
    if software.grant.revoking_ends == "person":
        return f"This ends everything that {person.name} connected with this app in {software.title}, on other machines too."
    return f"The sign-in is ended in {software.title} too."
