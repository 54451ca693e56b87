"""The people of a practice on a server, as this host last heard of them, so that the history shows each as one person.

In a file, people act under the e-mail address of their sign-in, or under their login name; on a server, under their role. The entries
don't change, but whatever shows them gives each person a single name.
"""

import json
import sqlite3
from collections.abc import Set
from typing import NamedTuple

from .database import Database

_KEY = "people"


class Known(NamedTuple):
    """A person of the practice."""

    role: str
    name: str
    email: str
    login: str = ""


class People:
    """Resolves actors to people."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._known = _read(db)
        roles: dict[str, set[str]] = {}
        for known in self._known:
            for other_name in {known.email.casefold(), known.login.casefold()} - {""}:
                roles.setdefault(other_name, set()).add(known.role)
        taken = {known.role.casefold() for known in self._known}
        # A name that several have says nothing, and who acts under a role of the practice is that role.
        self._roles = {
            name: found.pop() for name, found in roles.items() if len(found) == 1 and name not in taken
        }

    def __bool__(self) -> bool:
        return bool(self._roles)

    def one_name(self, actor: str) -> str:
        """The name under which this actor is shown: the role, where the actor is an e-mail address or a login name of one of the people."""
        return self._roles.get(actor.casefold(), actor)

    def names(self, actor: str) -> Set[str]:
        """Every name under which this actor can be searched."""
        role = self.one_name(actor)
        known = next((known for known in self._known if known.role == role), None)
        return {actor, role, *(known or ())}


def note_people(database: Database, people: str | None) -> None:
    """Saves who the people are, as JSON, if that has changed."""
    found = database.connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    if (found[0] if found else None) != people and people is not None:
        with database.writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, people))


def _read(db: sqlite3.Connection) -> list[Known]:
    row = db.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    try:
        return [Known(*map(str, one)) for one in json.loads(row[0])] if row else []
    except (ValueError, TypeError):
        # Anyone who can write to the file may have put something else there.
        return []
