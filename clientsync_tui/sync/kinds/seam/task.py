"""One item of a job with everything needed to do it, and the outcome. Nothing is saved here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from ....accounting.seam.software import Calls, Record, Software
from ....practice.entries import Kind, NewEntry
from ....practice.facts import Facts, parsed
from ....practice.model import Client, Integration
from ....practice.people import SignIn
from ....practice.status import Fault, Reason, Why
from ....practice.text import clean
from ....practice.trouble import Trouble
from ....store.jobs import Item, ItemState, Job
from ....store.store import Store
from ... import words

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an item. `entries` and `lists` are saved in the same transaction that ends the item.

    `expects`: the integration as the work found it; if it has changed by then, nothing is saved. `answered`: the organisation
    answered. `conclusive`: the app said what is wrong with the integration. `fault`: the passing fault that prevented an answer.
    """

    state: ItemState
    reason: str | None = None
    says: str | None = None
    entries: Sequence[NewEntry] = ()
    lists: Mapping[str, Sequence[Record]] = field(default_factory=dict[str, Sequence[Record]])
    answered: bool = False
    conclusive: bool = False
    fault: Fault | None = None
    expects: Integration | None = None


def skipped(reason: Why, says: str | None = None) -> Outcome:
    """The item was left alone. `says`: why, if the reason's own sentence is not enough."""
    return Outcome(ItemState.SKIPPED, reason, says or words.REASONS[reason])


SKIPPED_CHANGED = skipped(Why.CHANGED_MEANWHILE)


@dataclass(frozen=True, slots=True)
class Task:
    """An item with what is needed to do it. `caller`: the sign-in and its calls; None if this kind of work needs
    none.
    """

    store: Store
    software: Software
    job: Job
    item: Item
    actor: str
    caller: tuple[SignIn, Calls] | None

    @property
    def sign_in(self) -> SignIn:
        """The sign-in that makes the calls."""
        assert self.caller is not None
        return self.caller[0]

    @property
    def calls(self) -> Calls:
        """Calls made with the sign-in."""
        assert self.caller is not None
        return self.caller[1]

    def facts(self, kind: type[F]) -> F:
        """The item's facts, as its kind's class. Raises Trouble if another program wrote something else there."""
        item = self.item
        try:
            return parsed(kind, item.facts)
        except ValueError:
            job = clean(item.job)
            raise Trouble(
                f"Item {item.n} of job {job} can't be read, another program wrote it. `clientsync jobs cancel {job}` ends the job."
            ) from None

    def entry(self, kind: Kind, client: str, **body: Any) -> NewEntry:
        """An entry about this item's organisation."""
        return NewEntry(kind, self.actor, client, self.item.software, self.item.organisation_id, body)

    def current(self) -> tuple[Client, Integration] | None:
        """The client and the integration as they are now; None if they are gone."""
        client = self.store.clients.by_id([self.item.client], datetime.now(UTC)).get(self.item.client)
        for link in client.integrations if client else ():
            if client and (link.software, link.organisation_id) == (
                self.item.software,
                self.item.organisation_id,
            ):
                return client, link
        return None

    def active(self) -> tuple[Client, Integration] | None:
        """The client and the integration; None if it was disconnected or is gone."""
        current = self.current()
        return None if current is None or current[1].problem is Reason.DISCONNECTED_HERE else current


def problem_found(task: Task, link: Integration | None, reason: Reason, says: str) -> list[NewEntry]:
    """The entry that records a problem, if the integration's own sign-in met it and it is new."""
    if (
        link is None
        or task.caller is None
        or link.sign_in != task.sign_in.id
        or link.problem in (reason, Reason.DISCONNECTED_HERE)
    ):
        return []
    expired = reason in (Reason.SIGN_IN_REFUSED, Reason.SIGN_IN_LAPSED)
    kind = Kind.FOUND_EXPIRED if expired else Kind.FOUND_BROKEN
    return [task.entry(kind, task.item.client, reason=reason, says=says, was=link.problem)]
