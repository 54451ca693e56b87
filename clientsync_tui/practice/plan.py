"""A plan: what a bulk action will do, for each client, before anything is done."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Will(StrEnum):
    """What a plan says of one client."""

    DO = "will_do"
    SKIP = "will_skip"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One client of a plan. `client` is the client's id (one made for it, where the client is yet to be created).

    `reason`: None for `Will.DO`, else a value of `Why`, `Reason` or `Fault`. `body`: what the job needs to carry it out.
    """

    will: Will
    client: str
    name: str
    software: str
    organisation_id: str
    reason: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bulk action will do. `kind`: add, reconnect, reassign, refresh, disconnect or check.

    `sign_in`: the sign-in it is done with; None where each item uses its integration's own.
    """

    kind: str
    software: str | None
    sign_in: str | None
    items: tuple[PlanItem, ...]
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])

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
