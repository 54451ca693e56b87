"""Helpers for making plans: what will be done, skipped or can't be done for each client, and why. Nothing is
changed here.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ....practice.facts import NO_FACTS, Facts
from ....practice.model import Client, Integration
from ....practice.plan import Plan, PlanItem, Will
from ....practice.status import Reason
from ....store.store import Store
from ... import words
from ...reach.matching import Matcher
from .kind import Request

Decide = Callable[[Client, Integration], PlanItem | None]


def over(kind: str, request: Request, decide: Decide) -> Plan:
    """A plan for the requested integrations. `decide` returns an item for each, or None to leave it out."""
    now = datetime.now(UTC)
    software, only, store = request.software, request.only, request.store
    pairs: Sequence[tuple[Client, Integration]]
    if only is None:
        pairs = store.clients.integrations(software, now)
    else:
        clients = store.clients.by_id(list(only), now)
        pairs = [
            (clients[id], link)
            for id in only
            if id in clients
            for link in clients[id].integrations
            if software is None or link.software == software
        ]
    items = tuple(item for client, link in pairs if (item := decide(client, link)) is not None)
    return Plan(kind, software, request.sign_in.id if request.sign_in else None, items)


def together(kind: str, plans: Sequence[Plan]) -> Plan:
    """Merges plans of a kind for different accounting apps into one, so that a single job covers them all."""
    if len(plans) == 1:
        return plans[0]
    return Plan(kind, None, None, tuple(item for plan in plans for item in plan.items))


def matcher(store: Store, software: str, now: datetime) -> Matcher:
    """A matcher for the clients without an active integration with this accounting app."""
    return Matcher(store.clients.without(software, now), software)


def is_in_reach(request: Request, organisation_id: str) -> bool:
    """Whether to try it. If each organisation needs its own consent, you can still consent to any."""
    if request.sign_in is not None and request.sign_in.organisation_id is not None:
        return True
    return request.reach is None or organisation_id in request.reach


def sign_in_for(request: Request, link: Integration) -> str | None:
    """The id of the sign-in to use for an integration."""
    return request.sign_in.reaching(link.organisation_id) if request.sign_in else None


def disconnected(request: Request, client: Client, link: Integration) -> PlanItem | None:
    """The item for a disconnected integration: skipped if its client was named, otherwise left out."""
    if request.only is None:
        return None
    return item_of(Will.SKIP, client, link, reason=Reason.DISCONNECTED_HERE)


def item_of(
    will: Will,
    client: Client,
    link: Integration,
    sign_in: str | None = None,
    *,
    reason: str | None = None,
    says: str | None = None,
    facts: Facts = NO_FACTS,
) -> PlanItem:
    """The item for an integration as it is now. The job compares it later, and leaves alone what has changed.

    `sign_in`: the id of the sign-in to use.
    """
    if reason is not None:
        says = says or words.REASONS[reason]
    return PlanItem(
        will, client.id, client.name, link.software, link.organisation_id, reason, says, link.organisation_name, sign_in,
        facts,
    )  # fmt: skip


def cannot(client: str, name: str, software: str, organisation_id: str, reason: str) -> PlanItem:
    """An item that can't be done."""
    return PlanItem(Will.CANNOT, client, name, software, organisation_id, reason, words.REASONS[reason])


def skip(client: str, name: str, software: str, organisation_id: str, reason: str) -> PlanItem:
    """An item that is left alone."""
    return PlanItem(Will.SKIP, client, name, software, organisation_id, reason, words.REASONS[reason])
