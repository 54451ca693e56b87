"""Moves a client to another organisation, in the same accounting app or another. This is always a separate action,
never a side effect.

The client keeps its history. Within an app, its integration is bound to the new organisation, and the former one stays connected
in the app. Between apps, the new integration is connected and the former one ends.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ...accounting.seam.software import Software
from ...practice.entries import Kind, NewEntry
from ...practice.model import Client, Integration, Organisation, Settings
from ...practice.people import SignIn
from ...practice.possessive import possessive
from ...practice.trouble import UsageError
from ...store.projection import Clash
from ...store.store import Store
from ..jobs.session import Session
from ..kinds.seam.pulling import Pulled, changed_details, pull
from .ending import NOT_OURS, end_there, ended_with_it


@dataclass(frozen=True, slots=True)
class Change:
    """A move, before anything is done. `link`: the integration as the user saw it. `sign_in`: for the new one.
    `own`: whether the former one's sign-in is held here. `lists`: titles of the pulled lists that the new app
    doesn't have.
    """

    client: Client
    link: Integration
    former: Software
    software: Software
    organisation: Organisation
    sign_in: SignIn
    own: bool
    lists: Sequence[str]

    @property
    def within(self) -> bool:
        """Whether the accounting app stays the same."""
        return self.former.name == self.software.name


def planned(
    store: Store,
    client: Client,
    link: Integration,
    former: Software,
    software: Software,
    organisation: Organisation,
    sign_in: SignIn,
    held: Collection[str],
) -> Change:
    """Plans moving `client`'s integration `link`, which is in `former`, to an organisation of `software`. `held`:
    the sign-ins held here.

    Raises UsageError if the organisation already belongs to this client or another one.
    """
    _free(store, client, software, organisation)
    pulled = store.pulled.counts(link.software, link.organisation_id)
    lists = [title for name, title in former.lists.items() if name in pulled and name not in software.lists]
    return Change(client, link, former, software, organisation, sign_in, link.sign_in in held, lists)


def _free(store: Store, client: Client, software: Software, organisation: Organisation) -> None:
    integrated = store.clients.integrated(software.name, organisation.id).get(organisation.id)
    if integrated is None:
        return
    name = integrated.name
    if integrated.is_active:
        belongs = (
            "this client already" if integrated.client == client.id else f"another client already, {name}"
        )
        raise UsageError(f"{organisation.name} belongs to {belongs}. Nothing was changed.")
    if integrated.client != client.id:
        raise UsageError(
            f"{organisation.name} was {possessive(name)}: add it to that client again. Nothing was changed."
        )


def entails(change: Change) -> Iterator[str]:
    """What will happen and what will be lost, in sentences."""
    link, title = change.link, change.former.title
    one, _ = change.software.organisation_words
    yield f"From {link.organisation_name} ({title}) to {change.organisation.name} ({change.software.title})."
    yield f"Details and lists will come from the new {one}. The client keeps its history, code, team and note."
    if change.within:
        yield f"The former {one} stays connected in {title}."
        return
    if change.lists:
        yield f"Lost, because {change.software.title} has no such list: {', '.join(change.lists)}."
    if link.settings._replace(follow_details=True) != Settings():
        yield "Lost: the integration's settings and its note. The new one starts with the defaults."
    if not change.own:
        yield f"The integration with {title} ends here only: the sign-in is {possessive(link.integrated_by.name)}, who can end it there."
    elif change.former.disconnecting == "nowhere":
        yield f"The integration with {title} ends here only. Remove the app in {title} to end it there too."
    else:
        yield f"The integration with {title} ends there too."


async def change_integration(session: Session, change: Change) -> str | None:
    """Pulls the new organisation's details and lists, then makes the move in one transaction.

    If interrupted, either everything has changed here or nothing. The former integration is ended in its app just before.
    Returns why it could not be ended there, if so. Raises UsageError if someone has changed the integration meanwhile or the
    organisation now belongs to a client, and whatever the calls raise.
    """
    software, organisation, link, store = change.software, change.organisation, change.link, session.store
    calls = session.calls(change.sign_in)
    pulled = await pull(software, calls, organisation.id, link.settings.lists if change.within else None)
    name = pulled.details.get("name") or organisation.name
    entries, says = [], None
    if not change.within:
        _free(store, change.client, software, organisation)
        if store.clients.still(link):
            entries, says = await _ended(session, change)
    try:
        with store.transaction():
            now = store.clients.by_id([change.client.id], datetime.now(UTC)).get(change.client.id)
            if now is None or not store.clients.still(link):
                raise UsageError("Someone else changed this integration in the meantime. It was left alone.")
            bind = _bound if change.within else _connected
            new = bind(change, now, name, pulled)
            if _follows(link, now) and now.name == link.organisation_name != name:
                renamed = {"name": name, "before": now.name}
                new.append(NewEntry(Kind.CLIENT_RENAMED, change.sign_in.person.email, now.id, body=renamed))
            store.ledger.append(*new, *entries)
            store.pulled.keep(software.name, organisation.id, pulled.lists)
            store.contacts.good(software.name, organisation.id)
    except Clash:
        raise UsageError(f"{name} belongs to another client already.") from None
    return " ".join(sentence for sentence in (says, pulled.says(software)) if sentence) or None


async def _ended(session: Session, change: Change) -> tuple[list[NewEntry], str | None]:
    """Ends the former integration in its app, if it is the user's own. Returns the entries that record this."""
    link, actor = change.link, change.sign_in.person.email
    ended_there, says, ended = NOT_OURS, None, ()
    sign_in = session.store.sign_ins.one(link.sign_in) if change.own else None
    if sign_in is not None and change.former.disconnecting == "nowhere":
        # No call is needed, so the app doesn't even have to be set up.
        ended_there = "nowhere"
    elif sign_in is not None:
        ended_there, says = await end_there(change.former, session.calls(sign_in), link.organisation_id)
        ended = ended_with_it(change.former, ended_there, sign_in.id, actor)
    entry = NewEntry(
        Kind.DISCONNECTED,
        actor,
        change.client.id,
        link.software,
        link.organisation_id,
        {"there": ended_there},
    )
    return [entry, *ended], says


def _follows(link: Integration, client: Client) -> bool:
    """Whether the client's details become the new organisation's. They don't if they follow another integration."""
    return link.settings.follow_details or not client.follows_one


def _bound(change: Change, now: Client, name: str, pulled: Pulled) -> list[NewEntry]:
    """The same integration with another organisation. The old details describe another business, so they are
    removed.
    """
    link, software = change.link, change.software.name
    actor, client = change.sign_in.person.email, now.id
    moved = {
        "organisation_id": change.organisation.id,
        "organisation_name": name,
        "sign_in": change.sign_in.id,
        "before": {"organisation_id": link.organisation_id, "organisation_name": link.organisation_name},
    }
    new, old = changed_details(now.details, pulled.details) if _follows(link, now) else ({}, {})
    refreshed = {"organisation_name": name, "details": new, "before": old, **pulled.noted()}
    return [
        NewEntry(Kind.ORGANISATION_CHANGED, actor, client, software, link.organisation_id, moved),
        NewEntry(Kind.REFRESHED, actor, client, software, change.organisation.id, refreshed),
    ]


def _connected(change: Change, now: Client, name: str, pulled: Pulled) -> list[NewEntry]:
    """A new integration of the same business. Details that the new app does not provide stay as they were."""
    link, follows = change.link, _follows(change.link, now)
    before = {
        "software": link.software,
        "organisation_id": link.organisation_id,
        "organisation_name": link.organisation_name,
    }
    body = {
        "organisation_name": name,
        "sign_in": change.sign_in.id,
        "details": dict(pulled.details) if follows else {},
        "settings": {} if follows else {"follow_details": False},
        **pulled.noted(),
        "before": before,
    }
    actor, organisation = change.sign_in.person.email, change.organisation.id
    return [NewEntry(Kind.INTEGRATION_CONNECTED, actor, now.id, change.software.name, organisation, body)]
