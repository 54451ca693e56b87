"""Refresh: pulls details and lists again, each client's with the sign-in that authenticates it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ...practice.model import Client, Integration
from ...practice.possessive import possessive
from ...practice.status import Reason, Why
from .seam.kind import BulkKind, Needs, Request, Unit

if TYPE_CHECKING:
    from ...practice.plan import Plan, PlanItem
    from .seam.task import Outcome, Task


def plan(request: Request) -> "Plan":
    """Refreshes what sign-ins held here authenticate. Integrations of colleagues can't be refreshed here."""
    from ...practice.plan import Will
    from .seam.planning import disconnected, item_of, over

    def decide(client: Client, link: Integration) -> "PlanItem | None":
        if link.problem is Reason.DISCONNECTED_HERE:
            return disconnected(request, client, link)
        if link.sign_in not in request.held:
            who = link.integrated_by.name or link.integrated_by.email
            if link.signed_out:
                says = f"{who} signed out. Sign in, then reconnect it."
                signed_out = item_of(Will.CANNOT, client, link, reason=Why.NO_ACCESS, says=says)
                return replace(signed_out, waits=True)
            says = f"Only {possessive(who)} sign-in can refresh it. Reassign it to yourself, or ask them."
            return item_of(Will.CANNOT, client, link, reason=Why.NO_ACCESS, says=says)
        return item_of(Will.DO, client, link, link.sign_in)

    return over(KIND.name, request, decide)


async def do(task: "Task") -> "Outcome":
    """Pulls details and lists again."""
    from .seam.pulling import pull_for, refreshed
    from .seam.task import SKIPPED_CHANGED

    current = task.active()
    if current is None:
        return SKIPPED_CHANGED
    return refreshed(task, *current, await pull_for(task, current[1].settings.lists))


KIND = BulkKind(
    name="refresh",
    title="Refresh",
    verb="Refresh",
    participle="refreshed",
    sentence="Pull details and lists of the selected clients again.",
    unit=Unit.INTEGRATION,
    needs=Needs.OWN,
    plan=plan,
    do=do,
    order=4,
    key="f",
    help="""Pull the details and lists of clients again.

    Each is pulled with the sign-in that authenticates it.
    """,
    examples=(
        "clientsync refresh --client ABB01",
        "clientsync refresh --software xero --json",
        "clientsync refresh --all",
    ),
)
