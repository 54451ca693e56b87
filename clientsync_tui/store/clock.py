"""How far the clock of the practice's home is ahead of this host's: it is kept in the file, so that it is known without the server."""

import sqlite3
from contextlib import suppress
from datetime import timedelta

from .database import Database

_KEY = "ahead"
TOLERANCE = timedelta(seconds=2)
"""A smaller difference may be the time that an answer took, and changes nothing for anyone."""

MOST = timedelta(days=36_525)
"""A century: more is no clock's fault, and no date may hold the sum."""


def ahead(db: sqlite3.Connection) -> timedelta:
    """By how much; nothing where the practice is in this file."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    # Anyone who can write to the file may have put something else there.
    with suppress(ValueError, OverflowError, TypeError):
        return _believed(timedelta(seconds=float(row[0]))) if row else timedelta()
    return timedelta()


def note_ahead(database: Database, by: timedelta) -> None:
    """Remembers it, if it changed: each write makes every open window look for what is new."""
    by = _believed(by)
    if abs(by - ahead(database.connection)) > TOLERANCE:
        with database.writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, str(by.total_seconds())))


def _believed(by: timedelta) -> timedelta:
    return by if abs(by) < MOST else timedelta()


def forget_ahead(db: sqlite3.Connection) -> None:
    """From now on the home is this file."""
    db.execute("DELETE FROM meta WHERE key = ?", (_KEY,))
