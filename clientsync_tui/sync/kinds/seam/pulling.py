"""Pulls an organisation's details and lists, and makes the entries that say what changed. Nothing is saved here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ....accounting.seam.left_out import noting
from ....accounting.seam.shapes import nonsense
from ....accounting.seam.software import Calls, Record, Software
from ....practice.entries import Kind, NewEntry
from ....practice.model import Client, Details, Integration
from ....practice.status import Reason, Why
from ....practice.trouble import ListRefused, OrganisationTrouble
from ....store.jobs import ItemState
from ... import words
from ...pulled_words import refused_list
from ...reach.matching import same_organisation
from .task import Outcome, Task

REFUSES_A_LIST = frozenset({Reason.PERMISSION_MISSING, Reason.ACCESS_REMOVED})
"""Why a list can be refused although the organisation answers: only that list is off limits."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What was pulled from an organisation. `refused`: lists that may not be read, with the reason. `left_out`:
    rows that could not be used, as sentences.
    """

    details: Details
    lists: Mapping[str, Sequence[Record]]
    refused: Mapping[str, str]
    left_out: Sequence[str]

    def noted(self) -> dict[str, object]:
        """What an entry says about the lists."""
        noted: dict[str, object] = {"lists": {name: len(records) for name, records in self.lists.items()}}
        if self.refused:
            noted["refused_lists"] = dict(self.refused)
        if self.left_out:
            noted["left_out"] = list(self.left_out)
        return noted

    def says(self, software: Software) -> str | None:
        """What the user should know about it; None if all is well."""
        refused = [refused_list(software, name, why) for name, why in self.refused.items()]
        return " ".join((*refused, *self.left_out)) or None


async def pull(software: Software, calls: Calls, organisation_id: str, lists: Sequence[str] | None) -> Pulled:
    """The organisation's details and lists (None: every list). If a list may not be read, the others and the client
    are still pulled.
    """
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


async def pull_for(task: Task, lists: Sequence[str] | None) -> Pulled:
    """What the organisation of a task has now."""
    return await pull(task.software, task.calls, task.item.organisation_id, lists)


def changed_details(before: Details, after: Details) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """The details that differ: the new values, and the ones they replace (None: absent)."""
    different = [
        name for name in {*before, *after} if (before.get(name) or None) != (after.get(name) or None)
    ]
    different.sort()
    return {name: after.get(name) for name in different}, {name: before.get(name) for name in different}


async def take_over(task: Task, kind: Kind, client: Client, link: Integration) -> Outcome:
    """Makes the task's sign-in the integration's if the organisation is still the same business, and pulls its
    data.
    """
    pulled = await pull_for(task, link.settings.lists)
    before = client.details if link.settings.follow_details else {"name": link.organisation_name}
    if not same_organisation(before, pulled.details):
        says = words.REASONS[Why.WRONG_ORGANISATION]
        return Outcome(ItemState.FAILED, Why.WRONG_ORGANISATION, says, answered=True)
    person = link.integrated_by
    taken = task.entry(
        kind,
        client.id,
        sign_in=task.sign_in.id,
        was=link.standing.reason,
        **{"from": {"name": person.name, "email": person.email}},
    )
    return refreshed(task, client, link, pulled, taken)


def refreshed(task: Task, client: Client, link: Integration, pulled: Pulled, *before: NewEntry) -> Outcome:
    """The outcome that saves what was pulled, after the entries `before`."""
    return Outcome(
        ItemState.DONE,
        says=pulled.says(task.software),
        entries=(*before, *_entries(task, client, link, pulled)),
        lists=pulled.lists,
        answered=True,
        expects=link,
    )


def _entries(task: Task, client: Client, link: Integration, pulled: Pulled) -> list[NewEntry]:
    """The entries of a refresh: what changed in the details, unless they stay as edited here."""
    details = pulled.details
    name = details.get("name") or link.organisation_name
    new, before = changed_details(client.details, details) if link.settings.follow_details else ({}, {})
    entries = [
        task.entry(
            Kind.REFRESHED, client.id, organisation_name=name, details=new, before=before, **pulled.noted()
        )
    ]
    # A client named after its organisation follows a change of that name. One that the practice renamed keeps
    # its own.
    if link.settings.follow_details and client.name == link.organisation_name != name:
        entries.append(
            NewEntry(Kind.CLIENT_RENAMED, task.actor, client.id, body={"name": name, "before": client.name})
        )
    return entries
