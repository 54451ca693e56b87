"""What using a sign-in shows about all of its integrations at once."""

from collections.abc import Iterable

from ...accounting.seam.software import Software
from ...practice.entries import Kind, NewEntry
from ...practice.model import Client, Integration
from ...practice.people import SignIn
from ...practice.status import Reason
from ...store.store import Store
from .. import words

Pair = tuple[Client, Integration]

#: Problems that are over once the sign-in works.
OVER_WHEN_SIGNED_IN = frozenset({Reason.SIGN_IN_REFUSED, Reason.SIGN_IN_LAPSED})


def refused(store: Store, sign_in: SignIn, pairs: Iterable[Pair], actor: str, says: str) -> None:
    """Records that the app refused the sign-in: every active integration of it is expired."""
    own = [(client, link) for client, link in pairs if link.sign_in == sign_in.id]
    expired = [
        _entry(Kind.FOUND_EXPIRED, actor, client, link, Reason.SIGN_IN_REFUSED, says)
        for client, link in own
        if link.problem not in (Reason.SIGN_IN_REFUSED, Reason.DISCONNECTED_HERE)
    ]
    with store.transaction():
        store.sign_ins.refused(sign_in.id)
        for _, link in own:
            store.contacts.conclusive(link.software, link.organisation_id)
        store.ledger.append(*expired)


def not_listed(actor: str, software: Software, client: Client, link: Integration, reason: Reason) -> NewEntry:
    """The entry for an organisation that a working sign-in no longer lists, or lists as unusable.

    `reason`: what this means in that app.
    """
    says = f"The sign-in can no longer use this {software.organisation_words[0]}: {words.SHORT[reason]}."
    return _entry(Kind.FOUND_BROKEN, actor, client, link, reason, says)


def working(actor: str, client: Client, link: Integration) -> NewEntry:
    """The entry for an organisation that is reached again."""
    body = {"was": link.problem}
    return NewEntry(Kind.FOUND_WORKING, actor, client.id, link.software, link.organisation_id, body)


def _entry(kind: Kind, actor: str, client: Client, link: Integration, reason: Reason, says: str) -> NewEntry:
    body = {"reason": reason, "says": says, "sign_in": link.sign_in, "was": link.problem}
    return NewEntry(kind, actor, client.id, link.software, link.organisation_id, body)
