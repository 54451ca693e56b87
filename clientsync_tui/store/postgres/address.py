"""Where a practice's PostgreSQL is, and that nobody can listen in on the way there."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ...practice.trouble import UsageError

CONNECT_S = 4
"""How long a server may take to answer. Whoever started the program waits for it."""

SETTINGS = "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c search_path=pg_catalog"
_ENCRYPTED = "verify-full"


class Address(NamedTuple):
    """How to connect. `shown`: for messages, without anything secret."""

    parameters: Mapping[str, str]
    shown: str

    @property
    def role(self) -> str:
        """The role in the address, or the login name that PostgreSQL takes instead."""
        from ...host import this_user

        return self.parameters.get("user") or os.environ.get("PGUSER") or this_user.login() or ""


def address_of(url: str) -> Address:
    """The address that a configuration's URL says. Raises UsageError where it holds a password, or others could listen in."""
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise UsageError(
            "The practice is on PostgreSQL, and this installation can't reach it. Install it with the extra: clientsync-tui[postgres]."
        ) from None

    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        raise UsageError(
            "This is not an address of a PostgreSQL database. It looks like postgresql://ROLE@HOST/DATABASE."
        ) from None
    if "password" in given:
        raise UsageError(
            "The address of the practice's database holds a password. Take it out, and keep it in ~/.pgpass, in a service file, "
            "or in your keyring: `clientsync practice password`."
        )
    if not given.get("dbname") and "service" not in given:
        raise UsageError("The address names no database. It looks like postgresql://ROLE@HOST/DATABASE.")
    shown = "{} on {}".format(
        given.get("dbname") or f"service {given['service']}",
        given.get("host") or given.get("hostaddr") or "this host",
    )
    return Address({**_encrypted(given, shown), **_patience(given)}, shown)


def _encrypted(given: Mapping[str, str], shown: str) -> Mapping[str, str]:
    mode = given.get("sslmode")
    if "service" not in given and all(map(_is_here, _hosts(given))):
        return given
    if mode not in (None, _ENCRYPTED):
        raise UsageError(
            f"The connection to {shown} would not be safe with sslmode={mode}: others could read or change what is sent. "
            "Leave sslmode out of the address (it is verify-full then), and give the server a certificate."
        )
    own = "PGSSLROOTCERT" in os.environ or Path("~/.postgresql/root.crt").expanduser().exists()
    authorities = {} if own else {"sslrootcert": "system"}
    # Set in any case, because the environment and a service file may say something else.
    return {**authorities, **given, "sslmode": _ENCRYPTED}


def _hosts(given: Mapping[str, str]) -> list[str]:
    """Every host that may be tried."""
    elsewhere = os.environ.get("PGHOSTADDR") or os.environ.get("PGHOST") or ""
    return (given.get("hostaddr") or given.get("host") or elsewhere).split(",")


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _patience(given: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "connect_timeout": given.get("connect_timeout", str(CONNECT_S)),
        # A host that is gone without a word is noticed within seconds.
        "keepalives_idle": "5",
        "keepalives_interval": "2",
        "keepalives_count": "3",
        "tcp_user_timeout": "12000",
        "application_name": "clientsync",
        "options": f"{given.get('options', '')} {SETTINGS}".strip(),
    }
