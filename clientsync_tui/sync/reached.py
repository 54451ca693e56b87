"""The organisations that a sign-in reaches beside the clients that there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..practice.model import Organisation
from ..practice.status import Reason
from ..practice.text import sort_key
from ..store.store import Store


class State(StrEnum):
    """`no_access`: a client's organisation that the sign-in does not reach."""

    NEW = "new"
    ADDED = "added"
    NO_ACCESS = "no_access"


@dataclass(frozen=True, slots=True)
class Reached:
    """An organisation, and how it stands to the client list. `client`: the id of its client, where there is one."""

    id: str
    name: str
    state: State
    client: str | None


def states(store: Store, software: str, reach: Mapping[str, Organisation]) -> list[Reached]:
    """Every organisation reached, and those of clients that are not, by name."""
    integrated = store.clients.integrated(software)
    alive = {each: known for each, known in integrated.items() if known[3] != Reason.DISCONNECTED_HERE}
    found = [
        Reached(
            o.id,
            o.name,
            State.ADDED if o.id in alive else State.NEW,
            alive[o.id][0] if o.id in alive else None,
        )
        for o in reach.values()
    ]
    found += [
        Reached(each, known[1], State.NO_ACCESS, known[0])
        for each, known in alive.items()
        if each not in reach
    ]
    return sorted(found, key=lambda each: (sort_key(each.name), each.id))
