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


def software_of(workplace: Workplace, software: str | None, chosen: Sequence[str]) -> str:
    """The software that is named, else the one that the chosen clients are integrated with.

    Raises UsageError when they are integrated with several, or with none.
    """
    if software is not None:
        return workplace.software(software).name
    clients = workplace.store.clients.by_id(list(chosen), datetime.now(UTC)).values()
    found = sorted({link.software for client in clients for link in client.integrations})
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError("None of these clients has an integration.")
    raise UsageError(f"These clients are integrated with {', '.join(found)}: say which one as SOFTWARE.")


def software_from(workplace: Workplace, software: str | None, email: str) -> str:
    """The software that is named, else the one that the person of that e-mail address signed in to.

    Raises UsageError when they signed in to several, or nobody of that address ever signed in.
    """
    known = workplace.store.sign_ins.known(software and workplace.software(software).name)
    found = sorted({each.software for each in known if each.person.email.casefold() == email.casefold()})
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"Nobody with the e-mail address {email} has integrated anything.")
    raise UsageError(f"{email} signed in to {', '.join(found)}: say which one as SOFTWARE.")
