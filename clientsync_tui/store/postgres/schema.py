"""The tables, functions and grants of a practice on PostgreSQL. Numbered steps create them; each step runs once per database."""

import secrets
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from ... import version
from ...practice.entries import Kind
from ...practice.people import Person
from ...practice.roles import Level
from ...practice.trouble import UsageError
from . import ownership
from .address import Address
from .connecting import Connection, explained
from .grants import grants
from .silence import LONG_S

SESSIONS = {"idle_in_transaction_session_timeout": "1min", "statement_timeout": "10min"}
"""Time limits for sessions that set none of their own, such as psql's."""
LOCK = int.from_bytes(b"CSync")
"""The advisory lock for running the steps."""


class CallLimit(NamedTuple):
    """`calls` in `seconds` that an accounting app allows, `per` organisation, person or app."""

    software: str
    per: str
    seconds: int
    calls: int


def steps() -> list[str]:
    """The text of each step, in order."""
    folder = files("clientsync_tui.store.postgres").joinpath("steps")
    return [
        file.read_text("utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]


def create(
    server: Connection,
    address: Address,
    name: str,
    you: Person | None = None,
    limits: Sequence[CallLimit] = (),
    *,
    practice: str | None = None,
    login: str = "",
) -> None:
    """Creates a practice in the database. The caller owns it and becomes its first admin.

    `you`: the caller's name and e-mail address in the accounting apps; `limits`: how many calls these apps allow. If the practice moves
    here from a file: `practice` is its id, `login` the name under which the caller acted there.

    Raises UsageError if the database already has a practice or can't hold one; nothing was changed then.
    """
    try:
        with server.patience(LONG_S), server.transaction():
            _lock(server)
            if is_there(server):
                raise UsageError(
                    f"{address.shown} already has a practice. To use it here: `clientsync practice join`."
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
                "INSERT INTO clientsync.people (role, level, name, email, login) VALUES (session_user, %s, %s, %s, %s)",
                (Level.ADMIN, you.name if you else "", you.email if you else "", login),
            )
            _fill(server, limits)
            _limit_sessions(server)
    except psycopg.errors.InsufficientPrivilege:
        raise UsageError(
            f"Your role may not create a practice in {address.shown}: it needs the right to create schemas there. "
            "The server's administrator can give it: GRANT CREATE ON DATABASE ... TO ..."
        ) from None
    except psycopg.Error as error:
        raise explained(error, address) from None


def upgrade(server: Connection, address: Address, limits: Sequence[CallLimit] = ()) -> int:
    """Runs the steps that the practice lacks, and renews everyone's grants. Returns how many steps it ran.

    `limits`: how many calls the accounting apps allow. Raises UsageError if the caller may not upgrade the practice, or if someone has
    to do something else first; its text says what.
    """
    try:
        with server.patience(LONG_S), server.transaction():
            _lock(server)
            ownership.repair(server)
            _limit_sessions(server)
            _become_owner(server)
            row = server.execute("SELECT version FROM clientsync.about").fetchone()
            assert row is not None
            lacking = steps()[row[0] :]
            for step in lacking:
                server.execute(step.encode())
            if row[0] < len(steps()):
                server.execute("UPDATE clientsync.about SET version = %s", (len(steps()),))
            _fill(server, limits)
            people = server.execute(
                "SELECT role, level FROM clientsync.people WHERE role <> "
                "(SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync')"
            ).fetchall()
            for role, level in people:
                # Roles can be dropped past the program.
                if server.execute("SELECT to_regrole(quote_ident(%s))", (role,)).fetchone() != (None,):
                    server.execute("SELECT clientsync.give(%s, %s)", (role, level))
            return len(lacking)
    except psycopg.errors.InsufficientPrivilege:
        raise UsageError(
            f"Only the person who created the practice in {address.shown} can upgrade it, because they own its tables. Nothing was changed."
        ) from None
    except psycopg.Error as error:
        raise explained(error, address) from None


def is_behind(server: Connection, address: Address) -> bool:
    """Whether the practice lacks steps of this version. Raises the trouble behind a refusal by the server."""
    try:
        row = server.execute("SELECT version FROM clientsync.about").fetchone()
    except psycopg.Error as error:
        raise explained(error, address) from None
    return row is not None and row[0] < len(steps())


def is_there(server: Connection) -> bool:
    """Whether the database has a practice, even one that the caller has no access to."""
    query = "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync'"
    row = server.execute(query).fetchone()
    return row is not None and row[0] == 1


def _become_owner(server: Connection) -> None:
    """Acts as the owner until the transaction ends. Otherwise a superuser would own the functions that they create, and everyone
    might be able to call them.
    """
    query = "SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync'"
    row = server.execute(query).fetchone()
    assert row is not None
    server.execute(SQL("SET LOCAL ROLE {}").format(Identifier(row[0])))


def _lock(server: Connection) -> None:
    server.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", (LOCK,))


def _limit_sessions(server: Connection) -> None:
    """Sets `SESSIONS` for the database, except for limits that it already has. Only the database's owner can."""
    row = server.execute(
        "SELECT current_database(), pg_catalog.pg_has_role(d.datdba, 'USAGE'), (SELECT coalesce(array_to_string(s.setconfig, ' '), '') "
        "FROM pg_catalog.pg_db_role_setting s WHERE s.setdatabase = d.oid AND s.setrole = 0) "
        "FROM pg_catalog.pg_database d WHERE d.datname = current_database()"
    ).fetchone()
    assert row is not None
    database, is_owner, has = row
    for name, value in SESSIONS.items() if is_owner else ():
        if f"{name}=" not in (has or ""):
            statement = SQL("ALTER DATABASE {} SET {} = {}")
            server.execute(statement.format(Identifier(database), Identifier(name), Literal(value)))


def _fill(server: Connection, limits: Sequence[CallLimit]) -> None:
    """Fills in the kinds of entries, the grants and the apps' limits that this version knows."""
    with server.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO clientsync.kinds VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [(kind, version()) for kind in Kind],
        )
        cursor.execute("DELETE FROM clientsync.privileges")
        cursor.executemany("INSERT INTO clientsync.privileges VALUES (%s, %s)", list(grants()))
        cursor.executemany(
            "INSERT INTO clientsync.call_limits VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (software, per, seconds) DO UPDATE SET calls = excluded.calls",
            limits,
        )
