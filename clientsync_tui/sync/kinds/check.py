"""Check: one call to each organisation whose sign-in is held here. What it finds is recorded."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ...practice.entries import Kind
from ...practice.model import Client, Integration
from ...practice.status import Reason
from . import refresh
from .seam.kind import BulkKind, Needs, Request, Unit

if TYPE_CHECKING:
    from ...practice.plan import Plan, PlanItem
    from .seam.task import Outcome, Task


def plan(request: Request) -> "Plan":
    """Calls every organisation whose sign-in is held here, once."""
    from ...practice.plan import Will
    from .seam.planning import item_of, over

    def decide(client: Client, link: Integration) -> "PlanItem | None":
        if link.problem is Reason.DISCONNECTED_HERE or link.sign_in not in request.held:
            return None
        return item_of(Will.DO, client, link, link.sign_in)

    return over(KIND.name, request, decide)


async def do(task: "Task") -> "Outcome":
    """Calls the organisation once, or refreshes it if its automatic refresh is due."""
    from ...store.jobs import ItemState
    from .seam.task import SKIPPED_CHANGED, Outcome

    current = task.active()
    if current is None:
        return SKIPPED_CHANGED
    client, link = current
    if _is_refresh_due(link, datetime.now(UTC)):
        return await refresh.do(task)
    await task.software.details(task.calls, task.item.organisation_id)
    found = [task.entry(Kind.FOUND_WORKING, client.id, was=link.problem)] if link.problem else []
    return Outcome(ItemState.DONE, entries=found, answered=True, expects=link if found else None)


def _is_refresh_due(link: Integration, now: datetime) -> bool:
    days, last = link.settings.refresh_days, link.refreshed_at
    if not days:
        return False
    # A refresh in the future was recorded while the clock was ahead, so it means nothing.
    return last is None or last > now or last + timedelta(days=days) <= now


KIND = BulkKind(
    name="check",
    title="Check",
    verb="Check",
    participle="checked",
    sentence="Check the organisations of the selected clients, or of all, with the sign-ins held here. Record the results.",
    unit=Unit.INTEGRATION,
    needs=Needs.OWN,
    plan=plan,
    do=do,
    order=6,
    key="K",
    whole_list=True,
)
