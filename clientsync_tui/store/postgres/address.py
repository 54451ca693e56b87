"""Where a practice's PostgreSQL server is, and how we make sure that nobody can listen in on the way there."""

import ipaddress
import os
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from ...config.server_address import SECRETS, TAKE_IT_OUT, has_secret, is_server
from ...practice.trouble import UsageError

CONNECT_S, MOST_CONNECT_S = 4, 60
"""How long a server may take to answer, by default and at most. The user is waiting for it."""

SETTINGS = (
    "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s -c search_path=pg_catalog "
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 "
    "-c datestyle=ISO -c standard_conforming_strings=on"
)
"""If a host disappears silently, it keeps no lock: the server notices within seconds, or takes the lock back. And times and
texts arrive in the format we expect, whatever the server, the database or the role has set.
"""
SAFE_METHODS = ("scram-sha-256", "gss", "sspi", "none")
"""With these methods, a program that takes the server's place learns no password. `none`: a server that trusts everyone, or
knows the socket's peer.
"""

_ENCRYPTED = "verify-full"
_NO_ADDRESS = (
    "This is not an address of a PostgreSQL database. It looks like postgresql://ROLE@HOST/DATABASE."
)
"""Shown without the address, because any part of it that could not be parsed may be a password."""
_REQUIRES_AUTH = 160000
_DECIDING = ("host", "hostaddr", "port", "sslrootcert", "require_auth", "requirepeer")
"""Everything that decides where a connection goes and who can listen, and may come from the environment. Not sslmode, which never comes
from there.
"""


class Address(NamedTuple):
    """How to connect. `shown`: for messages, without secrets."""

    parameters: Mapping[str, str]
    shown: str

    @property
    def role(self) -> str:
        """The role in the address, or the login name, which PostgreSQL uses otherwise."""
        from ...host import this_user

        return self.parameters.get("user") or os.environ.get("PGUSER") or this_user.login() or ""


def address_of(url: str) -> Address:
    """The address from a configuration's URL. Raises UsageError if it contains a secret or others could listen in.

    Call this before importing anything that imports psycopg: if that is missing, it says what to install.
    """
    if has_secret(url):
        raise UsageError(TAKE_IT_OUT)
    if not is_server(url):
        raise UsageError(_NO_ADDRESS)
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise UsageError("PostgreSQL needs the extra: pip install 'clientsync-tui[postgres]'.") from None

    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        given = {}
    if any(name in given for name in SECRETS):
        raise UsageError(TAKE_IT_OUT)
    if not given or not _are_ports(given.get("port", "")):
        raise UsageError(_NO_ADDRESS)
    if not given.get("dbname") and "service" not in given:
        raise UsageError("The address names no database. It looks like postgresql://ROLE@HOST/DATABASE.")
    # If an address leaves out the host, it comes from the environment, or from the service file that the
    # environment names.
    used = {**_from_environment(), **given}
    shown = "{} on {}".format(
        given.get("dbname") or f"service {given['service']}",
        used.get("host") or used.get("hostaddr") or "this host",
    )
    return Address(
        {**given, **_placed(used), **_encrypted(used, shown), **_authenticated(used), **_patience(given)},
        shown,
    )


def _are_ports(ports: str) -> bool:
    return all(port == "" or (port.isascii() and port.isdigit()) for port in ports.split(","))


def _from_environment() -> Mapping[str, str]:
    from psycopg.pq import Conninfo

    found = {option.keyword.decode(): option.val for option in Conninfo.get_defaults()}
    return {name: found[name].decode() for name in _DECIDING if found.get(name)}  # pyright: ignore[reportOptionalMemberAccess]


def _placed(used: Mapping[str, str]) -> Mapping[str, str]:
    """Makes the destination explicit, so that we connect to exactly what we checked."""
    if "service" in used:
        return {}
    return {name: used[name] for name in ("host", "hostaddr", "port") if used.get(name)}


def _encrypted(used: Mapping[str, str], shown: str) -> Mapping[str, str]:
    mode = used.get("sslmode")
    if "service" not in used and all(map(_is_here, hosts(used))):
        return {}
    if mode not in (None, _ENCRYPTED):
        raise UsageError(
            f"The connection to {shown} would not be safe with sslmode={mode}: others could read or change what is sent. "
            "Leave sslmode out (it is verify-full then), and give the server a certificate."
        )
    # A service file may name an authority too.
    own = used.get("sslrootcert") or "service" in used or Path("~/.postgresql/root.crt").expanduser().exists()
    authorities = {} if own else {"sslrootcert": "system"}
    # Always set, because a service file may say something else.
    return {**authorities, "sslmode": _ENCRYPTED}


def _authenticated(used: Mapping[str, str]) -> Mapping[str, str]:
    """Any user on this host can take the server's port while it is down, so the password is proven but never sent."""
    import psycopg

    if "service" not in used and not any(map(_is_here, hosts(used))):
        return {}
    if psycopg.pq.version() < _REQUIRES_AUTH:
        raise UsageError(
            "A practice's database on this host needs libpq 16 or newer, which never sends the password in clear text. "
            "The extra clientsync-tui[postgres] includes it."
        )
    wanted = used.get("require_auth")
    if wanted and not set(wanted.split(",")) <= set(SAFE_METHODS):
        raise UsageError(
            f"With require_auth={wanted}, a program that takes the server's place on this host could read the password. "
            f"Leave it out. Client Sync then allows {', '.join(SAFE_METHODS)}."
        )
    return {"require_auth": wanted or ",".join(SAFE_METHODS)}


def hosts(used: Mapping[str, str]) -> list[str]:
    """Every host that may be tried. An address (hostaddr) takes precedence over the name in the same position; an empty one
    is the default socket.
    """
    names, addresses = ((used.get(name) or "").split(",") for name in ("host", "hostaddr"))
    return [address or name for name, address in zip_longest(names, addresses, fillvalue="")]


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _patience(given: Mapping[str, str]) -> Mapping[str, str]:
    timeout = given.get("connect_timeout", "")
    # 0 would mean forever.
    seconds = int(timeout) if timeout.isascii() and timeout.isdigit() and len(timeout) < 10 else 0
    return {
        "connect_timeout": str(min(seconds, MOST_CONNECT_S) or CONNECT_S),
        "client_encoding": "UTF8",
        # A server that disappears silently is noticed within seconds.
        "keepalives_idle": "5",
        "keepalives_interval": "2",
        "keepalives_count": "3",
        "tcp_user_timeout": "12000",
        "application_name": "clientsync",
        "options": f"{given.get('options', '')} {SETTINGS}".strip(),
    }
