"""The clients and the accounting apps that a bulk command applies to."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from ..practice.filter import parse
from ..practice.model import Client
from ..practice.plan import Plan, Will
from ..practice.trouble import UsageError
from ..sync.home import claim_words
from ..workplace import Workplace
from .output import say


def client_ids(workplace: Workplace, clients: Sequence[str], match: str | None = None) -> list[str] | None:
    """The ids of the clients that are named or that a filter shows; None if there are neither names nor a filter.

    Raises as `chosen_clients`.
    """
    if not clients and match is None:
        return None
    return [client.id for client in chosen_clients(workplace, clients, match)]


def chosen_clients(workplace: Workplace, clients: Sequence[str], match: str | None) -> list[Client]:
    """The clients that are named, or that the filter shows.

    Raises: UsageError if there are both names and a filter, a client is not on the list, or the filter is empty or wrong.
    """
    if match is None:
        return named_clients(workplace, clients)
    if clients:
        raise UsageError("Name clients or give a filter with --match, not both.")
    if not (terms := parse(match)):
        # An empty variable in a script must not mean every client.
        raise UsageError("--match needs a filter, such as team:north.")
    held, now, store = (
        {sign_in.id for sign_in in workplace.held()},
        datetime.now(UTC),
        workplace.store.clients,
    )
    return list(store.each(store.find(terms, now, held=held, me={workplace.actor}), now))


def named_clients(workplace: Workplace, clients: Sequence[str]) -> list[Client]:
    """The named clients, each once. Raises UsageError for a client that is not on the list."""
    now = datetime.now(UTC)
    found = (workplace.store.clients.named(words, now) for words in clients)
    return list({client.id: client for client in found}.values())


def mind_claims(workplace: Workplace, clients: Iterable[str], *, dry_run: bool = False) -> None:
    """Says who has claimed clients that are about to be changed (by id). This also counts as activity and extends the
    user's own claims.
    """
    now = datetime.now(UTC)
    for line in claim_words.about(workplace.store, clients, workplace.actor, now):
        say(line)
    if not dry_run:
        workplace.store.claims.note_activity(workplace.actor, now)


def planned_clients(plan: Plan) -> Iterator[str]:
    """The ids of the clients for which a plan will do something."""
    return (item.client for item in plan.only((Will.DO,)))


def software_names(
    workplace: Workplace, software: str | None, chosen: Sequence[str] | None, integrated_by: str | None = None
) -> list[str]:
    """The named accounting app. Without one: the apps of the chosen clients, or those that `integrated_by` (an e-mail
    address) signed in to, or else every app in use.

    Raises UsageError if the chosen clients, or that person, have none.
    """
    store = workplace.store
    if integrated_by is not None:
        named = {workplace.software(software).name} if software is not None else None
        sign_ins = store.sign_ins.known()
        found = {
            sign_in.software
            for sign_in in sign_ins
            if sign_in.person.email.casefold() == integrated_by.casefold()
            and (named is None or sign_in.software in named)
        }
        nothing = f"Nobody with the e-mail address {integrated_by} has set up an integration."
    elif software is not None:
        return [workplace.software(software).name]
    elif chosen is not None:
        clients = store.clients.by_id(list(chosen), datetime.now(UTC)).values()
        found = {link.software for client in clients for link in client.integrations}
        nothing = "None of these clients has an integration."
    else:
        return sorted(app.name for app in workplace.softwares() if store.clients.integrated(app.name))
    if not found:
        raise UsageError(nothing)
    return sorted(found)
