"""Reconnect: an expired or broken integration gets a sign-in that works."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ...practice.entries import Kind
from ...practice.facts import Facts
from ...practice.model import Client, Integration
from ...practice.status import FOR_THE_CLIENT, Reason, Status, Why
from .seam.kind import BulkKind, Needs, Request, Unit

if TYPE_CHECKING:
    from ...practice.plan import Plan, PlanItem
    from .seam.task import Outcome, Task

AFFECTED = frozenset({Status.EXPIRED, Status.BROKEN})
CONSENT_AGAIN = frozenset({Reason.DISCONNECTED_HERE, Reason.DISCONNECTED_THERE})
LACKING = (
    "Your sign-in lacks a permission. If your role there was raised, check it. Otherwise sign in again, and "
    "allow everything the app asks for."
)
CONSENT = "It was disconnected, so your sign-in no longer includes it. Sign in again and choose this organisation there."


@dataclass(frozen=True, slots=True)
class ReconnectFacts(Facts):
    """`connected_at`: of the integration, when the plan was made."""

    connected_at: datetime


def plan(request: Request) -> "Plan":
    """Reconnects every expired or broken client, or those of the clients in `only` that are not connected."""
    from ...practice.plan import Will
    from .seam.planning import is_in_reach, item_of, over, sign_in_for

    own = request.sign_in
    # If each organisation needs its own sign-in, the job asks for a new one.
    lacking = (
        request.store.sign_ins.lacking(own.id) if own and own.organisation_id is None else frozenset[str]()
    )

    def decide(client: Client, link: Integration) -> "PlanItem | None":
        status = link.standing.status
        if request.only is None and status not in AFFECTED:
            return None
        if status is Status.CONNECTED:
            says = "Already connected and working."
            return item_of(Will.SKIP, client, link, reason=Why.ALREADY_ADDED, says=says)
        if link.problem in FOR_THE_CLIENT:
            return item_of(Will.CANNOT, client, link, reason=link.problem)
        if not is_in_reach(request, link.organisation_id):
            mine = link.sign_in == sign_in_for(request, link) and link.problem in CONSENT_AGAIN
            return item_of(Will.CANNOT, client, link, reason=Why.NO_ACCESS, says=CONSENT if mine else None)
        if own is not None and link.sign_in == own.id and link.organisation_id in lacking:
            missing = item_of(Will.CANNOT, client, link, reason=link.problem, says=LACKING)
            return replace(missing, waits=True)
        facts = ReconnectFacts(link.connected_at)
        return item_of(Will.DO, client, link, sign_in_for(request, link), facts=facts)

    return over(KIND.name, request, decide)


async def do(task: "Task") -> "Outcome":
    """Replaces the dead sign-in. If the integration works again or a colleague reconnected it, leaves it alone."""
    from .seam.pulling import take_over
    from .seam.task import SKIPPED_CHANGED

    current = task.current()
    if current is None:
        return SKIPPED_CHANGED
    client, link = current
    moved = link.connected_at != task.facts(ReconnectFacts).connected_at
    if moved or link.standing.status is Status.CONNECTED:
        return SKIPPED_CHANGED
    return await take_over(task, Kind.RECONNECTED, client, link)


KIND = BulkKind(
    name="reconnect",
    title="Reconnect",
    verb="Reconnect",
    participle="reconnected",
    already="already connected",
    sentence="Reconnect the selected clients with your sign-in.",
    unit=Unit.INTEGRATION,
    needs=Needs.ANY,
    plan=plan,
    do=do,
    order=2,
    key="r",
    footer=6,
    everyone="Every expired or broken client (of SOFTWARE, if you name it).",
    help="""Reconnect expired and broken clients with your sign-in.

    Their details and lists are pulled too. Working integrations are left alone. If each organisation needs its
    own consent, you are taken from one to the next. An empty line stops; run the same command again to continue.
    """,
    examples=(
        "clientsync reconnect xero --all --dry-run",
        "clientsync reconnect xero --all",
        "clientsync reconnect --all",
        "clientsync reconnect --client ABB01",
    ),
)
