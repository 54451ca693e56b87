"""Who has the practice open, on any host. Each open window has a connection to the server, which lists them."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from ...practice.text import clean
from ..home import Here
from ..own_rows import time_of
from .connecting import Connection

MOST = 1000
"""The most windows to show. Anyone can open connections with any name, so there may be too many."""
_PREFIX = "clientsync since "
_OTHERS = (
    "SELECT a.usename::text, coalesce(nullif(p.name, ''), a.usename::text), a.application_name "
    "FROM pg_catalog.pg_stat_activity a JOIN clientsync.people p ON p.role = a.usename "
    "WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.application_name LIKE %s"
)


def show_yourself(server: Connection) -> None:
    """Names this connection after this window's host and start time, which everyone who may connect can read."""
    name = f"{_PREFIX}{datetime.now(UTC):%Y-%m-%dT%H:%MZ} {socket.gethostname()}"
    server.execute("SELECT set_config('application_name', %s, false)", (name,))
    server.execute("NOTIFY clientsync, 'people'")


def hide_yourself(server: Connection) -> None:
    """Removes that name and asks the other windows to look again. The connection stays open a moment longer than the window."""
    server.execute("SELECT set_config('application_name', 'clientsync', false)")
    server.execute("NOTIFY clientsync, 'people'")


def others(server: Connection) -> tuple[Here, ...]:
    """The other windows."""
    rows = server.execute(_OTHERS, (f"{_PREFIX}%",)).fetchall()
    return tuple(sorted(islice(_readable(rows), MOST)))


def _readable(rows: list[tuple[str, str, str]]) -> Iterator[Here]:
    for person, name, application in rows:
        text, _, host = application.removeprefix(_PREFIX).partition(" ")
        if (since := time_of(text)) is not None:
            yield Here(clean(person), clean(name), clean(host), since)
