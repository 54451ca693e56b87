"""Reassign: you become the authenticated user of integrations that colleagues set up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ...practice.entries import Kind
from ...practice.facts import Facts
from ...practice.model import Client, Integration
from ...practice.status import Reason, Why
from .seam.kind import BulkKind, Needs, Request, Unit

if TYPE_CHECKING:
    from ...accounting.seam.software import Software
    from ...practice.plan import Plan, PlanItem
    from .seam.task import Outcome, Task


YOURS = "It is integrated by this sign-in already."


@dataclass(frozen=True, slots=True)
class ReassignFacts(Facts):
    """The integration as the plan found it. `authenticated_by`: the id of its sign-in."""

    authenticated_by: str
    connected_at: datetime
    problem: str | None = None


def plan(request: Request) -> "Plan":
    """Makes the sign-in the authenticated one for all integrations, for the clients in `only`, or for those
    `integrated_by` a person.
    """
    from ...practice.plan import Will
    from .seam.planning import disconnected, is_in_reach, item_of, over, sign_in_for

    named = request.only is not None or request.integrated_by is not None

    def decide(client: Client, link: Integration) -> "PlanItem | None":
        if link.problem is Reason.DISCONNECTED_HERE:
            return disconnected(request, client, link)
        if (
            request.integrated_by is not None
            and link.integrated_by.email.casefold() != request.integrated_by.casefold()
        ):
            return None
        sign_in = sign_in_for(request, link)
        facts = ReassignFacts(link.sign_in, link.connected_at, link.problem)
        if sign_in is not None and link.sign_in == sign_in:
            skipped = item_of(Will.SKIP, client, link, reason=Why.ALREADY_ADDED, says=YOURS, facts=facts)
            return skipped if named else None
        if not is_in_reach(request, link.organisation_id):
            return item_of(Will.CANNOT, client, link, reason=Why.NO_ACCESS, facts=facts)
        return item_of(Will.DO, client, link, sign_in, facts=facts)

    return over(KIND.name, request, decide)


async def do(task: "Task") -> "Outcome":
    """Makes this sign-in the integration's. If someone else took it over meanwhile, leaves it alone."""
    from .seam.pulling import take_over
    from .seam.task import SKIPPED_CHANGED, skipped

    current = task.active()
    if current is None or current[1].sign_in != task.facts(ReassignFacts).authenticated_by:
        return SKIPPED_CHANGED
    if current[1].sign_in == task.sign_in.id:
        return skipped(Why.ALREADY_ADDED, YOURS)
    return await take_over(task, Kind.REASSIGNED, *current)


def entails(plan: "Plan", softwares: "Mapping[str, Software]") -> Iterator[str]:
    """Who authenticates the integrations afterwards."""
    yield "You become the authenticated user; the history says from whom."


KIND = BulkKind(
    name="reassign",
    title="Reassign",
    verb="Reassign",
    participle="reassigned to you",
    already="already yours",
    sentence="Become the authenticated user of the selected clients.",
    unit=Unit.INTEGRATION,
    needs=Needs.ANY,
    plan=plan,
    do=do,
    order=3,
    key="R",
    entails=entails,
)
