"""Who acts, and the sign-ins they hold."""

from datetime import datetime
from typing import NamedTuple


class Person(NamedTuple):
    """A person as an accounting app knows them. `id`: the app's stable id, not the e-mail address."""

    id: str
    name: str
    email: str

    def known_as(self, brackets: str = "()") -> str:
        """`Ann Other (ann@example.com)`; only the address where the app knows no other name."""
        if self.name in ("", self.email):
            return self.email
        return f"{self.name} {brackets[0]}{self.email}{brackets[1]}"


class SignIn(NamedTuple):
    """One person's grant for one accounting app. Only that person's keyring holds its tokens.

    `id`: `software:person`, or `software:person:organisation` if a grant covers one organisation.
    `used_at`: when the app last renewed it. `ends_at`: when it ends unless it is used before (None: no known end).
    `organisation_id`, `organisation_name`: its organisation, or None if a grant covers many.
    `refused`: the app no longer accepts it. Known only on the host that holds its tokens.
    """

    id: str
    software: str
    person: Person
    used_at: datetime
    ends_at: datetime | None
    organisation_id: str | None = None
    organisation_name: str | None = None
    signed_out: bool = False
    refused: bool = False

    def works(self, now: datetime) -> bool:
        """Whether it can be used, as far as this host knows."""
        return not self.refused and (self.ends_at is None or self.ends_at > now)

    def reaching(self, organisation_id: str) -> str:
        """The id of this person's sign-in for an organisation: this one, or a separate one if each organisation
        needs its own grant.
        """
        if self.organisation_id is None:
            return self.id
        return sign_in_id(self.software, self.person.id, organisation_id)


def sign_in_id(software: str, person_id: str, organisation_id: str | None = None) -> str:
    """The id of a person's sign-in to an app (for one organisation, if a grant covers only one)."""
    return ":".join(part for part in (software, person_id, organisation_id) if part)
