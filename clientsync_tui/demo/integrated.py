"""An organisation of the demo practice, and the entries about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..accounting.seam.software import Software
from ..practice.entries import Kind, NewEntry, iso
from ..practice.model import Details
from ..practice.people import SignIn

Dated = tuple[datetime, NewEntry]
"""The time of an event, and its entry."""


@dataclass(frozen=True, slots=True)
class Integrated:
    """An organisation, who integrated it, and when."""

    software: Software
    sign_in: SignIn
    organisation_id: str
    details: Details
    at: datetime

    @property
    def name(self) -> str:
        """The business's name."""
        return self.details["name"]

    @property
    def where(self) -> tuple[str, str]:
        """The accounting app and the organisation's id."""
        return self.software.name, self.organisation_id

    def entry(self, kind: Kind, actor: str, client: str, **body: object) -> NewEntry:
        """An entry about this integration."""
        return NewEntry(kind, actor, client, *self.where, body)


def life(sign_in: SignIn) -> timedelta | None:
    """How long the sign-in lasts without being used; None: no known end."""
    return sign_in.ends_at - sign_in.used_at if sign_in.ends_at else None


def used(sign_in: SignIn, at: datetime) -> Dated:
    """The entry that the sign-in was used."""
    body = ends(sign_in, at)
    return at, NewEntry(Kind.SIGN_IN_USED, sign_in.person.email, software=sign_in.software, body=body)


def signed_in(sign_in: SignIn, at: datetime) -> Dated:
    """The entry that the person signed in."""
    person = sign_in.person
    body: dict[str, object] = {
        "person": {"id": person.id, "name": person.name, "email": person.email},
        **ends(sign_in, at),
    }
    if sign_in.organisation_id is not None:
        body["organisation"] = {"id": sign_in.organisation_id, "name": sign_in.organisation_name}
    return at, NewEntry(Kind.SIGNED_IN, person.email, software=sign_in.software, body=body)


def ends(sign_in: SignIn, at: datetime) -> Mapping[str, str | None]:
    """When the sign-in ends if it is not used after that moment, as written in entries."""
    lasts = life(sign_in)
    return {"sign_in": sign_in.id, "ends_at": iso(at + lasts) if lasts else None}
