"""The plans of the bulk actions: for each client what will be done, skipped, or cannot be, and why. Nothing is changed here.

Each item says in `with` which sign-in it will be done with: one that is held, one that is yet to be made (where a sign-in is for
one organisation), or None: whoever will have signed in by then.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from ..practice.model import Client, Integration, Organisation
from ..practice.people import SignIn
from ..practice.plan import Plan, PlanItem, Will
from ..practice.status import FOR_THE_CLIENT, Reason, Status, Why
from ..store.store import Store
from . import words
from .changes import new_client_id
from .reach.matching import Matcher

Reach = Mapping[str, Organisation]
"""The organisations that a sign-in reaches, by id."""

AFFECTED = frozenset({Status.EXPIRED, Status.BROKEN})


def add(
    store: Store,
    software: str,
    sign_in: SignIn,
    reach: Reach,
    chosen: Collection[str],
    *,
    team: str | None = None,
    apart: Collection[str] = (),
) -> Plan:
    """Adds a client for each chosen organisation, or links it to the client it belongs to (unless it is in `apart`).

    `chosen`: organisation ids; those that the sign-in does not reach cannot be added, but where a sign-in is for one
    organisation the person may yet consent to it.
    """
    now = datetime.now(UTC)
    integrated = store.clients.integrated(software)
    # By the practice's own spelling of the id, whatever the person typed.
    chosen = list(dict.fromkeys(reach[each].id if each in reach else each for each in chosen))
    organisations = [reach[each] for each in chosen if each in reach]
    matches = matcher(store, software, now).matches(organisations)
    items: list[PlanItem] = []
    for each in chosen:
        organisation = reach.get(each)
        if organisation is None and sign_in.organisation_id is not None:
            organisation = Organisation(each, integrated[each][1] if each in integrated else each)
        if organisation is None:
            known = integrated.get(each)
            name = known[1] if known else each
            items.append(cannot(known[0] if known else each, name, software, each, Why.NO_ACCESS))
            continue
        known = integrated.get(each)
        body: dict[str, str | None] = {
            "organisation_name": organisation.name,
            "team": team,
            "with": sign_in.reaching(each),
        }
        if known is None:
            if each in apart:
                body["apart"] = "yes"
            match = None if each in apart else matches.get(each)
            client, name = (
                (match.client.id, match.client.name) if match else (new_client_id(), organisation.name)
            )
            body["linked_by"] = match.by if match else None
        elif known[3] == Reason.DISCONNECTED_HERE:
            client, name = known[0], known[1]
            body["linked_by"] = "organisation"
        else:
            items.append(skip(known[0], known[1], software, each, Why.ALREADY_ADDED))
            continue
        items.append(PlanItem(Will.DO, client, name, software, each, body=body))
    return Plan("add", software, sign_in.id, tuple(items), {"team": team})


def matcher(store: Store, software: str, now: datetime) -> Matcher:
    """A matcher over the clients that have no living integration of this software."""
    return Matcher(store.clients.without(software, now), software)


def reconnect(
    store: Store,
    software: str | None,
    sign_in: SignIn | None,
    reach: Reach | None,
    only: Collection[str] | None = None,
) -> Plan:
    """Reconnects with `sign_in` every expired or broken client, or those of the clients `only` that are not connected.

    `reach`: None before the sign-in, when it is not known yet whom it reaches: then everything that would be tried is planned.
    `software`: None for all; then nobody has signed in yet.
    """

    def decide(client: Client, link: Integration) -> PlanItem | None:
        status = link.standing.status
        if only is None and status not in AFFECTED:
            return None
        if status is Status.CONNECTED:
            said = "It is connected and working; it is not touched."
            return item_of(Will.SKIP, client, link, reason=Why.ALREADY_ADDED, says=said)
        if link.problem in FOR_THE_CLIENT:
            return item_of(Will.CANNOT, client, link, reason=link.problem)
        if not _in_reach(sign_in, reach, link.organisation_id):
            return item_of(Will.CANNOT, client, link, reason=Why.NO_ACCESS)
        return item_of(Will.DO, client, link, _of(sign_in, link))

    return _over("reconnect", store, software, sign_in, only, decide)


def reassign(
    store: Store,
    software: str | None,
    sign_in: SignIn | None,
    reach: Reach | None,
    only: Collection[str] | None = None,
    integrated_by: str | None = None,
) -> Plan:
    """Makes `sign_in` the authenticated one of integrations that others set up: all, those of `only`, or those by `integrated_by` (e-mail).

    `sign_in`, `reach`, `software`: None as for `reconnect`.
    """

    def decide(client: Client, link: Integration) -> PlanItem | None:
        if link.problem is Reason.DISCONNECTED_HERE:
            return (
                item_of(Will.SKIP, client, link, reason=Reason.DISCONNECTED_HERE)
                if only is not None
                else None
            )
        if integrated_by is not None and link.integrated_by.email.casefold() != integrated_by.casefold():
            return None
        if sign_in is not None and link.sign_in == sign_in.reaching(link.organisation_id):
            said = "It is integrated by this sign-in already."
            return (
                item_of(Will.SKIP, client, link, reason=Why.ALREADY_ADDED, says=said)
                if only is not None or integrated_by is not None
                else None
            )
        if not _in_reach(sign_in, reach, link.organisation_id):
            return item_of(Will.CANNOT, client, link, reason=Why.NO_ACCESS)
        return item_of(Will.DO, client, link, _of(sign_in, link))

    return _over("reassign", store, software, sign_in, only, decide)


def refresh(
    store: Store, software: str | None, held: Collection[str], only: Collection[str] | None = None
) -> Plan:
    """Pulls details and lists again, each client with its own sign-in; those that others signed in cannot be refreshed here."""

    def decide(client: Client, link: Integration) -> PlanItem | None:
        if link.problem is Reason.DISCONNECTED_HERE:
            return (
                item_of(Will.SKIP, client, link, reason=Reason.DISCONNECTED_HERE)
                if only is not None
                else None
            )
        if link.sign_in not in held:
            says = f"Only {link.integrated_by.name}'s sign-in can refresh it; reassign it to yourself, or ask them."
            return item_of(Will.CANNOT, client, link, reason=Why.NO_ACCESS, says=says)
        return item_of(Will.DO, client, link, link.sign_in)

    return _over("refresh", store, software, None, only, decide)


def disconnect(
    store: Store, software: str | None, held: Collection[str], only: Collection[str] | None = None
) -> Plan:
    """Ends integrations here and, where the sign-in is held here and the software allows, there."""

    def decide(client: Client, link: Integration) -> PlanItem | None:
        if link.problem is Reason.DISCONNECTED_HERE:
            return (
                item_of(Will.SKIP, client, link, reason=Reason.DISCONNECTED_HERE)
                if only is not None
                else None
            )
        there = "own" if link.sign_in in held else "not_ours"
        return item_of(Will.DO, client, link, link.sign_in, there=there)

    return _over("disconnect", store, software, None, only, decide)


def check(
    store: Store, software: str | None, held: Collection[str], only: Collection[str] | None = None
) -> Plan:
    """Calls every organisation once whose sign-in is held here."""

    def decide(client: Client, link: Integration) -> PlanItem | None:
        if link.problem is Reason.DISCONNECTED_HERE or link.sign_in not in held:
            return None
        return item_of(Will.DO, client, link, link.sign_in)

    return _over("check", store, software, None, only, decide)


def _over(
    kind: str,
    store: Store,
    software: str | None,
    sign_in: SignIn | None,
    only: Collection[str] | None,
    decide: Callable[[Client, Integration], PlanItem | None],
) -> Plan:
    now = datetime.now(UTC)
    pairs: Sequence[tuple[Client, Integration]]
    if only is None:
        pairs = store.clients.integrations(software, now)
    else:
        clients = store.clients.by_id(list(only), now)
        pairs = [
            (clients[each], link)
            for each in only
            if each in clients
            for link in clients[each].integrations
            if software is None or link.software == software
        ]
    items = tuple(item for client, link in pairs if (item := decide(client, link)) is not None)
    return Plan(kind, software, sign_in.id if sign_in else None, items)


def together(plans: Sequence[Plan]) -> Plan:
    """One plan of several of the same kind, each for a software of its own: one job across all of them."""
    if len(plans) == 1:
        return plans[0]
    return Plan(plans[0].kind, None, None, tuple(item for plan in plans for item in plan.items))


def _in_reach(sign_in: SignIn | None, reach: Reach | None, organisation_id: str) -> bool:
    """Whether it is to be tried; where a sign-in is for one organisation, the person may yet consent to any."""
    if sign_in is not None and sign_in.organisation_id is not None:
        return True
    return reach is None or organisation_id in reach


def _of(sign_in: SignIn | None, link: Integration) -> str | None:
    return sign_in.reaching(link.organisation_id) if sign_in else None


def item_of(
    will: Will,
    client: Client,
    link: Integration,
    sign_in: str | None = None,
    *,
    reason: str | None = None,
    says: str | None = None,
    **body: str,
) -> PlanItem:
    """The item of a plan for an integration as it is now; the job compares, and leaves what changed meanwhile alone.

    `sign_in`: the id of the one that it will be done with.
    """
    told: dict[str, str | None] = {
        "sign_in": link.sign_in,
        "problem": link.problem,
        "connected_at": link.connected_at.isoformat(),
        "with": sign_in,
        "organisation_name": link.organisation_name,
        **body,
    }
    if reason is not None:
        told["says"] = says or words.REASONS[reason]
    if will is Will.CANNOT:
        told["cannot"] = "yes"
    return PlanItem(will, client.id, client.name, link.software, link.organisation_id, reason, told)


def cannot(client: str, name: str, software: str, organisation_id: str, reason: str) -> PlanItem:
    """An item that cannot be done."""
    body = {"cannot": "yes", "says": words.REASONS[reason]}
    return PlanItem(Will.CANNOT, client, name, software, organisation_id, reason, body)


def skip(client: str, name: str, software: str, organisation_id: str, reason: str) -> PlanItem:
    """An item that is left alone."""
    return PlanItem(
        Will.SKIP, client, name, software, organisation_id, reason, {"says": words.REASONS[reason]}
    )
