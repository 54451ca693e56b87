"""The people of a practice on a server, from this host's last contact with it. They let the history show one name per person.

In a file, entries and jobs name people by the e-mail address of their sign-in or by their login name; on a server, by their role. Moving a
practice does not change its entries, so every screen and command that shows them translates these names: on a server into roles, and back
in a file the roles into what people are called there.
"""

import json
import sqlite3
from collections.abc import Sequence, Set
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
    """Resolves actors to people, under the name by which the practice's home knows them: on a server their role, in a file their
    e-mail address or else their login name.
    """

    def __init__(self, database: Database) -> None:
        self._known = _read(database.connection)
        on_server = database.home.kind == "postgresql"
        self._names = _roles(self._known) if on_server else _names_of_roles(self._known)
        self._by_name = {(known.role if on_server else _in_file(known)): known for known in self._known}

    def __bool__(self) -> bool:
        return bool(self._names)

    def one_name(self, actor: str) -> str:
        """The name to show for this actor."""
        return self._names.get(actor.casefold(), actor)

    def names(self, actor: str) -> Set[str]:
        """Every name under which this actor can be searched."""
        name = self.one_name(actor)
        return {actor, name, *self._by_name.get(name, ())}


def _roles(people: Sequence[Known]) -> dict[str, str]:
    """The roles by e-mail address and login name, without names that several people share or that are also roles of the practice."""
    roles: dict[str, set[str]] = {}
    for known in people:
        for other_name in {known.email.casefold(), known.login.casefold()} - {""}:
            roles.setdefault(other_name, set()).add(known.role)
    taken = {known.role.casefold() for known in people}
    return {name: found.pop() for name, found in roles.items() if len(found) == 1 and name not in taken}


def _names_of_roles(people: Sequence[Known]) -> dict[str, str]:
    """The e-mail address or login name by role, without roles that are also someone's login name and so stay in use in a file."""
    logins = {known.login.casefold() for known in people}
    return {known.role.casefold(): _in_file(known) for known in people if known.role.casefold() not in logins}


def _in_file(known: Known) -> str:
    return known.email or known.login or known.role


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
