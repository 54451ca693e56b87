"""One client: its details, and what can be done with it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ...app.actions import ACTIONS
from ...practice.claims import USUAL_MINUTES
from ...practice.model import Client, Integration
from ...sync import client_edits, plan_words
from ...sync.home import claim_words
from ...sync.integration_facts import of_client
from ...sync.words import link_words
from ...workplace import Workplace
from ..selection import mind_claims
from .client_sync import action
from .connection import connection
from .lines import Back, Choice, changed, changed_note, menu, say, text, yes
from .lists import Texts, look
from .records import history

Now = Callable[[], Client]
"""Reads the client again: a colleague may change it while someone answers."""


def one_client(workplace: Workplace, id: str) -> None:
    """What can be done with one client. Raises Back and Quit."""
    store, actor = workplace.store, workplace.actor

    def now() -> Client:
        found = store.clients.by_id([id], datetime.now(UTC)).get(id)
        if found is None or store.clients.is_removed(id):
            raise Back
        return found

    def heading() -> list[str]:
        client = now()
        claimed = [claim_words.sentence(client.claim, actor, datetime.now(UTC))] if client.claim else []
        return [client.name, *claimed, *(f"{title}: {value}" for title, value, _ in of_client(client))]

    def choices() -> list[Choice]:
        client = now()
        why_not_removed = (
            None
            if client_edits.can_be_removed(client)
            else "It still has an active integration. Disconnect it first."
        )
        return [
            *(_its_connection(workplace, id, link) for link in client.integrations),
            action("clients.set_code", lambda: _set_code(workplace, now)),
            action("clients.assign_team", lambda: assign_team(workplace, [now()])),
            action("clients.set_note", lambda: _set_note(workplace, now)),
            action("clients.rename", lambda: _rename(workplace, now)),
            action("clients.claim", lambda: claim(workplace, [id])),
            action("clients.release", lambda: release(workplace, [id])),
            action("everywhere.history", lambda: history(workplace, id)),
            action("clients.remove", lambda: remove(workplace, [now()]), why_not_removed),
        ]

    menu(heading, choices)


def _its_connection(workplace: Workplace, id: str, link: Integration) -> Choice:
    """Leads to one of the client's integrations."""
    status = link_words(link, datetime.now(UTC))
    return Choice(
        f"Connections: {link.software}, {link.organisation_name}, {status}",
        lambda: connection(workplace, id, (link.software, link.organisation_id)),
        ACTIONS["clients.connections"].sentence,
    )


def _set_code(workplace: Workplace, now: Now) -> None:
    code = changed("Practice code", now().practice_code)
    if code is not None:
        client_edits.set_code(workplace.store, workplace.actor, now(), code)


def _set_note(workplace: Workplace, now: Now) -> None:
    note = changed_note("Client note", now().note)
    if note is not None:
        client_edits.set_note(workplace.store, workplace.actor, now(), note)


def _rename(workplace: Workplace, now: Now) -> None:
    if name := text(f"Name on the practice's list, currently {now().name} (Enter keeps it)"):
        client_edits.rename(workplace.store, workplace.actor, now(), name)


def assign_team(workplace: Workplace, clients: Sequence[Client]) -> None:
    """Asks for the team and assigns it. Raises UsageError if the name is too long, and Quit."""
    say(*(f"Existing team: {team}." for team in workplace.store.clients.teams()))
    present = {client.team for client in clients}
    team = changed("Team, existing or new", present.pop() if len(present) == 1 else "several")
    if team is not None:
        mind_claims(workplace, (client.id for client in clients))
        count = client_edits.assign_team(workplace.store, workplace.actor, clients, team)
        say(f"{plan_words.clients(count)} assigned to {team or 'no team'}.")


def claim(workplace: Workplace, ids: Sequence[str]) -> None:
    """Claims clients; asks first where colleagues have claimed some. Raises Quit."""
    store, now = workplace.store, datetime.now(UTC)
    others = claim_words.about(store, ids, workplace.actor, now)
    say(*others)
    if others and not yes("Take over?"):
        say("Nothing was changed.")
        return
    say(*claim_words.claimed(store.claims.take(ids, workplace.actor), USUAL_MINUTES, now))


def release(workplace: Workplace, ids: Sequence[str]) -> None:
    """Ends your own claims on clients."""
    store, me = workplace.store, workplace.actor
    say(
        claim_words.released(store.claims.release(ids, me)),
        *claim_words.about(store, ids, me, datetime.now(UTC)),
    )


def remove(workplace: Workplace, clients: Sequence[Client]) -> None:
    """Asks, then removes the clients that have no active integration. Raises Quit."""
    going = [client for client in clients if client_edits.can_be_removed(client)]
    if left := len(clients) - len(going):
        say(f"{plan_words.clients(left)} with an active integration will stay on the list.")
    show_list = lambda: look("Clients", Texts([client.name for client in going]))  # noqa: E731
    mind_claims(workplace, (client.id for client in going))
    if going and yes(f"Remove {plan_words.clients(len(going))} from the list?", show_list):
        count = client_edits.remove(workplace.store, workplace.actor, going)
        say(f"{plan_words.clients(count)} removed from the list. Undo brings them back.")
    else:
        say("Nothing was changed.")
