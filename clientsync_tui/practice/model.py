"""The practice's clients, their organisations, and the integrations between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from .claims import Claim
from .people import Person
from .status import Reason, Standing

Details = Mapping[str, str]
"""Particulars of an organisation by name (a key of `DETAIL_TITLES`). Those the app does not provide are absent."""

CONTACT = ("contact_name", "email", "phone")
"""Details that say how to reach the client. They are on screens and in JSON, but not in the CSV."""

DETAIL_TITLES = {
    "name": "Name", "contact_name": "Contact", "email": "E-mail", "phone": "Phone",
    "legal_name": "Legal name", "type": "Organisation type", "country": "Country", "currency": "Currency",
    "tax_number": "Tax number", "registration_number": "Registration number", "year_end": "Financial year end",
    "timezone": "Time zone", "tax_basis": "Sales tax basis", "tax_period": "Sales tax period", "lock_date": "Period lock date",
    "edition": "Edition", "short_code": "Short code", "number_there": "Number there", "demo": "Demo company",
    "site": "Data centre",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Organisation:
    """A set of books inside an accounting app, as a sign-in lists it.

    `connection_id`: the app's own id of the link between the person and the organisation, if it has one.
    `connected_at`: when that link was last made. `details`: what the list already contains.
    `problem`: why the sign-in cannot use it now, if the list says so; then it is not offered.
    """

    id: str
    name: str
    connection_id: str | None = None
    connected_at: datetime | None = None
    details: Details = field(default_factory=dict[str, str])
    problem: Reason | None = None


class LastFault(NamedTuple):
    """The last passing fault since the last good check, if calling the organisation failed since then."""

    at: datetime
    what: str


class Settings(NamedTuple):
    """How an integration behaves. `lists`: which lists are pulled (None: all). `refresh_days`: how often to refresh automatically (0:
    never). `follow_details`: whether the client's details follow the organisation's.
    """

    lists: tuple[str, ...] | None = None
    refresh_days: int = 0
    follow_details: bool = True
    note: str = ""


class Integration(NamedTuple):
    """The link between a client and an organisation, authenticated by one person's sign-in."""

    client: int
    software: str
    organisation_id: str
    organisation_name: str
    sign_in: str
    integrated_by: Person
    connected_at: datetime
    standing: Standing
    problem: Reason | None
    refreshed_at: datetime | None
    checked_at: datetime | None
    expires_at: datetime | None
    last_fault: LastFault | None
    settings: Settings
    signed_out: bool = False
    """Whether the person who integrated it signed out here, as opposed to being refused by the app."""


class Client(NamedTuple):
    """One business on the practice's client list. `n` is its number in the local tables; `id` is its id everywhere else."""

    n: int
    id: str
    name: str
    practice_code: str | None
    team: str | None
    note: str
    details: Details
    integrations: tuple[Integration, ...] = ()
    changed_at: datetime | None = None
    """When anything about the client last changed. None if nobody asked for it."""
    claim: Claim | None = None

    @property
    def follows_one(self) -> bool:
        """Whether the client's details follow those of an active integration."""
        return any(
            link.settings.follow_details and link.problem is not Reason.DISCONNECTED_HERE
            for link in self.integrations
        )
