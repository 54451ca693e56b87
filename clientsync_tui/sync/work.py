"""What is done for one client of a job: calls first, then the entries that say what came of them. Nothing is written here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ..accounting.seam.left_out import noting
from ..accounting.seam.shapes import nonsense
from ..accounting.seam.software import Calls, Record, Software
from ..practice.entries import Kind, NewEntry
from ..practice.model import Client, Details, Integration
from ..practice.people import SignIn
from ..practice.status import Fault, Reason, Status, Why
from ..practice.trouble import ListRefused, OrganisationTrouble
from ..store.jobs import Item, ItemState, Job
from ..store.store import Store
from . import words
from .reach.ending import NOT_OURS, end_there, ended_with_it
from .reach.matching import Matcher, same_organisation


@dataclass(frozen=True, slots=True)
class Pulled:
    """What was pulled from an organisation. `refused`: why a list may not be read, by name; `left_out`: rows that could not be
    used, in sentences."""

    details: Details
    lists: Mapping[str, Sequence[Record]]
    refused: Mapping[str, str]
    left_out: Sequence[str]

    def noted(self) -> dict[str, object]:
        """What an entry says of the lists."""
        noted: dict[str, object] = {"lists": {name: len(records) for name, records in self.lists.items()}}
        if self.refused:
            noted["refused_lists"] = dict(self.refused)
        if self.left_out:
            noted["left_out"] = list(self.left_out)
        return noted

    def says(self, software: Software) -> str | None:
        """What a person has to know of it; None if all is well."""
        refused = [
            f"{software.lists[name]} may not be read: {why} The next refresh tries again."
            for name, why in self.refused.items()
        ]
        return " ".join((*refused, *self.left_out)) or None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an item. `entries` and `lists` are kept in the same transaction that ends the item.

    `expects`: the integration as the work found it; when it is another by then, nothing is kept. `answered`: the organisation
    did. `fault`: the passing fault that kept it from being reached.
    """

    state: ItemState
    reason: str | None = None
    says: str | None = None
    entries: Sequence[NewEntry] = ()
    lists: Mapping[str, Sequence[Record]] = field(default_factory=dict[str, Sequence[Record]])
    answered: bool = False
    fault: Fault | None = None
    expects: Integration | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An item with what is needed to do it. `sign_in`: whose calls these are; None where the sign-in is not held here."""

    store: Store
    software: Software
    calls: Calls
    job: Job
    item: Item
    sign_in: SignIn
    actor: str

    def entry(self, kind: Kind, client: str, **body: Any) -> NewEntry:
        """An entry about this item's organisation."""
        return NewEntry(kind, self.actor, client, self.item.software, self.item.organisation_id, body)

    def current(self) -> tuple[Client, Integration] | None:
        """The client and the integration as they are now; None when they are gone."""
        client = self.store.clients.by_id([self.item.client], datetime.now(UTC)).get(self.item.client)
        for link in client.integrations if client else ():
            if client and (link.software, link.organisation_id) == (
                self.item.software,
                self.item.organisation_id,
            ):
                return client, link
        return None


Do = Callable[[Task], Awaitable[Outcome]]

SKIPPED_CHANGED = Outcome(ItemState.SKIPPED, Why.CHANGED_MEANWHILE, words.REASONS[Why.CHANGED_MEANWHILE])


REFUSES_A_LIST = frozenset({Reason.PERMISSION_MISSING, Reason.ACCESS_REMOVED})
"""What a refused list means once the organisation has answered: that list alone may not be read."""


async def pull(software: Software, calls: Calls, organisation_id: str, lists: Sequence[str] | None) -> Pulled:
    """The organisation's details and lists (None: every list). A list that may not be read costs neither the others nor the client."""
    details = await software.details(calls, organisation_id)
    pulled: dict[str, Sequence[Record]] = {}
    refused: dict[str, str] = {}
    left_out: list[str] = []
    for name in software.lists:
        if lists is not None and name not in lists:
            continue
        with noting() as notes:
            try:
                records = await software.pull(calls, organisation_id, name)
            except ListRefused as trouble:
                refused[name] = str(trouble)
                continue
            except OrganisationTrouble as trouble:
                if trouble.reason not in REFUSES_A_LIST:
                    raise
                refused[name] = str(trouble)
                continue
        if notes.unreadable and not records:
            raise nonsense("; ".join(notes.sentences()))
        pulled[name] = records
        left_out += notes.sentences()
    return Pulled(details, pulled, refused, left_out)


async def _pull(task: Task, lists: Sequence[str] | None) -> Pulled:
    return await pull(task.software, task.calls, task.item.organisation_id, lists)


def changes(before: Details, after: Details) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """What of the details is different: the new values and the ones they replace (None: absent)."""
    different = [
        name for name in {*before, *after} if (before.get(name) or None) != (after.get(name) or None)
    ]
    different.sort()
    return {name: after.get(name) for name in different}, {name: before.get(name) for name in different}


async def add(task: Task) -> Outcome:
    """Adds the client, or links the organisation to the client it belongs to, with details and lists."""
    item, sign_in = task.item, task.sign_in
    known = task.store.clients.integrated(item.software, item.organisation_id).get(item.organisation_id)
    if known is not None and known[3] != Reason.DISCONNECTED_HERE:
        return Outcome(ItemState.SKIPPED, Why.ALREADY_ADDED, words.REASONS[Why.ALREADY_ADDED])
    pulled = await _pull(task, None)
    details = pulled.details
    name = details.get("name") or item.body.get("organisation_name") or item.name
    client, team = item.client, item.body.get("team")
    linked = item.body.get("linked_by")
    if linked is None and not item.body.get("apart") and (number := details.get("tax_number")):
        # The list of organisations does not tell tax numbers; now that it is known, the client may turn out to be there.
        match = Matcher(task.store.clients.with_tax_number(number, datetime.now(UTC)), item.software).match(
            "", details
        )
        client, linked = (match.client.id, match.by) if match else (client, None)
    there = task.store.clients.by_id([client], datetime.now(UTC)).get(client)
    # A client's details follow one of its organisations: two softwares know the same business in different words.
    follows = there is None or not there.follows_one
    connected = task.entry(
        Kind.INTEGRATION_CONNECTED, client, organisation_name=name, sign_in=sign_in.id,
        details=dict(details) if follows else {}, linked_by=linked, settings={} if follows else {"follow_details": False},
        **pulled.noted(),
    )  # fmt: skip
    entries: list[NewEntry] = []
    if there is None:
        added = {"name": name, "details": dict(details), "team": team}
        entries.append(NewEntry(Kind.CLIENT_ADDED, task.actor, client, body=added))
    else:
        if task.store.clients.is_removed(client):
            entries.append(NewEntry(Kind.CLIENT_RESTORED, task.actor, client, body={"name": there.name}))
        if team and team != there.team:
            entries.append(
                NewEntry(Kind.TEAM_ASSIGNED, task.actor, client, body={"team": team, "before": there.team})
            )
    says = pulled.says(task.software)
    return Outcome(ItemState.DONE, None, says, (*entries, connected), pulled.lists, answered=True)


async def _take_over(task: Task, kind: Kind, client: Client, link: Integration) -> Outcome:
    pulled = await _pull(task, link.settings.lists)
    known = client.details if link.settings.follow_details else {"name": link.organisation_name}
    if not same_organisation(known, pulled.details):
        return Outcome(
            ItemState.FAILED, Why.WRONG_ORGANISATION, words.REASONS[Why.WRONG_ORGANISATION], answered=True
        )
    person = link.integrated_by
    taken = task.entry(
        kind,
        client.id,
        sign_in=task.sign_in.id,
        was=link.standing.reason,
        **{"from": {"name": person.name, "email": person.email}},
    )
    return Outcome(
        ItemState.DONE,
        says=pulled.says(task.software),
        entries=(taken, *_pulled(task, client, link, pulled)),
        lists=pulled.lists,
        answered=True,
        expects=link,
    )


def _pulled(task: Task, client: Client, link: Integration, pulled: Pulled) -> list[NewEntry]:
    """The entries of a refresh: what changed in the details, unless they stay as edited here."""
    details = pulled.details
    name = details.get("name") or link.organisation_name
    new, before = changes(client.details, details) if link.settings.follow_details else ({}, {})
    entries = [
        task.entry(
            Kind.REFRESHED, client.id, organisation_name=name, details=new, before=before, **pulled.noted()
        )
    ]
    # A client that bears its organisation's name follows it; one that the practice named otherwise keeps its own.
    if link.settings.follow_details and client.name == link.organisation_name != name:
        entries.append(
            NewEntry(Kind.CLIENT_RENAMED, task.actor, client.id, body={"name": name, "before": client.name})
        )
    return entries


async def reconnect(task: Task) -> Outcome:
    """Replaces the dead sign-in by this one; leaves alone what works again, or what a colleague reconnected meanwhile."""
    current = task.current()
    if current is None:
        return SKIPPED_CHANGED
    client, link = current
    moved = link.connected_at.isoformat() != task.item.body.get("connected_at")
    if moved or link.standing.status is Status.CONNECTED:
        return SKIPPED_CHANGED
    return await _take_over(task, Kind.RECONNECTED, client, link)


async def reassign(task: Task) -> Outcome:
    """Makes this sign-in the integration's; leaves alone what somebody else took over meanwhile."""
    current = task.current()
    if (
        current is None
        or current[1].sign_in != task.item.body.get("sign_in")
        or current[1].problem is Reason.DISCONNECTED_HERE
    ):
        return SKIPPED_CHANGED
    if current[1].sign_in == task.sign_in.id:
        return Outcome(ItemState.SKIPPED, Why.ALREADY_ADDED, words.REASONS[Why.ALREADY_ADDED])
    return await _take_over(task, Kind.REASSIGNED, *current)


async def refresh(task: Task) -> Outcome:
    """Pulls details and lists again with the integration's own sign-in."""
    current = task.current()
    if current is None or current[1].problem is Reason.DISCONNECTED_HERE:
        return SKIPPED_CHANGED
    client, link = current
    pulled = await _pull(task, link.settings.lists)
    return Outcome(
        ItemState.DONE,
        says=pulled.says(task.software),
        entries=_pulled(task, client, link, pulled),
        lists=pulled.lists,
        answered=True,
        expects=link,
    )


async def check(task: Task) -> Outcome:
    """Calls the organisation once; pulls everything where the integration's automatic refresh is due."""
    current = task.current()
    if current is None or current[1].problem is Reason.DISCONNECTED_HERE:
        return SKIPPED_CHANGED
    client, link = current
    if _is_refresh_due(link, datetime.now(UTC)):
        return await refresh(task)
    await task.software.details(task.calls, task.item.organisation_id)
    found = [task.entry(Kind.FOUND_WORKING, client.id, was=link.problem)] if link.problem else []
    return Outcome(ItemState.DONE, entries=found, answered=True, expects=link if found else None)


def _is_refresh_due(link: Integration, now: datetime) -> bool:
    days, last = link.settings.refresh_days, link.refreshed_at
    if not days:
        return False
    # A refresh in the future was made while the clock was ahead, and says nothing.
    return last is None or last > now or last + timedelta(days=days) <= now


async def disconnect(task: Task) -> Outcome:
    """Ends the integration here in any case, and there where the sign-in is ours and the software can be reached."""
    current = task.current()
    if current is None or current[1].problem is Reason.DISCONNECTED_HERE:
        return SKIPPED_CHANGED
    client, _ = current
    there, says, ended = NOT_OURS, None, ()
    if task.item.body.get("there") == "own":
        there, says = await end_there(task.software, task.calls, task.item.organisation_id)
        ended = ended_with_it(task.software, there, task.sign_in.id, task.actor)
    entry = task.entry(Kind.DISCONNECTED, client.id, there=there)
    return Outcome(ItemState.DONE, None, says, (entry, *ended))


KINDS: Mapping[str, Do] = {
    "add": add,
    "reconnect": reconnect,
    "reassign": reassign,
    "refresh": refresh,
    "check": check,
    "disconnect": disconnect,
}

OWN_SIGN_IN = frozenset({"refresh", "check", "disconnect"})
"""Kinds of job in which each item is done with its integration's own sign-in, not with the job's."""


def found(task: Task, link: Integration | None, reason: Reason, says: str) -> list[NewEntry]:
    """The entry that records a problem, where the calls were the integration's own sign-in's and it is news."""
    if link is None or link.sign_in != task.sign_in.id or link.problem in (reason, Reason.DISCONNECTED_HERE):
        return []
    kind = (
        Kind.FOUND_EXPIRED if reason in (Reason.SIGN_IN_REFUSED, Reason.SIGN_IN_LAPSED) else Kind.FOUND_BROKEN
    )
    return [task.entry(kind, task.item.client, reason=reason, says=says, was=link.problem)]
