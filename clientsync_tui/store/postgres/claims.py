"""Copies the server's claims into this host's own table."""

from contextlib import suppress

import psycopg

from ..database import Database
from .connecting import Connection

_KNOWN = "SELECT value FROM meta WHERE key = 'claims'"
_ALL = "SELECT client, person, name, since, until, minutes FROM clientsync.claims"


def follow_claims(database: Database, server: Connection) -> None:
    """Copies the server's claims if they have changed. Raises psycopg's errors."""
    # A practice created by an older program has none until an admin upgrades it.
    with suppress(psycopg.errors.InsufficientPrivilege):
        found = server.execute("SELECT version FROM clientsync.claims_version").fetchone()
        known = database.connection.execute(_KNOWN).fetchone()
        if found is None or (known is not None and known[0] == str(found[0])):
            return
        rows = server.execute(_ALL).fetchall()
        with database.writing() as db:
            db.execute("DELETE FROM claims")
            db.executemany("INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?)", rows)
            db.execute(
                "INSERT INTO meta VALUES ('claims', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                (str(found[0]),),
            )
