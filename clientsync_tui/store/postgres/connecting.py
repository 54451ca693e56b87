"""Connections to a practice's PostgreSQL server, and what its errors mean to the user."""

import re
from collections.abc import Callable

import psycopg
from psycopg.rows import tuple_row

from ...practice.trouble import NotAllowed, Trouble, Unreachable, UsageError
from .address import Address
from .silence import Connection
from .socket_owner import verified

Password = Callable[[], str | None]
"""Reads the password from the keyring; None if there is none."""

OLDER = (
    psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn,
    psycopg.errors.ForeignKeyViolation,
)  # fmt: skip
"""The server's errors if it lacks a table, a function or a kind of entry that this version needs."""
_IMPOSTOR = ("authentication method requirement", "requirepeer specifies")
"""libpq's messages if the server wants the password in clear text, or does not run as the socket's owner."""
_UNTRUSTED = "certificate verify failed"
_OTHER_NAME = "does not match host name"
_NO_TLS = "server does not support SSL"
_NO_AUTHORITY = "root certificate file"
"""libpq's messages if it can't use TLS as we require."""
_SERVER_SAYS = re.compile(r" failed: [^:\n]+:  ")
"""The server's own message: libpq puts two spaces between the severity, in any language, and that text. Its own messages have one."""
_FULL = ("connection slots", "too many connections", "too many clients")


def connect(address: Address, password: Password = lambda: None) -> Connection:
    """A connection in autocommit mode. Raises Unreachable, or UsageError if the server refuses this person."""
    try:
        return _connect(address, None)
    except psycopg.OperationalError as error:
        if not _needs_password(error) or (saved := password()) is None:
            raise explained(error, address) from None
    try:
        return _connect(address, saved)
    except psycopg.OperationalError as error:
        raise explained(error, address) from None


def _connect(address: Address, password: str | None) -> Connection:
    given = {**address.parameters, **verified(address.parameters)}
    if password is not None:
        given["password"] = password
    # A practice has too few people to need prepared statements, and a pooler in front of the server would lose them.
    return Connection.connect(autocommit=True, row_factory=tuple_row, prepare_threshold=None, **given)  # pyright: ignore[reportArgumentType, reportCallIssue]


def explained(error: psycopg.Error, address: Address) -> Trouble:
    """The error as a sentence that says what to do."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return NotAllowed(
            "The practice's database does not let you do that: your role lacks the right to it."
        )
    if isinstance(error, psycopg.errors.CheckViolation | psycopg.errors.FeatureNotSupported):
        why = error.diag.constraint_name or _first_line(error)
        return UsageError(
            f"The practice's database {address.shown} refused this: {why.replace('_', ' ')}. Nothing was changed."
        )
    if isinstance(error, OLDER):
        return UsageError(
            f"The practice in {address.shown} was created by an older Client Sync. The person who created it has to upgrade it once: "
            "`clientsync practice upgrade`. Until then this version only reads."
        )
    if (trouble := _about_tls(error, address)) is not None:
        return trouble
    if isinstance(error, psycopg.errors.InvalidAuthorizationSpecification) or _refuses(error):
        return UsageError(
            f"The practice's database {address.shown} does not let {address.role or 'you'} in: {_first_line(error)}. "
            "Keep the password in ~/.pgpass or run `clientsync practice password`."
        )
    if any(words in str(error) for words in _IMPOSTOR):
        return Unreachable(
            f"The server at {address.shown} may not be the practice's: {_first_line(error)}. No password was sent. "
            "Find out which program listens there. If it is the practice's server, set scram-sha-256 in its pg_hba.conf."
        )
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.QueryCanceled):
        return Trouble("Someone else's change is taking longer than expected. Nothing was saved. Try again.")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return Unreachable(
            f"The practice's database {address.shown} can't be reached: {_first_line(error)}.",
            "Nothing was changed.",
        )
    return Trouble(
        f"The practice's database {address.shown} refused this: {_first_line(error)}. Nothing was changed."
    )


def _about_tls(error: psycopg.Error, address: Address) -> Trouble | None:
    """What is wrong with the server's certificate, if that is the cause. Mostly Unreachable, so that the practice stays readable: a
    certificate can expire overnight.
    """
    text, shown = str(error), address.shown
    if _UNTRUSTED in text:
        return Unreachable(
            f"This host does not trust the certificate of {shown}: it has expired, or another authority issued it. "
            "Nothing was sent. Renew it on the server, or put its authority's certificate into ~/.postgresql/root.crt here."
        )
    if _OTHER_NAME in text:
        return Unreachable(
            f"The certificate of {shown} is for another host: {_last_part(text)}. Nothing was sent. "
            "Use the name in the certificate, or have one issued for this name."
        )
    if _NO_TLS in text:
        return Unreachable(
            f"The server of {shown} offers no TLS, so others could read or change what is sent. Nothing was sent. "
            "Its administrator can give it a certificate and set ssl = on."
        )
    if _NO_AUTHORITY in text:
        return UsageError(
            f"The connection to {shown} can't be checked: {_last_part(text)}. "
            "Put the certificate of the server's authority there, or add sslrootcert=system to use this host's list of authorities."
        )
    return None


def _last_part(text: str) -> str:
    return text.splitlines()[0].rpartition(" failed: ")[2].rstrip(".")


def _needs_password(error: psycopg.Error) -> bool:
    return error.pgconn is not None and error.pgconn.needs_password


def _refuses(error: psycopg.Error) -> bool:
    """Whether the server does not let this person in. libpq hides the SQLSTATE of a failed connection, and servers answer in the
    language they were set up with. So the first check needs no words, and the second knows only English."""
    text = str(error)
    if _needs_password(error) or (
        error.pgconn is not None and error.pgconn.used_password and _SERVER_SAYS.search(text)
    ):
        return not any(words in text for words in _FULL)
    return any(
        words in text
        for words in (
            "password authentication failed",
            "no pg_hba.conf entry",
            "does not exist",
            "permission denied",
        )
    )


def _first_line(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # libpq names the connection first, then the cause.
    return (lines[0] if lines else type(error).__name__).rstrip(".")
