"""Binding a client to another organisation: an act of its own, never a side effect of signing in."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ..accounting.seam.software import Record
from ..practice.entries import Kind, NewEntry
from ..practice.model import Client, Integration, Organisation
from ..practice.people import SignIn
from ..practice.trouble import UsageError
from ..store.projection import Clash
from .session import Session
from .work import changes, counts


async def change_organisation(
    session: Session, sign_in: SignIn, client: str, link: Integration, organisation: Organisation
) -> None:
    """Pulls the organisation's details and lists, then binds the client to it, all in one transaction.

    `client`: its id. `link`: the integration as the person saw it. Cut off at any instant, nothing is changed or everything.
    Raises UsageError when somebody changed the integration meanwhile or the organisation belongs to a client already,
    and whatever the calls raise.
    """
    software = session.software(link.software)
    calls = session.calls(sign_in)
    details = await software.details(calls, organisation.id)
    wanted = [name for name in software.lists if link.settings.lists is None or name in link.settings.lists]
    lists: Mapping[str, Sequence[Record]] = {
        name: await software.pull(calls, organisation.id, name) for name in wanted
    }
    store = session.store
    name = details.get("name") or organisation.name
    try:
        with store.database.writing():
            now = store.clients.by_id([client], datetime.now(UTC)).get(client)
            if now is None or not _is_there(now, link):
                raise UsageError("Somebody else changed this integration meanwhile; it was left alone.")
            moved = {
                "organisation_id": organisation.id,
                "organisation_name": name,
                "sign_in": sign_in.id,
                "before": {
                    "organisation_id": link.organisation_id,
                    "organisation_name": link.organisation_name,
                },
            }
            # The former organisation's details are another business's: they go, whether or not they were followed.
            new, old = changes(now.details, details)
            pulled = {"organisation_name": name, "details": new, "before": old, "lists": counts(lists)}
            actor, software_name = sign_in.person.email, link.software
            entries = [
                NewEntry(
                    Kind.ORGANISATION_CHANGED, actor, client, software_name, link.organisation_id, moved
                ),
                NewEntry(Kind.REFRESHED, actor, client, software_name, organisation.id, pulled),
            ]
            if now.name == link.organisation_name != name:
                renamed = {"name": name, "before": now.name}
                entries.append(NewEntry(Kind.CLIENT_RENAMED, actor, client, body=renamed))
            store.ledger.append(*entries)
            store.pulled.keep(link.software, organisation.id, lists)
            store.contacts.good(link.software, organisation.id)
    except Clash:
        raise UsageError(f"{name} belongs to another client already.") from None


def _is_there(client: Client, link: Integration) -> bool:
    return any(
        (each.software, each.organisation_id, each.sign_in)
        == (link.software, link.organisation_id, link.sign_in)
        for each in client.integrations
    )
