"""The people of a practice on a server, from this host's last contact with it. They let the history show one name per person.

In a file, entries name people by the e-mail address of their sign-in or by their login name; on a server, by their role. Moving a practice
does not change its entries, so every screen and command that shows them translates these names into roles.
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
        # Leave out names that several people share, and names that are also roles of the practice.
        self._roles = {
            name: found.pop() for name, found in roles.items() if len(found) == 1 and name not in taken
        }

    def __bool__(self) -> bool:
        return bool(self._roles)

    def one_name(self, actor: str) -> str:
        """The name to show for this actor. If the actor is a person's e-mail address or login name, that is the person's role."""
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
