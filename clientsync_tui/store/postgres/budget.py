"""Calls to the accounting apps, granted to this host by the practice's server in blocks."""

import threading

import psycopg

from ...practice.trouble import Trouble
from .connecting import Connection, connect
from .home import SOON_S, PostgresHome


class Budget:
    """Asks the server for calls. It has its own connection, because a job may be in the middle of a change."""

    def __init__(self, home: PostgresHome) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def grant(self, lane: str, calls: int, seconds: int, wanted: int) -> tuple[int, float] | None:
        """Grants up to `wanted` of a rate of `calls` in `seconds`, and says how long to wait if there are none now.

        None: the server can't be reached. Then this host only has its own count.
        """
        query = "SELECT granted, wait_s FROM clientsync.take_calls(%s, %s, %s, %s)"
        with self._lock:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = connect(self._home.address, self._home.password)
                with self._connection.patience(SOON_S):
                    row = self._connection.execute(query, (lane, calls, seconds, wanted)).fetchone()
            except (Trouble, psycopg.Error):
                self._close()
                return None
        assert row is not None
        return int(row[0]), float(row[1])

    def close(self) -> None:
        """Closes the connection."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
