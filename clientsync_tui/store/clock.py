"""How far the clock of the practice's home is ahead of this host's. It is stored in the file, so it is known without the
server.
"""

import sqlite3
from contextlib import suppress
from datetime import timedelta

from .database import Database

_KEY = "ahead"
TOLERANCE = timedelta(seconds=2)
"""A smaller difference may be the time the answer took, and does not matter."""

MOST = timedelta(days=36_525)
"""A century. A larger difference can't come from a clock, and the sum might not fit a date."""


def ahead(db: sqlite3.Connection) -> timedelta:
    """The difference; zero if the practice is in this file."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    # Anyone who can write to the file may have put something else there.
    with suppress(ValueError, OverflowError, TypeError):
        return _believed(timedelta(seconds=float(row[0]))) if row else timedelta()
    return timedelta()


def note_ahead(database: Database, by: timedelta) -> None:
    """Saves it if it has changed. Each write makes every open window look for news."""
    by = _believed(by)
    if abs(by - ahead(database.connection)) > TOLERANCE:
        with database.writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, str(by.total_seconds())))


def _believed(by: timedelta) -> timedelta:
    return by if abs(by) < MOST else timedelta()


def forget_ahead(db: sqlite3.Connection) -> None:
    """Forgets the difference, because this file is now the home."""
    db.execute("DELETE FROM meta WHERE key = ?", (_KEY,))
