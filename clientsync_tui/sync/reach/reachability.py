"""The organisations that a sign-in reaches, compared with the clients on the list."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ...practice.model import Organisation
from ...practice.status import Reason
from ...practice.text import sort_key
from ...store.store import Store


class State(StrEnum):
    """`no_access`: a client's organisation that the sign-in does not reach."""

    NEW = "new"
    ADDED = "added"
    NO_ACCESS = "no_access"


@dataclass(frozen=True, slots=True)
class Reached:
    """An organisation and its relation to the client list. `client`: the id of its client, if there is one."""

    id: str
    name: str
    state: State
    client: str | None


class Reach(Mapping[str, Organisation]):
    """The organisations that a sign-in reaches and can use, under the ids that the practice uses.

    Looks up any spelling that the app treats as the same id. `left_out`: what in the app's list could not be used or was not
    wanted, as sentences. `complete`: whether an organisation that is missing here is really missing in the app.
    """

    def __init__(
        self,
        listed: Iterable[Organisation],
        canonical: Callable[[str], str],
        known: Iterable[str] = (),
        left_out: tuple[str, ...] = (),
        *,
        complete: bool = True,
    ) -> None:
        """`known`: the practice's ids; the last ones win."""
        self._canonical = canonical
        spelled = {canonical(organisation_id): organisation_id for organisation_id in known}
        self._by_id: dict[str, Organisation] = {}
        self._problems: dict[str, Reason] = {}
        for organisation in listed:
            id = canonical(organisation.id)
            if organisation.problem is None:
                self._by_id[id] = replace(organisation, id=spelled.get(id, id))
            else:
                self._problems[id] = organisation.problem
        self.left_out = left_out
        self.complete = complete

    def problem_of(self, organisation_id: str) -> Reason | None:
        """Why a listed organisation can't be used; None if it can, or is not listed."""
        return self._problems.get(self._canonical(organisation_id))

    def __getitem__(self, organisation_id: str) -> Organisation:
        """The organisation, by any spelling of its id."""
        return self._by_id[self._canonical(organisation_id)]

    def __iter__(self) -> Iterator[str]:
        return (organisation.id for organisation in self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)


def states(store: Store, software: str, reach: Mapping[str, Organisation]) -> list[Reached]:
    """Every organisation reached, and the clients' organisations that are not, by name."""
    integrated = store.clients.integrated(software)
    alive = {organisation_id: client for organisation_id, client in integrated.items() if client.is_active}
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
        Reached(organisation_id, client[1], State.NO_ACCESS, client[0])
        for organisation_id, client in alive.items()
        if organisation_id not in reach
    ]
    return sorted(found, key=lambda reached: (sort_key(reached.name), reached.id))
