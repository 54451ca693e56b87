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


class People:
    """Resolves actors to people."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._known = _read(db)
        self._roles: dict[str, str] = {}
        shared = set[str]()
        for known in self._known:
            email = known.email.casefold()
            if email in self._roles:
                shared.add(email)
            elif email:
                self._roles[email] = known.role
        # An address that several people share identifies nobody.
        for email in shared:
            del self._roles[email]

    def __bool__(self) -> bool:
        return bool(self._roles)

    def one_name(self, actor: str) -> str:
        """The name to show for this actor: the role, if the actor is the e-mail address of one of the people."""
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
