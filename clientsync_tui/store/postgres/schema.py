"""The tables, functions and grants of a practice on PostgreSQL: numbered steps that each run once, whoever comes first."""

import secrets
from importlib.resources import files

import psycopg
from psycopg.sql import SQL, Identifier

from ... import version
from ...practice.entries import Kind
from ...practice.people import Person
from ...practice.roles import Level
from ...practice.trouble import UsageError
from .address import Address
from .connecting import Connection, explained
from .grants import grants
from .silence import LONG_S

LOCK = int.from_bytes(b"CSync")
"""The advisory lock for running the steps."""


def steps() -> list[str]:
    """The text of each step, in order."""
    folder = files("clientsync_tui.store.postgres").joinpath("steps")
    return [
        file.read_text("utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]


def create(
    server: Connection, address: Address, name: str, you: Person | None = None, practice: str | None = None
) -> None:
    """Creates a practice in the database. The caller owns it and is its first admin.

    `you`: who the caller is to the accounting apps. `practice`: its id, if it had one before.

    Raises UsageError if one exists there already or the database can't hold one; then nothing was changed.
    """
    try:
        with server.patience(LONG_S), server.transaction():
            _lock(server)
            if is_there(server):
                raise UsageError(
                    f"There is a practice in {address.shown} already. To use it here: `clientsync practice join`."
                )
            if (encoding := server.info.parameter_status("server_encoding")) != "UTF8":
                raise UsageError(
                    f"The database {address.shown} has the encoding {encoding}. Create it with UTF8."
                )
            for step in steps():
                server.execute(step.encode())
            server.execute(
                "INSERT INTO clientsync.about VALUES (%s, %s, %s)",
                (practice or secrets.token_hex(8), name, len(steps())),
            )
            server.execute(
                "INSERT INTO clientsync.people VALUES (session_user, %s, %s, %s)",
                (Level.ADMIN, you.name if you else "", you.email if you else ""),
            )
            _fill(server)
    except psycopg.errors.InsufficientPrivilege:
        raise UsageError(
            f"Your role may not create a practice in {address.shown}: it needs the right to create schemas there. "
            "Whoever looks after the server can give it: GRANT CREATE ON DATABASE ... TO ..."
        ) from None
    except psycopg.Error as error:
        raise explained(error, address) from None


def upgrade(server: Connection, address: Address) -> int:
    """Runs the steps that the practice lacks, and makes this version's grants. Returns how many steps ran."""
    try:
        with server.patience(LONG_S), server.transaction():
            _lock(server)
            _become_owner(server)
            row = server.execute("SELECT version FROM clientsync.about").fetchone()
            assert row is not None
            lacking = steps()[row[0] :]
            for step in lacking:
                server.execute(step.encode())
            if row[0] < len(steps()):
                server.execute("UPDATE clientsync.about SET version = %s", (len(steps()),))
            _fill(server)
            people = server.execute(
                "SELECT role, level FROM clientsync.people WHERE role <> "
                "(SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync')"
            ).fetchall()
            for role, level in people:
                server.execute("SELECT clientsync.give(%s, %s)", (role, level))
            return len(lacking)
    except psycopg.errors.InsufficientPrivilege:
        raise UsageError(
            f"Only whoever made the practice in {address.shown} can upgrade it, because its tables are theirs. Nothing was changed."
        ) from None
    except psycopg.Error as error:
        raise explained(error, address) from None


def is_there(server: Connection) -> bool:
    """Whether the database has a practice, whoever may use it."""
    query = "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync'"
    row = server.execute(query).fetchone()
    return row is not None and row[0] == 1


def _become_owner(server: Connection) -> None:
    """Until the end of the transaction. Otherwise a superuser would own what they create, and everyone might be able to
    call it.
    """
    query = "SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync'"
    row = server.execute(query).fetchone()
    assert row is not None
    server.execute(SQL("SET LOCAL ROLE {}").format(Identifier(row[0])))


def _lock(server: Connection) -> None:
    server.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", (LOCK,))


def _fill(server: Connection) -> None:
    """The kinds of entries and the grants of this version."""
    with server.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO clientsync.kinds VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [(kind, version()) for kind in Kind],
        )
        cursor.execute("DELETE FROM clientsync.privileges")
        cursor.executemany("INSERT INTO clientsync.privileges VALUES (%s, %s)", list(grants()))
