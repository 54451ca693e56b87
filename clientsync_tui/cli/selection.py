"""The clients and the accounting apps that a bulk command applies to."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ..practice.model import Client
from ..practice.trouble import UsageError
from ..workplace import Workplace


def client_ids(workplace: Workplace, clients: Sequence[str]) -> list[str] | None:
    """The ids of the named clients; None if none is named. Raises UsageError for a client that is not on the list."""
    return [client.id for client in named_clients(workplace, clients)] or None


def named_clients(workplace: Workplace, clients: Sequence[str]) -> list[Client]:
    """The named clients, each once. Raises UsageError for a client that is not on the list."""
    now = datetime.now(UTC)
    found = (workplace.store.clients.named(words, now) for words in clients)
    return list({client.id: client for client in found}.values())


def software_names(
    workplace: Workplace, software: str | None, chosen: Sequence[str] | None, integrated_by: str | None = None
) -> list[str]:
    """The named accounting app. Without one: the apps of the chosen clients, or those that `integrated_by` (an e-mail address) signed in to,
    or else every app in use.

    Raises UsageError if there is none.
    """
    if software is not None:
        return [workplace.software(software).name]
    store = workplace.store
    if integrated_by is not None:
        sign_ins = store.sign_ins.known()
        found = {
            sign_in.software
            for sign_in in sign_ins
            if sign_in.person.email.casefold() == integrated_by.casefold()
        }
        nothing = f"Nobody with the e-mail address {integrated_by} has set up an integration."
    elif chosen is not None:
        clients = store.clients.by_id(list(chosen), datetime.now(UTC)).values()
        found = {link.software for client in clients for link in client.integrations}
        nothing = "None of these clients has an integration."
    else:
        found = {app.name for app in workplace.softwares() if store.clients.integrated(app.name)}
        nothing = "No client has an integration yet."
    if not found:
        raise UsageError(nothing)
    return sorted(found)
