"""A practice whose ledger is in PostgreSQL: this host's file follows it, and every change is committed there first.

The file's own write lock is taken before the lock on the server's head, and other people's changes are applied before anything else. So
the file's projection checks a change as in a local practice, and the server only numbers, stamps and saves what passed.
A crash between the two commits leaves the file behind, and following repairs that.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, LiteralString, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus

from ...practice.entries import iso
from ...practice.roles import Level, Right, may, why_not
from ...practice.trouble import NotAllowed, Trouble, Unreachable, UsageError
from ..home import TakenThere, You, moved_to
from . import work
from .address import Address
from .connecting import Connection, Password, connect, explained
from .following import Differs, Newer, catch_up, head_of
from .holders import HOLDERS, still_changing
from .silence import LONG_S

SOON_S = 5.0
"""How long a server may take to answer a trivial request."""
YOU = "SELECT session_user::text, level, name FROM clientsync.people WHERE role = session_user"
BEGIN = "BEGIN; SELECT seq, hash, at, actor, moved, version FROM clientsync.lock_head()"
APPEND = "SELECT * FROM clientsync.append(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"


class Person(NamedTuple):
    """Someone who may use the practice. `role`: the name they log in with on the server; `login`: on hosts, if they acted under that."""

    role: str
    name: str
    email: str
    level: Level
    login: str = ""


class PostgresHome:
    """The home of a practice that several hosts share. It connects when first needed."""

    kind: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(self, address: Address, password: Password = lambda: None) -> None:
        self.address = address
        self.password = password
        self.role: str | None = address.role
        self.level: Level | None = None
        self.is_gone = False
        """Whether a follower knows that the server is unreachable, so that nobody has to wait to find out again."""
        self._connection: Connection | None = None
        self._at = self._actor = ""
        self._begun_after = 0
        self.ahead = timedelta()
        """How far the server's clock is ahead of this host's, when last heard from."""
        self.new_place: str | None = None
        """Where the practice was moved to, if it is no longer on the server."""
        self.needs_version: str | None = None
        """The version that the server's next entry needs, if it is newer than this one."""

    def connected(self) -> Connection:
        """The connection. Raises Unreachable, and UsageError if the server refuses this person."""
        if self._connection is None or self._connection.closed:
            self._connection = connect(self.address, self.password)
        return self._connection

    def answering(self) -> Connection:
        """The connection, renewed if the server has restarted. Raises what `connected` raises."""
        connection = self.connected()
        try:
            with connection.patience(SOON_S):
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            connection.close()
            return self.connected()
        return connection

    def begin(self, db: sqlite3.Connection) -> None:
        """Locks the ledger's head on the server and brings `db` up to date. Raises Unreachable and NotAllowed."""
        if self.is_gone:
            raise Unreachable(
                f"The practice's database {self.address.shown} can't be reached. Nothing was changed."
            )
        try:
            seq, digest, version = self._lock_head()
            self._begun_after = seq
            while head_of(db) != (seq, digest):
                if not catch_up(db, self.connected()):
                    raise Differs
            work.mirror(db, self.connected(), version)
            work.note_changes(db)
        except psycopg.Error as error:
            self.give_up()
            raise self._explained(error) from None
        except Differs:
            self.give_up()
            raise Trouble(
                "This host's copy of the practice differs from the ledger on the server. Nothing was saved. Start Client Sync again: "
                "it sets the copy aside and makes a new one."
            ) from None
        except Newer as newer:
            self.give_up()
            raise Trouble(newer_version(newer.version)) from None
        except BaseException:
            self.give_up()
            raise

    def _lock_head(self) -> tuple[int, bytes, int]:
        for attempt in (1, 2):
            connection = self.connected()
            try:
                # Both in a single round trip.
                found = connection.execute(BEGIN)
                found.nextset()
                row = found.fetchone()
            except psycopg.errors.InsufficientPrivilege:
                with suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
                raise NotAllowed(why_not(self.you().level)) from None
            except psycopg.OperationalError:
                # The server may have restarted.
                connection.close()
                if attempt == 2:
                    raise
                continue
            assert row is not None
            seq, digest, self._at, self._actor, moved, version = row
            self.ahead = datetime.fromisoformat(self._at) - datetime.now(UTC)
            if moved:
                raise UsageError(moved_to(moved))
            return int(seq), bytes(digest), int(version)
        raise AssertionError

    def at(self) -> str:
        """The server's time when the change began."""
        return self._at

    def now(self) -> str:
        """The server's time, estimated from how far off this host's clock was when the server last answered."""
        return iso(datetime.now(UTC) + self.ahead)

    def actor(self, named: str) -> str:
        """The role that the server saw, whatever the program says."""
        return self._actor

    def claim(self, db: sqlite3.Connection, clients: Sequence[str], minutes: int) -> TakenThere:
        """The server makes the claims for the role it sees, and writes an entry for each one taken over from someone else."""
        self._append(db)
        query = "SELECT called, taken FROM clientsync.take_claims(%s, %s)"
        ((name, rows),) = self._ask_within(query, (list(clients), minutes))
        if rows:
            catch_up(db, self._begun())
            self._begun_after = head_of(db)[0]
        return TakenThere(str(name), rows)

    def release(self, clients: Sequence[str]) -> int:
        """Those of the role that the server sees."""
        ((count,),) = self._ask_within("SELECT clientsync.end_claims(%s)", (list(clients),))
        return int(count)

    def renew_claims(self) -> None:
        """Those of the role that the server sees."""
        self._ask_within("SELECT clientsync.renew_claims()")

    def _ask_within(self, query: LiteralString, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            with (connection := self._begun()).patience(LONG_S):
                return connection.execute(query, values).fetchall()
        except psycopg.Error as error:
            raise self._explained(error) from None

    def _begun(self) -> Connection:
        """The connection on which the change began. A new one would know nothing about it."""
        connection = self._connection
        if connection is None or connection.info.transaction_status is not TransactionStatus.INTRANS:
            raise Unreachable(
                f"The connection to the practice's database {self.address.shown} broke. Nothing was changed."
            )
        return connection

    def commit(self, db: sqlite3.Connection) -> None:
        """Saves what was appended to `db`. Raises Unreachable; whether it was saved then shows once the server is back."""
        self._append(db)
        connection = self._begun()
        try:
            with connection.patience(LONG_S):
                work.send(db, connection)
        except psycopg.Error as error:
            raise self._explained(error) from None
        try:
            connection.execute("COMMIT")
        except psycopg.OperationalError:
            raise Unreachable(
                f"The connection to {self.address.shown} broke while saving this. You will see whether it was saved once the server is back."
            ) from None

    def _append(self, db: sqlite3.Connection) -> None:
        """Sends what was appended to `db` since the change began or since the last send."""
        query = "SELECT kind, client, software, organisation_id, body FROM ledger WHERE seq > ? ORDER BY seq"
        rows = db.execute(query, (self._begun_after,)).fetchall()
        if not rows:
            return
        columns = [list(column) for column in zip(*map(tuple, rows), strict=True)]
        ((seq, digest),) = self._ask_within(APPEND, columns)
        if (seq, bytes(digest)) != head_of(db):
            raise Trouble(
                "The server derived another hash for these entries. Nothing was saved. Run `clientsync doctor`."
            )
        self._begun_after = int(seq)

    def give_up(self) -> None:
        """Releases the head's lock."""
        if self._connection is not None and not self._connection.closed:
            try:
                self._connection.execute("ROLLBACK")
            except psycopg.Error:
                self._connection.close()

    def you(self) -> You:
        """Who the user is there. Raises Unreachable, and NotAllowed for a role that doesn't belong to the practice."""
        try:
            row = self.answering().execute(YOU).fetchone()
        except psycopg.errors.InsufficientPrivilege:
            row = None
        except psycopg.errors.UndefinedTable:
            raise UsageError(
                f"There is no practice in {self.address.shown}. To create one: `clientsync practice create`."
            ) from None
        except psycopg.Error as error:
            raise explained(error, self.address) from None
        if row is None:
            raise NotAllowed(
                f"Your role has no access to this practice on {self.address.shown}. Ask an admin for `clientsync practice grant`."
            )
        self.level = Level(row[1])
        return You(str(row[0]), self.level, str(row[2]))

    def require(self, right: Right) -> You:
        """The user, if they have this right. Raises NotAllowed, and what `you` raises."""
        you = self.you()
        if not may(you.level, right):
            raise NotAllowed(why_not(you.level))
        return you

    def head(self) -> tuple[int, bytes]:
        """The number and hash of the last entry on the server. Raises Unreachable."""
        ((seq, digest),) = self.ask("SELECT seq, hash FROM clientsync.head")
        return int(seq), bytes(digest)

    def grant(
        self, role: str, level: Level, name: str | None, email: str | None, login: str | None = None
    ) -> None:
        """Lets a person use the practice. Raises UsageError if there is no such role, and NotAllowed if you are not an admin."""
        self.require(Right.MANAGE)
        if not self.ask("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s AND rolcanlogin", (role,)):
            raise UsageError(
                f'The server has no role "{role}" that can log in. Its administrator can create one: CREATE ROLE "{role}" LOGIN.'
            )
        if role == self.you().role and level is not Level.ADMIN:
            raise UsageError("You can't remove your own right to grant access. Another admin can.")
        if level is not Level.ADMIN:
            self._refuse_owner(role)
        if login is None:
            self.ask("SELECT clientsync.grant_person(%s, %s, %s, %s)", (role, level, name, email))
        else:
            self.ask("SELECT clientsync.grant_person(%s, %s, %s, %s, %s)", (role, level, name, email, login))

    def revoke(self, role: str) -> None:
        """Removes a person's access. Raises UsageError if they have none, and NotAllowed if you are not an admin."""
        if role == self.require(Right.MANAGE).role:
            raise UsageError("You can't remove your own access. Another admin can.")
        self._refuse_owner(role)
        if self.ask("SELECT clientsync.revoke_person(%s)", (role,)) == [(False,)]:
            raise UsageError(
                f'"{role}" has no access to the practice. `clientsync practice people` lists who has.'
            )

    def _refuse_owner(self, role: str) -> None:
        query = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync' AND pg_catalog.pg_get_userbyid(nspowner) = %s"
        if self.ask(query, (role,)):
            raise UsageError(
                f'"{role}" created the practice and owns its tables, so they stay an admin. Nothing was changed.'
            )

    def people(self) -> list[Person]:
        """Everyone who may use the practice. Raises Unreachable."""
        rows = self.ask(
            "SELECT role::text, name, email, level, coalesce(to_jsonb(p) ->> 'login', '') FROM clientsync.people p ORDER BY role"
        )
        return [Person(role, name, email, Level(level), login) for role, name, email, level, login in rows]

    def ask(self, query: LiteralString, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows that the server returns. Raises Unreachable, and NotAllowed if this person may not ask."""
        try:
            return self.answering().execute(query, values).fetchall()
        except psycopg.Error as error:
            raise self._explained(error) from None

    def _explained(self, error: psycopg.Error) -> Trouble:
        """What the error means; if someone holds the head's lock, who that is."""
        if isinstance(error, psycopg.errors.LockNotAvailable):
            self.give_up()
            with suppress(psycopg.Error, Trouble):
                return still_changing(self.connected().execute(HOLDERS).fetchall())
        return explained(error, self.address)

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()


def newer_version(version: str) -> str:
    """The message if the ledger has something that only a newer program understands."""
    return (
        f"A newer Client Sync changed the practice. Update this one to version {version} to change it here. "
        "Until then this host shows the practice as it was before."
    )
