"""Add: a new client for each chosen organisation, or a link to the client it belongs to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...practice.entries import Kind, NewEntry
from ...practice.facts import Facts
from ...practice.model import Organisation
from ...practice.status import Why
from .seam.kind import BulkKind, Needs, Request, Unit

if TYPE_CHECKING:
    from ...practice.plan import Plan
    from .seam.task import Outcome, Task


@dataclass(frozen=True, slots=True)
class AddFacts(Facts):
    """`team`: the team of a client that is new or has none. `apart`: create a separate client although the organisation matches one.
    `linked_by`: what shows that the organisation belongs to the item's existing client.
    """

    team: str | None = None
    apart: bool = False
    linked_by: str | None = None

    @property
    def remark(self) -> str:
        """How the client was matched."""
        return f"linked by {self.linked_by}" if self.linked_by else ""


def plan(request: Request, *, team: str | None = None, apart: Collection[str] = ()) -> "Plan":
    """Adds a client for each organisation in `only` (None: all), or links it to the client it belongs to unless it
    is in `apart`.

    An organisation that the sign-in does not reach can't be added, unless you can still consent to it.
    """
    from ...practice.plan import NO_CLIENT, Plan, PlanItem, Will
    from ..client_edits import new_client_id
    from .seam.planning import cannot, matcher, skip

    store, software, sign_in, reach = request.store, request.software, request.sign_in, request.reach
    assert software is not None and sign_in is not None and reach is not None
    integrated = store.clients.integrated(software)
    # Use the practice's own spelling of the id, however it was typed.
    wanted = reach if request.only is None else request.only
    chosen = list(dict.fromkeys(reach[id].id if id in reach else id for id in wanted))
    matches = matcher(store, software, datetime.now(UTC)).matches([reach[id] for id in chosen if id in reach])
    items: list[PlanItem] = []
    for id in chosen:
        organisation, known = reach.get(id), integrated.get(id)
        if organisation is None and sign_in.organisation_id is not None:
            organisation = Organisation(id, known.name if known else id)
        if organisation is None:
            client, name = (known.client, known.name) if known else (NO_CLIENT, id)
            items.append(cannot(client, name, software, id, Why.NO_ACCESS))
            continue
        if known is None:
            match = None if id in apart else matches.get(id)
            client, name = (
                (match.client.id, match.client.name) if match else (new_client_id(), organisation.name)
            )
            linked_by = match.by if match else None
        elif not known.is_active:
            client, name, linked_by = known.client, known.name, "organisation"
        else:
            items.append(skip(known.client, known.name, software, id, Why.ALREADY_ADDED))
            continue
        facts = AddFacts(team, known is None and id in apart, linked_by)
        items.append(
            PlanItem(
                Will.DO, client, name, software, id, organisation_name=organisation.name, sign_in=sign_in.reaching(id),
                facts=facts,
            )
        )  # fmt: skip
    return Plan(KIND.name, software, sign_in.id, tuple(items))


async def do(task: "Task") -> "Outcome":
    """Adds the client, or links the organisation to its client, with details and lists."""
    from ...store.jobs import ItemState
    from ..reach.matching import Matcher
    from .seam.pulling import pull_for
    from .seam.task import Outcome, skipped

    item, facts, clients = task.item, task.facts(AddFacts), task.store.clients
    known = clients.integrated(item.software, item.organisation_id).get(item.organisation_id)
    if known is not None and known.is_active:
        return skipped(Why.ALREADY_ADDED)
    pulled = await pull_for(task, None)
    details = pulled.details
    name = details.get("name") or item.organisation_name or item.name
    id, team, linked = item.client, facts.team, facts.linked_by
    if linked is None and not facts.apart and (number := details.get("tax_number")):
        # The list of organisations has no tax numbers. Now that we know this one, the client may turn out to be
        # on the list already.
        match = Matcher(clients.with_tax_number(number, datetime.now(UTC)), item.software).match("", details)
        id, linked = (match.client.id, match.by) if match else (id, None)
    client = clients.by_id([id], datetime.now(UTC)).get(id)
    # A client's details follow one organisation only, because two accounting apps describe the same business
    # differently.
    follows = client is None or not client.follows_one
    connected = task.entry(
        Kind.INTEGRATION_CONNECTED, id, organisation_name=name, sign_in=task.sign_in.id,
        details=dict(details) if follows else {}, linked_by=linked, settings={} if follows else {"follow_details": False},
        **pulled.noted(),
    )  # fmt: skip
    entries: list[NewEntry] = []
    if client is None:
        added = {"name": name, "details": dict(details), "team": team}
        entries.append(NewEntry(Kind.CLIENT_ADDED, task.actor, id, body=added))
    else:
        if clients.is_removed(id):
            entries.append(NewEntry(Kind.CLIENT_RESTORED, task.actor, id, body={"name": client.name}))
        if team and client.team is None:
            # A client that was there before stays in its team.
            assigned = {"team": team, "before": None}
            entries.append(NewEntry(Kind.TEAM_ASSIGNED, task.actor, id, body=assigned))
    says = pulled.says(task.software)
    return Outcome(ItemState.DONE, None, says, (*entries, connected), pulled.lists, answered=True)


KIND = BulkKind(
    name="add",
    title="Add clients",
    verb="Create accounts for",
    participle="added",
    already="already added",
    sentence="Add clients from the organisations that your sign-in reaches.",
    unit=Unit.ORGANISATION,
    needs=Needs.ANY,
    plan=plan,
    do=do,
    order=1,
)
