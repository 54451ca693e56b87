"""Who acts, and the sign-ins they hold."""

from datetime import datetime
from typing import NamedTuple


class Person(NamedTuple):
    """A person as an accounting software knows them. `id` is that software's stable id, not the e-mail address."""

    id: str
    name: str
    email: str


class SignIn(NamedTuple):
    """One person's grant for one accounting software; its tokens are in that person's keyring, nowhere else.

    `id` is `software:person`, or `software:person:organisation` where a grant is for one organisation.
    `used_at` is the last time the software renewed it; `ends_at` when it ends if it is not used before (None: no end known).
    `organisation_id`, `organisation_name`: the one that it is for; None where a grant is for many.
    `refused`: where its tokens are held, that the accounting app no longer accepts it.
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
        """Whether it can be used, as far as is known here."""
        return not self.refused and (self.ends_at is None or self.ends_at > now)

    def reaching(self, organisation_id: str) -> str:
        """The id of this person's sign-in for an organisation: this one, or one of its own where a grant is for one."""
        if self.organisation_id is None:
            return self.id
        return sign_in_id(self.software, self.person.id, organisation_id)


def sign_in_id(software: str, person_id: str, organisation_id: str | None = None) -> str:
    """The id of the sign-in of a person for a software (and, where a grant is for one, an organisation)."""
    return ":".join(part for part in (software, person_id, organisation_id) if part)
