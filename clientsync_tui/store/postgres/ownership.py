"""Finds and fixes tables and functions with the wrong owner.

When a superuser upgraded the practice with an early version, the new tables and functions became the superuser's. Such functions run with
all of a superuser's rights, and everyone may call them.
"""

from psycopg.sql import SQL, Identifier

from ...practice.trouble import UsageError
from .connecting import Connection

_FOREIGN = """
SELECT what, name, pg_catalog.pg_get_userbyid(owner) FROM (
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS what, oid::regclass::text AS name, relowner AS owner
        FROM pg_catalog.pg_class WHERE relkind IN ('r', 'S', 'v') AND relnamespace = 'clientsync'::regnamespace
    UNION ALL SELECT 'FUNCTION', oid::regprocedure::text, proowner
        FROM pg_catalog.pg_proc WHERE pronamespace = 'clientsync'::regnamespace
) AS things, pg_catalog.pg_namespace WHERE nspname = 'clientsync' AND owner <> nspowner ORDER BY name
"""
_OPEN = """
SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc p
WHERE pronamespace = 'clientsync'::regnamespace
AND EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(proacl, pg_catalog.acldefault('f', proowner))) a WHERE a.grantee = 0)
ORDER BY 1
"""


def foreign(server: Connection) -> list[str]:
    """The roles, other than the practice's owner, that own some of its tables or functions. Raises psycopg's errors."""
    return sorted({str(row[2]) for row in server.execute(_FOREIGN).fetchall()})


def is_open(server: Connection) -> bool:
    """Whether everyone may call some function of the practice. Raises psycopg's errors."""
    return bool(server.execute(_OPEN).fetchall())


def repair(server: Connection) -> None:
    """Gives every table and function to the practice's owner, and stops everyone else from calling the functions. Runs within the
    caller's transaction.

    Raises UsageError if only a superuser can do that, and psycopg's errors.
    """
    found = server.execute(_FOREIGN).fetchall()
    if found:
        is_superuser = server.execute(
            "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"
        ).fetchone()
        if is_superuser != (True,):
            raise UsageError(not_yours(sorted({str(row[2]) for row in found})))
        row = server.execute(
            "SELECT pg_catalog.pg_get_userbyid(nspowner) FROM pg_catalog.pg_namespace WHERE nspname = 'clientsync'"
        ).fetchone()
        assert row is not None
        for what, name, _ in found:
            # The server itself wrote the name, quoted.
            statement = SQL("ALTER {} {} OWNER TO {}")  # pyright: ignore[reportArgumentType]
            server.execute(statement.format(SQL(what), SQL(name), Identifier(row[0])))
    for (name,) in server.execute(_OPEN).fetchall():
        server.execute(SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(SQL(name)))


def not_yours(owners: list[str]) -> str:
    """The message if others own a part of the practice."""
    names = " and ".join(f'"{owner}"' for owner in owners)
    return (
        f"Some of the practice's tables and functions belong to {names}, who upgraded it with an early version. "
        "To fix this, a superuser of the server who is an admin of the practice runs `clientsync practice upgrade`."
    )
