"""Where a practice's ledger is: in this host's own file, or on a server that several hosts share.

Everything is read from the file. The difference is who else writes: `Home` is asked when a change to the practice begins, and again before
it is saved in the file.
"""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from ..practice.entries import iso
from ..practice.roles import Level, Right
from ..practice.text import clean
from ..practice.trouble import UsageError
from .files.only_reading import may_write

MOVED = "moved"
"""The key in `meta` under which a file that was moved says where the practice is now. No copy of it has this key."""


class You(NamedTuple):
    """Who the user is at the home. `role`: the name they log in with and act under."""

    role: str
    level: Level
    name: str = ""


class TakenThere(NamedTuple):
    """Claims made at the practice's home. `name`: what others call the person. `rows`: the claims of others that ended."""

    name: str
    rows: Sequence[Mapping[str, Any]]


class Here(NamedTuple):
    """A window in which someone has the practice open."""

    person: str
    name: str
    host: str
    since: datetime


class Surroundings(Protocol):
    """What a window knows about the practice's home and the other windows. Reading it never waits.

    `says`: what the user should know about the home, as a sentence. `others`: the other windows.
    """

    says: str
    others: Sequence[Here]

    def start(self) -> None:
        """Starts, and announces this window to the others."""
        ...

    def stop(self) -> None:
        """Ends."""
        ...

    def refresh(self) -> None:
        """Looks for other windows, unless they are followed anyway. Takes a moment."""
        ...

    def refusal(self, right: Right) -> str | None:
        """Why something that needs this right can't be done now; None: it can, as far as is known."""
        ...


class Home(Protocol):
    """Where the ledger is. Every method except `state` may be called from any thread."""

    kind: Literal["sqlite", "postgresql"]

    @property
    def role(self) -> str | None:
        """The user's role there; None if the file's owner and mode decide."""
        ...

    @property
    def level(self) -> Level | None:
        """The user's level there; None if unknown, or if the file's mode decides."""
        ...

    def begin(self, db: sqlite3.Connection) -> None:
        """Keeps everyone else from changing the practice until this change ends, and brings `db` up to date within its transaction.

        Raises Unreachable, and NotAllowed if this person may only read.
        """
        ...

    def at(self) -> str:
        """The time of the entries of the change in progress."""
        ...

    def now(self) -> str:
        """The time there, as far as this host knows it, even without a change in progress."""
        ...

    def actor(self, named: str) -> str:
        """The actor of those entries; the program would use `named`."""
        ...

    def claim(self, db: sqlite3.Connection, clients: Sequence[str], minutes: int) -> TakenThere | None:
        """Claims clients there for this person, even those that colleagues have claimed, within the change in progress, and copies the
        resulting history entries into `db`. None: there is only the file.
        """
        ...

    def release(self, clients: Sequence[str]) -> int | None:
        """Ends this person's claims on clients there. Returns how many. None: there is only the file."""
        ...

    def renew_claims(self) -> None:
        """Extends this person's claims there."""
        ...

    def commit(self, db: sqlite3.Connection) -> None:
        """Saves there what the change added to `db`, before the file saves it. Raises Unreachable."""
        ...

    def give_up(self) -> None:
        """Discards the change."""
        ...

    def close(self) -> None:
        """Disconnects from the server."""
        ...


def level_of_file(path: Path) -> Level:
    """On one host the practice's people are the system's users, and the file's mode decides what they may do."""
    if not may_write(path):
        return Level.VIEWER
    owns = not hasattr(os, "geteuid") or path.stat().st_uid == os.geteuid()
    return Level.ADMIN if owns else Level.MEMBER


def moved_to(place: str) -> str:
    """The message for someone who tries to change a practice that has moved."""
    return f"The practice was moved to {place}. Nothing was changed here. Ask the person who moved it for the address, then run `clientsync practice join`."


def left_behind(place: str) -> str:
    """The message for someone who has a practice open that has moved."""
    return f"The practice was moved to {place}. This is how it was then, and nothing can be changed here. Ask the person who moved it for the address, then run `clientsync practice join`."


def new_place(db: sqlite3.Connection) -> str | None:
    """Where the practice of this file was moved to; None if it is still here."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (MOVED,)).fetchone()
    return None if row is None else clean(str(row[0]))


class SqliteHome:
    """The ledger is in the file itself, and SQLite's own lock keeps others from writing."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"
    role: str | None = None
    level: Level | None = None

    def begin(self, db: sqlite3.Connection) -> None:
        """SQLite's transaction has begun. Raises UsageError if the practice has moved."""
        if (place := new_place(db)) is not None:
            raise UsageError(moved_to(place))

    def at(self) -> str:
        """This host's clock."""
        return iso(datetime.now(UTC))

    def now(self) -> str:
        """This host's clock."""
        return iso(datetime.now(UTC))

    def actor(self, named: str) -> str:
        """As the program says: anyone who can write to the file can write any name."""
        return named

    def claim(self, db: sqlite3.Connection, clients: Sequence[str], minutes: int) -> None:
        """Claims are only in the file."""

    def release(self, clients: Sequence[str]) -> None:
        """Claims are only in the file."""

    def renew_claims(self) -> None:
        """Claims are only in the file."""

    def commit(self, db: sqlite3.Connection) -> None:
        """SQLite saves it."""

    def give_up(self) -> None:
        """SQLite rolls it back."""

    def close(self) -> None:
        """There is nothing to close."""
