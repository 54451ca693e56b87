"""Undo: a reverse entry in the ledger takes back a change to the practice, even after a restart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from ..practice.bodies import fits
from ..practice.counted import counted
from ..practice.entries import Entry, Kind, NewEntry
from ..practice.model import Client
from ..practice.text import code_key
from ..practice.trouble import UsageError
from ..store.store import Store
from .client_edits import is_team, replace_team, step_id

FIELDS = {
    Kind.TEAM_ASSIGNED: ("team", "team"),
    Kind.CODE_SET: ("code", "practice_code"),
    Kind.CLIENT_RENAMED: ("name", "name"),
    Kind.NOTE_SET: ("note", "note"),
}
"""Kinds that set one thing: its name in the body, and its name in the client."""
UNDONE_BY_ANOTHER_KIND = {Kind.CLIENT_REMOVED: Kind.CLIENT_RESTORED}
UNDOABLE = (*FIELDS, *UNDONE_BY_ANOTHER_KIND, Kind.TEAM_DELETED)
MOST_PASSED = 20
"""How many steps that can't be undone are skipped in search of one that can."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What one step did to one client: the value before and after (None, None: it was taken off the list)."""

    kind: Kind
    client: str
    before: Any = None
    after: Any = None


def undo_last(store: Store, actor: str, now: datetime) -> str:
    """Undoes the last step of `actor` that can be undone. Returns a sentence that says what was undone.

    Only changes of team, code, name and note, removals, and changes to teams themselves can be undone, once each. Anything that someone
    has changed again since is left alone. Raises UsageError if there is nothing to undo.
    """
    passed = 0
    with store.transaction():
        for step in islice(_steps(store, actor), MOST_PASSED):
            changes = _net(step)
            clients = store.clients.by_id([change.client for change in changes], now)
            able = [change for change in changes if _stands(change, clients.get(change.client), store)]
            able = _free_of_clashes(able, clients, store)
            if team := _team_back(step, able, store, actor):
                return f"{_undid(step[0].at, now)} {team}" + _left(0, passed)
            if able:
                store.ledger.append(*_reverse(able, actor, _key(step[0])))
                return _sentence(able, clients, step[0].at, now) + _left(len(changes) - len(able), passed)
            passed += 1
    if passed:
        raise UsageError("Nothing was undone: all your last changes have been changed since.")
    raise UsageError("You have no change to undo.")


def _team_back(step: Sequence[Entry], able: Sequence[_Change], store: Store, actor: str) -> str | None:
    """Gives a renamed team its former name, or brings a deleted one back, and returns a sentence. None if the step
    did neither or can't be undone, because the team was changed again or another one has its name by now.
    """
    if step[0].kind is not Kind.TEAM_DELETED:
        return None
    team, new = step[0].body["team"], step[0].body.get("becomes")
    if is_team(store, team, but=new) or (new and new not in store.clients.teams()):
        return None
    if new:
        count = replace_team(store, actor, new, team, undoes=_key(step[0]))
        return f"team {new} is called {team} again: {counted(count, 'client')}."
    back = _reverse(able, actor, _key(step[0]))
    marks = back[0].body if back else {"step": step_id(), "undoes": _key(step[0])}
    made = {"team": team, "step": marks["step"], "undoes": marks["undoes"]}
    store.ledger.append(NewEntry(Kind.TEAM_CREATED, actor, body=made), *back)
    return f"there is a team {team} again: {counted(len(able), 'client')}."


@dataclass(frozen=True, slots=True)
class Step:
    """A change that can be undone. `at`: when it was made (ISO 8601, UTC). `clients`: how many it changed."""

    at: str
    what: str
    clients: int


def steps_to_undo(store: Store, actor: str) -> Iterator[Step]:
    """The changes of `actor` that can be undone, newest first. Some may have been changed again since."""
    for step in _steps(store, actor):
        yield Step(step[0].at, _TITLES[step[0].kind], len(_net(step)))


_TITLES = {
    Kind.TEAM_ASSIGNED: "team",
    Kind.TEAM_DELETED: "team",
    Kind.CODE_SET: "practice code",
    Kind.CLIENT_RENAMED: "name",
    Kind.NOTE_SET: "note",
    Kind.CLIENT_REMOVED: "removal from the list",
}


def _key(entry: Entry) -> str | int:
    step = entry.body.get("step")
    return step if isinstance(step, str | int) else entry.seq


def _own(store: Store, actor: str) -> Iterator[Entry]:
    """The actor's changes and undos, newest first."""
    undoing = (*UNDONE_BY_ANOTHER_KIND.values(), Kind.TEAM_CREATED)
    entries = store.ledger.by_actor(actor, (*UNDOABLE, *undoing))
    return (entry for entry in entries if fits(entry.kind, entry.body) and _is_text(entry.body.get("before")))


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _steps(store: Store, actor: str) -> Iterator[list[Entry]]:
    """The steps that are neither undone nor an undo, newest first, each with its entries in order."""
    undone: set[str | int] = set()
    for key, entries in groupby(_own(store, actor), _key):
        step = list(entries)
        if isinstance(earlier := step[0].body.get("undoes"), str | int):
            undone.add(earlier)
        elif key not in undone and step[0].kind in UNDOABLE:
            yield step[::-1]


def _net(step: Iterable[Entry]) -> list[_Change]:
    """What a step did to each client, from before its first entry to after its last."""
    found: dict[str, _Change] = {}
    for entry in step:
        if entry.kind is Kind.TEAM_DELETED:
            continue
        client = entry.client or ""
        field = FIELDS.get(entry.kind, ("", ""))[0]
        before = found[client].before if client in found else entry.body.get("before")
        found[client] = _Change(entry.kind, client, before, entry.body.get(field))
    return list(found.values())


def _stands(change: _Change, client: Client | None, store: Store) -> bool:
    """Whether the change is still in effect."""
    if client is None:
        return False
    if change.kind in UNDONE_BY_ANOTHER_KIND:
        return store.clients.is_removed(client.id)
    return getattr(client, FIELDS[change.kind][1]) == change.after


def _free_of_clashes(changes: list[_Change], clients: Mapping[str, Client], store: Store) -> list[_Change]:
    """Leaves out changes that would give a client a practice code that another one has by now."""
    if not changes or changes[0].kind not in (Kind.CODE_SET, Kind.CLIENT_REMOVED):
        return changes

    def wanted(change: _Change) -> str | None:
        code = change.before if change.kind is Kind.CODE_SET else clients[change.client].practice_code
        return code_key(code)

    holders = {code_key(code): client for client, _, code in store.clients.codes() if code}
    while True:
        # Codes may have been swapped among the clients of the step; those count as free.
        free = {None, *(change.client for change in changes)}
        able = [change for change in changes if holders.get(wanted(change)) in free]
        if len(able) == len(changes):
            return able
        changes = able


def _reverse(changes: Iterable[_Change], actor: str, undone: str | int) -> list[NewEntry]:
    """The entries that reverse `changes`."""
    step = step_id()
    first: list[NewEntry] = []
    then: list[NewEntry] = []
    for change in changes:
        kind = UNDONE_BY_ANOTHER_KIND.get(change.kind, change.kind)
        field = FIELDS.get(change.kind, ("name", ""))[0]
        marks = {"step": step, "undoes": undone}
        before = change.after
        if kind is Kind.CODE_SET and change.after is not None and change.before is not None:
            # No two clients may have the same code at any time, so codes are given up before they are
            # reassigned.
            body = {"code": None, "before": before, **marks}
            first.append(NewEntry(kind, actor, change.client, body=body))
            before = None
        body = {field: change.before, "before": before, **marks}
        then.append(NewEntry(kind, actor, change.client, body=body))
    return [*first, *then]


def _undid(at: str, now: datetime) -> str:
    when = datetime.fromisoformat(at).astimezone()
    today = when.date() == now.astimezone().date()
    return f"Undid the {when:%H:%M} change:" if today else f"Undid the change of {when:%Y-%m-%d %H:%M}:"


def _sentence(done: Sequence[_Change], clients: Mapping[str, Client], at: str, now: datetime) -> str:
    undid, first = _undid(at, now), done[0]
    if len(done) == 1:
        return f"{undid} “{clients[first.client].name}” {_is_again(first)}."
    return f"{undid} {counted(len(done), 'client')} {_ARE_AGAIN[first.kind]}."


def _is_again(change: _Change) -> str:
    match change.kind:
        case Kind.TEAM_ASSIGNED:
            return f"is back in team {change.before}" if change.before else "has no team again"
        case Kind.CODE_SET:
            return (
                f"has the practice code {change.before} again"
                if change.before
                else "has no practice code again"
            )
        case Kind.CLIENT_RENAMED:
            return f"is called {change.before} again"
        case Kind.NOTE_SET:
            return "has its previous note again" if change.before else "has no note again"
        case _:
            return "is on the list again"


_ARE_AGAIN = {
    Kind.TEAM_ASSIGNED: "are back in their previous teams",
    Kind.CODE_SET: "have their previous practice codes again",
    Kind.CLIENT_RENAMED: "have their previous names again",
    Kind.NOTE_SET: "have their previous notes again",
    Kind.CLIENT_REMOVED: "are on the list again",
}


def _left(left: int, passed: int) -> str:
    sentence = ""
    if left:
        unchanged = counted(left, "client was", "clients were")
        sentence += f" {unchanged} left alone: they have changed since, or another client has the code now."
    if passed:
        sentence += " Newer changes were skipped, because they have been changed since."
    return sentence
