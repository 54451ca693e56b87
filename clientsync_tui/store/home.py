"""Where a practice's ledger is kept: in this host's own file, or on a server that several hosts share.

Everything is read from the file. What differs is who else writes: `Home` is asked when a change to the practice begins, and again before
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
from ..practice.trouble import UsageError
from .files.only_reading import may_write


class You(NamedTuple):
    """The person whom the home knows this program by. `role`: the name they log in with there, and act under."""

    role: str
    level: Level
    name: str = ""


class TakenThere(NamedTuple):
    """Claims that were made at the practice's home. `name`: what others call the person; `rows`: the claims of others that ended."""

    name: str
    rows: Sequence[Mapping[str, Any]]


class Here(NamedTuple):
    """A window in which someone has the practice open."""

    person: str
    name: str
    host: str
    since: datetime


class Surroundings(Protocol):
    """What a window knows of the practice's home and of the others there, without asking: reading it never waits.

    `says`: what a person should know of the home, in a sentence. `others`: the other windows.
    """

    says: str
    others: Sequence[Here]

    def start(self) -> None:
        """Begins, and shows the others that this window is there."""
        ...

    def stop(self) -> None:
        """Ends."""
        ...

    def refresh(self) -> None:
        """Looks who is there, where that is not followed anyway; takes a moment."""
        ...

    def refusal(self, right: Right) -> str | None:
        """Why something that needs this right can't be done now; None: it can, as far as is known."""
        ...


class Home(Protocol):
    """Where the ledger is kept. Every method but `state` may be called in any thread."""

    kind: Literal["sqlite", "postgresql"]

    @property
    def role(self) -> str | None:
        """Who this is there; None where the file's owner and mode decide."""
        ...

    @property
    def level(self) -> Level | None:
        """What kind of person this is there; None where that is not known, or the file's mode decides."""
        ...

    def begin(self, db: sqlite3.Connection) -> None:
        """Nobody else changes the practice from now on, and `db`, within its transaction, has all that they changed before.

        Raises Unreachable, and NotAllowed where this person may only read.
        """
        ...

    def at(self) -> str:
        """The time of the entries of the change that has begun."""
        ...

    def now(self) -> str:
        """The time there, as far as it is known here; also when no change has begun."""
        ...

    def actor(self, named: str) -> str:
        """Who makes those entries, where the program would say `named`."""
        ...

    def claim(self, db: sqlite3.Connection, clients: Sequence[str], minutes: int) -> TakenThere | None:
        """Claims clients there for this person, whoever has them, within the change that has begun, and brings what the history says of
        it into `db`. None: there is nothing but the file."""
        ...

    def release(self, clients: Sequence[str]) -> int | None:
        """Ends this person's claims on clients there; returns how many there were. None: there is nothing but the file."""
        ...

    def renew_claims(self) -> None:
        """Lets this person's claims there go on."""
        ...

    def commit(self, db: sqlite3.Connection) -> None:
        """Saves what the change added to `db`, before that is saved. Raises Unreachable."""
        ...

    def give_up(self) -> None:
        """The change is taken back."""
        ...

    def close(self) -> None:
        """Lets go of the server."""
        ...


def level_of_file(path: Path) -> Level:
    """On one host the practice's people are the system's users, and the file's mode says what they may do."""
    if not may_write(path):
        return Level.VIEWER
    owns = not hasattr(os, "geteuid") or path.stat().st_uid == os.geteuid()
    return Level.ADMIN if owns else Level.MEMBER


def moved_to(place: str) -> str:
    """What to say to somebody who would change a practice that is elsewhere now."""
    return f"The practice was moved to {place}. Nothing was changed here. Ask who moved it for the address, and run `clientsync practice join`."


class SqliteHome:
    """The ledger is in the file itself; SQLite's own lock keeps others from writing meanwhile."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"
    role: str | None = None
    level: Level | None = None

    def begin(self, db: sqlite3.Connection) -> None:
        """SQLite's transaction has begun. Raises UsageError where the practice is not in this file any more."""
        if (row := db.execute("SELECT value FROM meta WHERE key = 'moved'").fetchone()) is not None:
            raise UsageError(moved_to(row[0]))

    def at(self) -> str:
        """This host's clock."""
        return iso(datetime.now(UTC))

    def now(self) -> str:
        """This host's clock."""
        return iso(datetime.now(UTC))

    def actor(self, named: str) -> str:
        """As the program says: whoever can write the file can write any name."""
        return named

    def claim(self, db: sqlite3.Connection, clients: Sequence[str], minutes: int) -> None:
        """The file alone has them."""

    def release(self, clients: Sequence[str]) -> None:
        """The file alone has them."""

    def renew_claims(self) -> None:
        """The file alone has them."""

    def commit(self, db: sqlite3.Connection) -> None:
        """SQLite saves it."""

    def give_up(self) -> None:
        """SQLite takes it back."""

    def close(self) -> None:
        """There is nothing to let go of."""
