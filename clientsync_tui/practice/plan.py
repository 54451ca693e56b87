"""A plan: what a bulk action will do for each client, decided before anything is done."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .facts import NO_FACTS, Facts

NO_CLIENT = ""
"""Stands for a client's id, if an organisation has no client and can't get one."""


class Will(StrEnum):
    """What a plan will do with one client."""

    DO = "will_do"
    SKIP = "will_skip"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One client of a plan. `client`: the client's id; if the client does not exist yet, the id it will get; else `NO_CLIENT`.

    `reason`: None for `Will.DO`, else a value of `Why`, `Reason` or `Fault`. `says`: the same as a sentence. `sign_in`: the id of the
    sign-in to use. It may not exist yet, if each organisation needs its own. None: the person's sign-in at that time, or none if the item
    makes no calls. `waits`: it can't be done until someone signs in.
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

    `sign_in`: the sign-in to use, or None if each item uses its integration's own.
    """

    kind: str
    software: str | None
    sign_in: str | None
    items: tuple[PlanItem, ...]

    def about(self, integrations: Collection[tuple[str, str]]) -> "Plan":
        """The part of the plan for these integrations (accounting app and organisation id), because a client may
        have several.
        """
        items = (item for item in self.items if (item.software, item.organisation_id) in integrations)
        return replace(self, items=tuple(items))

    def count(self, will: Will) -> int:
        """How many items have this outcome."""
        return sum(item.will is will for item in self.items)

    def only(self, wills: Iterable[Will]) -> tuple[PlanItem, ...]:
        """The items with one of these outcomes."""
        wanted = frozenset(wills)
        return tuple(item for item in self.items if item.will in wanted)
