"""A plan: what a bulk action will do, for each client, before anything is done."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .facts import NO_FACTS, Facts


class Will(StrEnum):
    """What a plan says of one client."""

    DO = "will_do"
    SKIP = "will_skip"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One client of a plan. `client` is the client's id (one made for it, where the client is yet to be created).

    `reason`: None for `Will.DO`, else a value of `Why`, `Reason` or `Fault`; `says`: the same in a sentence. `sign_in`: the id of
    the sign-in it will be done with: one that is held, one that is yet to be made (where a sign-in is for one organisation), or None:
    whoever will have signed in by then, or no one where the item calls no accounting app. `waits`: it can't be done until
    someone signs in.
    """

    will: Will
    client: str
    name: str
    software: str
    organisation_id: str
    reason: str | None = None
    says: str | None = None
    organisation_name: str | None = None
    sign_in: str | None = None
    facts: Facts = NO_FACTS
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bulk action will do. `kind`: the name of a kind of work.

    `sign_in`: the sign-in it is done with; None if each item uses its integration's own.
    """

    kind: str
    software: str | None
    sign_in: str | None
    items: tuple[PlanItem, ...]

    def about(self, integrations: Collection[tuple[str, str]]) -> "Plan":
        """The part about these integrations (accounting app and organisation id): a client may have others."""
        items = (item for item in self.items if (item.software, item.organisation_id) in integrations)
        return replace(self, items=tuple(items))

    def count(self, will: Will) -> int:
        """How many items will go that way."""
        return sum(item.will is will for item in self.items)

    def only(self, wills: Iterable[Will]) -> tuple[PlanItem, ...]:
        """The items that will go one of these ways."""
        wanted = frozenset(wills)
        return tuple(item for item in self.items if item.will in wanted)
