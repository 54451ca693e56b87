"""This host's copy of a practice on a server. It follows the server's ledger, and is rebuilt if it contains a different
one.
"""

import secrets
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg

from ...practice.text import clean
from ...practice.trouble import Trouble
from ..chain import START
from ..clock import note_ahead
from ..database import Database
from ..files import copies
from ..ledger import DERIVED, MANY, room
from ..people import note_people
from ..projection import was_shared
from .claims import follow_claims
from .connecting import OLDER, Connection, explained
from .following import Differs, Newer, catch_up, head_of
from .home import PostgresHome
from .work import follow_work, forget

SET_ASIDE = "other-ledger"
_ABOUT = (
    "SELECT practice, clock_timestamp(), (SELECT json_agg(json_build_array(role, name, email, coalesce(to_jsonb(p) ->> 'login', '')) "
    "ORDER BY role)::text FROM clientsync.people p), moved FROM clientsync.about"
)
"""As JSON, because a practice that an older program made has no login names."""

Progress = Callable[[int, int], None]
"""Called with the number of the last entry here and the last one there."""


def follow(
    database: Database, server: Connection, home: PostgresHome, progress: Progress | None = None
) -> str | None:
    """Applies what is missing here. Returns the program version that the next entry needs, if it is newer than this one.

    Raises Unreachable, and the trouble behind a refusal by the server.
    """
    try:
        _adopt(database, server, home)
        with suppress(*OLDER):
            follow_work(database, server)
            follow_claims(database, server)
        with suppress(Differs):
            return _follow(database, server, progress)
        _set_aside(database)
        try:
            return _follow(database, server, progress)
        except Differs:
            raise Trouble(
                f"The ledger on {home.address.shown} is damaged: its entries do not follow from one another. Ask the server's administrator."
            ) from None
    except psycopg.Error as error:
        raise explained(error, home.address) from None


def _follow(database: Database, server: Connection, progress: Progress | None) -> str | None:
    last = int(_only(server, "SELECT seq FROM clientsync.head"))
    if last < head_of(database.connection)[0]:
        raise Differs
    while True:
        # Asked before locking the file, because most of the time nothing is missing.
        seq, digest = head_of(database.connection)
        if seq == last and digest == bytes(_only(server, "SELECT hash FROM clientsync.head")):
            return None
        with database.writing() as db, room(db) if last - seq > MANY else nullcontext():
            try:
                applied = catch_up(db, server)
            except Newer as newer:
                return newer.version
        if not applied:
            return None
        if progress is not None:
            seq = head_of(database.connection)[0]
            progress(seq, max(seq, last))


def _adopt(database: Database, server: Connection, home: PostgresHome) -> None:
    """Gives the file the practice's id, which is part of the names of sign-ins in the keyring, and saves the server's clock
    and people.
    """
    found = server.execute(_ABOUT).fetchone()
    assert found is not None
    practice = str(found[0])
    home.ahead = found[1] - datetime.now(UTC)
    note_ahead(database, home.ahead)
    note_people(database, found[2])
    home.new_place = clean(str(found[3])) if found[3] else None
    query = "SELECT value FROM meta WHERE key = 'practice'"
    if database.connection.execute(query).fetchone()[0] != practice:
        if head_of(database.connection)[0]:
            _set_aside(database)
        with database.writing() as db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'practice'", (practice,))
    if not was_shared(database.connection):
        with database.writing() as db:
            db.execute("INSERT INTO meta VALUES ('shared', '1'), ('place', ?)", (secrets.token_hex(8),))


def _set_aside(database: Database) -> None:
    """Saves a copy of the file, then empties its ledger and derived tables. Data that is only this host's stays."""
    copies.keep(database.connection, database.path, SET_ASIDE)
    with database.writing() as db:
        for table in ("ledger", *DERIVED):
            db.execute(f"DELETE FROM {table}")
        forget(db)
        db.execute("UPDATE head SET seq = 0, hash = ?", (START,))
        db.execute("INSERT INTO standings VALUES (0, '', NULL)")
        db.execute("DELETE FROM meta WHERE key = 'claims'")
        db.execute(
            "INSERT INTO meta VALUES ('rebuilt', '1') ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1"
        )


def _only(server: Connection, query: LiteralString) -> Any:
    row = server.execute(query).fetchone()
    assert row is not None
    return row[0]
