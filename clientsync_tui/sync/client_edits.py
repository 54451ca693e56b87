"""Changes to the client list: team, practice code, name, note, and removal. Each is a ledger entry, and undo
reverses it.
"""

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
    """A value that the entries of one bulk change share (`step` in their bodies), so that they are undone together."""
    return secrets.token_hex(4)


def new_client_id() -> str:
    """A new client's id. It begins with a letter, so no spreadsheet reads it as a number (`12345e67` is one)."""
    return f"c{secrets.token_hex(8)}"


def set_code(store: Store, actor: str, client: Client, code: str | None) -> bool:
    """Sets a client's practice code; (None, "") removes it. Raises UsageError if the code is invalid or already
    taken.
    """
    code = _text("The practice code", code or "", longest.CODE) or None
    if code == client.practice_code:
        return False
    body = {"code": code, "before": client.practice_code}
    try:
        store.ledger.append(NewEntry(Kind.CODE_SET, actor, client.id, body=body))
    except Clash:
        raise UsageError(
            f'Another client already has the practice code "{code}". Nothing was changed.'
        ) from None
    return True


def rename(store: Store, actor: str, client: Client, name: str) -> bool:
    """Gives a client another name on the practice's list. Raises UsageError if the name is empty or too long."""
    name = _text("The name", name, longest.NAME)
    if not name:
        raise UsageError("A client needs a name. Nothing was changed.")
    if name == client.name:
        return False
    body = {"name": name, "before": client.name}
    store.ledger.append(NewEntry(Kind.CLIENT_RENAMED, actor, client.id, body=body))
    return True


def set_note(store: Store, actor: str, client: Client, note: str) -> bool:
    """Sets a client's note, with its lines joined into one; an empty note is removed. Raises UsageError if it is
    too long.
    """
    note = _text("The note", one_line(note), longest.NOTE)
    if note == client.note:
        return False
    body = {"note": note, "before": client.note}
    store.ledger.append(NewEntry(Kind.NOTE_SET, actor, client.id, body=body))
    return True


def team_name(name: str) -> str | None:
    """A team's name as it will be saved; None if it is empty. Raises UsageError if it is blank or too long."""
    saved = _text("The team's name", name, longest.NAME)
    if name and not saved:
        # A blank name must not take clients out of their team by accident.
        raise UsageError("Enter a name for the team. Nothing was changed.")
    return saved or None


def create_team(store: Store, actor: str, name: str) -> str:
    """Creates a team and returns its name as saved. Raises UsageError if it has no name or already exists."""
    made = team_name(name)
    if made is None:
        raise UsageError("Enter a name for the team. Nothing was changed.")
    with store.transaction():
        if made.casefold() in (team.casefold() for team in store.clients.teams()):
            raise UsageError(f'There is already a team "{made}". Nothing was changed.')
        store.ledger.append(NewEntry(Kind.TEAM_CREATED, actor, body={"team": made}))
    return made


def assign_team(store: Store, actor: str, clients: Sequence[Client], team: str | None) -> int:
    """Assigns clients to a team (created if it is new) or to none, as one step. Returns how many were not in it
    before.
    """
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
    """A team as the practice spells it. Raises UsageError if there is none, or if several names differ from it only
    in case or accents.
    """
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
    """Renames a team, as one step, and returns how many clients are in it.

    Raises UsageError if the team no longer exists, the name is empty, or another team has it.
    """
    with store.transaction():
        # A colleague may have changed the teams since this one was chosen.
        return replace_team(store, actor, existing_team(store, team), renamed_team(store, team, name))


def renamed_team(store: Store, team: str, name: str) -> str:
    """A team's new name as it will be saved. Raises the same as `rename_team`."""
    new = team_name(name)
    if new is None:
        raise UsageError("Enter a name for the team. Nothing was changed.")
    if is_team(store, new, but=team):
        raise UsageError(f'There is already a team "{new}". Nothing was changed.')
    return new


def is_team(store: Store, name: str, *, but: str | None = None) -> bool:
    """Whether there is a team with that name in any spelling, other than the team `but`."""
    return name.casefold() in (team.casefold() for team in store.clients.teams() if team != but)


def delete_team(store: Store, actor: str, team: str) -> int:
    """Deletes a team, as one step, and returns how many clients now have no team. Raises UsageError if it no
    longer exists.
    """
    with store.transaction():
        return replace_team(store, actor, existing_team(store, team), None)


def replace_team(store: Store, actor: str, team: str, new: str | None, **marks: object) -> int:
    """Moves a team's clients to another team or to none, removes it, and returns how many there were. `marks`: for
    the entries' bodies.
    """
    clients, marks = store.clients.in_team(team), {"step": step_id(), **marks}
    deleted = NewEntry(Kind.TEAM_DELETED, actor, body={"team": team, "becomes": new, **marks})
    body = {"team": new, "before": team, **marks}
    store.ledger.append(
        deleted, *(NewEntry(Kind.TEAM_ASSIGNED, actor, client, body=body) for client in clients)
    )
    return len(clients)


def can_be_removed(client: Client) -> bool:
    """Whether a client has no active integration and so may be taken off the list."""
    return all(link.problem is Reason.DISCONNECTED_HERE for link in client.integrations)


def remove(store: Store, actor: str, clients: Sequence[Client]) -> int:
    """Takes clients without an active integration off the list as one step, and leaves the others. Returns how many
    were removed.
    """
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
