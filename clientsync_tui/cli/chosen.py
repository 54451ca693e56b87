"""Which clients, and which software, a bulk command is for."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ..practice.trouble import UsageError
from ..workplace import Workplace


def ids(workplace: Workplace, clients: Sequence[str]) -> list[str] | None:
    """The ids of the clients that are named; None when none is. Raises UsageError for one that is not there."""
    now = datetime.now(UTC)
    found = [workplace.store.clients.named(each, now).id for each in clients]
    return list(dict.fromkeys(found)) or None


def softwares(
    workplace: Workplace, software: str | None, chosen: Sequence[str] | None, integrated_by: str | None = None
) -> list[str]:
    """The software that is named; else those that the chosen clients are integrated with, or that the person of the e-mail address
    `integrated_by` signed in to; else all that clients are integrated with.

    Raises UsageError when there are none.
    """
    if software is not None:
        return [workplace.software(software).name]
    store = workplace.store
    if integrated_by is not None:
        known = store.sign_ins.known()
        found = {each.software for each in known if each.person.email.casefold() == integrated_by.casefold()}
        nothing = f"Nobody with the e-mail address {integrated_by} has integrated anything."
    elif chosen is not None:
        clients = store.clients.by_id(list(chosen), datetime.now(UTC)).values()
        found = {link.software for client in clients for link in client.integrations}
        nothing = "None of these clients has an integration."
    else:
        found = {each.name for each in workplace.softwares() if store.clients.integrated(each.name)}
        nothing = "No client has an integration yet."
    if not found:
        raise UsageError(nothing)
    return sorted(found)
