"""Edits of the client list: team, practice code, name, note, and who is on it. Each is a ledger entry, and undo reverses it."""

import secrets
from collections.abc import Sequence

from ..practice import longest
from ..practice.entries import Kind, NewEntry
from ..practice.model import Client
from ..practice.status import Reason
from ..practice.text import clean, one_line
from ..practice.trouble import UsageError
from ..store.projection import Clash
from ..store.store import Store


def step_id() -> str:
    """What the entries of one bulk change have in common in their bodies (`step`), so that it is undone as one."""
    return secrets.token_hex(4)


def new_client_id() -> str:
    """A new client's id. It begins with a letter, so no spreadsheet reads it as a number (`12345e67` is one)."""
    return f"c{secrets.token_hex(8)}"


def set_code(store: Store, actor: str, client: Client, code: str | None) -> None:
    """Sets a client's practice code, or (None, "") takes it away. Raises UsageError if it can't be, or is another's."""
    code = _text("The practice code", code or "", longest.CODE) or None
    if code == client.practice_code:
        return
    body = {"code": code, "before": client.practice_code}
    try:
        store.ledger.append(NewEntry(Kind.CODE_SET, actor, client.id, body=body))
    except Clash:
        raise UsageError(
            f'Another client already has the practice code "{code}". Nothing was changed.'
        ) from None


def rename(store: Store, actor: str, client: Client, name: str) -> None:
    """Gives a client another name on the practice's list. Raises UsageError if the name is empty or too long."""
    name = _text("The name", name, longest.NAME)
    if not name:
        raise UsageError("A client needs a name. Nothing was changed.")
    if name != client.name:
        body = {"name": name, "before": client.name}
        store.ledger.append(NewEntry(Kind.CLIENT_RENAMED, actor, client.id, body=body))


def set_note(store: Store, actor: str, client: Client, note: str) -> None:
    """Sets a client's note, its lines joined into one; an empty one takes it away. Raises UsageError if it is too long."""
    note = _text("The note", one_line(note), longest.NOTE)
    if note != client.note:
        body = {"note": note, "before": client.note}
        store.ledger.append(NewEntry(Kind.NOTE_SET, actor, client.id, body=body))


def team_name(name: str) -> str | None:
    """The name of a team as it is saved; None for an empty one. Raises UsageError if it is too long."""
    return _text("The team's name", name, longest.NAME) or None


def create_team(store: Store, actor: str, name: str) -> str:
    """Creates a team; returns its name as it is saved. Raises UsageError if it has no name or exists already."""
    made = team_name(name)
    if made is None:
        raise UsageError("Enter a name for the team. Nothing was changed.")
    with store.transaction():
        if made.casefold() in (team.casefold() for team in store.clients.teams()):
            raise UsageError(f'There is already a team "{made}". Nothing was changed.')
        store.ledger.append(NewEntry(Kind.TEAM_CREATED, actor, body={"team": made}))
    return made


def assign_team(store: Store, actor: str, clients: Sequence[Client], team: str | None) -> int:
    """Assigns clients to a team (made when it is new), or to none, as one step; returns how many were not in it yet."""
    team = team_name(team or "")
    step = step_id()
    moving = [client for client in clients if client.team != team]
    store.ledger.append(
        *(
            NewEntry(
                Kind.TEAM_ASSIGNED, actor, client.id, body={"team": team, "before": client.team, "step": step}
            )
            for client in moving
        )
    )
    return len(moving)


def existing_team(store: Store, name: str) -> str:
    """A team as the practice spells it. Raises UsageError if there is none of that name, or several differ from it in their letters only."""
    wanted, teams = clean(name).strip(), store.clients.teams()
    if wanted in teams:
        return wanted
    alike = [team for team in teams if team.casefold() == wanted.casefold()]
    if len(alike) > 1:
        raise UsageError(f"Is it {' or '.join(alike)}? Spell the team as the list does. Nothing was changed.")
    if not alike:
        raise UsageError(f'There is no team "{wanted}". Nothing was changed.')
    return alike[0]


def rename_team(store: Store, actor: str, team: str, name: str) -> int:
    """Gives a team another name, as one step; returns how many clients are in it. Raises UsageError if the team is gone, it gets no
    name, or another team has it."""
    with store.transaction():
        # A colleague may have changed the teams since they were chosen from.
        return replace_team(store, actor, existing_team(store, team), renamed_team(store, team, name))


def renamed_team(store: Store, team: str, name: str) -> str:
    """The new name of a team as it is saved. Raises as `rename_team`."""
    new = team_name(name)
    if new is None:
        raise UsageError("Enter a name for the team. Nothing was changed.")
    if is_team(store, new, but=team):
        raise UsageError(f'There is already a team "{new}". Nothing was changed.')
    return new


def is_team(store: Store, name: str, *, but: str | None = None) -> bool:
    """Whether there is a team of that name, however it is spelled, other than the team `but`."""
    return name.casefold() in (team.casefold() for team in store.clients.teams() if team != but)


def delete_team(store: Store, actor: str, team: str) -> int:
    """Deletes a team, as one step; returns how many clients are in no team now. Raises UsageError if it is gone."""
    with store.transaction():
        return replace_team(store, actor, existing_team(store, team), None)


def replace_team(store: Store, actor: str, team: str, new: str | None, **marks: object) -> int:
    """A team is gone, and its clients are in another one, or in none; returns how many those are. `marks`: for the entries' bodies."""
    clients, marks = store.clients.in_team(team), {"step": step_id(), **marks}
    deleted = NewEntry(Kind.TEAM_DELETED, actor, body={"team": team, "becomes": new, **marks})
    body = {"team": new, "before": team, **marks}
    store.ledger.append(
        deleted, *(NewEntry(Kind.TEAM_ASSIGNED, actor, client, body=body) for client in clients)
    )
    return len(clients)


def can_be_removed(client: Client) -> bool:
    """Whether a client has no living integration, so that it may be taken off the list."""
    return all(link.problem is Reason.DISCONNECTED_HERE for link in client.integrations)


def remove(store: Store, actor: str, clients: Sequence[Client]) -> int:
    """Takes clients without a living integration off the list as one step, and leaves the others; returns how many went."""
    step = step_id()
    going = [client for client in clients if can_be_removed(client)]
    store.ledger.append(
        *(
            NewEntry(Kind.CLIENT_REMOVED, actor, client.id, body={"name": client.name, "step": step})
            for client in going
        )
    )
    return len(going)


def _text(what: str, entered: str, most: int) -> str:
    text = clean(entered).strip()
    longest.refuse_longer(what, text, most)
    return text
