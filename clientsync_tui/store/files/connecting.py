"""SQLite opens a file of the practice, and nothing else that someone put in its place or beside it."""

import sqlite3
from pathlib import Path

from ...host.on_posix import USERS
from ...host.planted import refuse_planted, resolved
from ...practice.trouble import UsageError


def connect(
    path: Path, *, read_only: bool = False, timeout: float = 1, any_thread: bool = False
) -> sqlite3.Connection:
    """A connection in autocommit to a file that is there.

    Raises UsageError if another user's link, or something that SQLite did not make, is in its place or beside it.
    """
    try:
        real = resolved(path)
        refuse_planted(real)
    except OSError as error:
        raise UsageError(f"{path} cannot be opened: {error.strerror}.") from None
    connection = sqlite3.connect(
        f"{real.as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=not any_thread,
    )
    # SQLite follows links, and reports what it opened: someone may have put a link there since.
    if USERS and connection.execute("PRAGMA database_list").fetchone()[2] != str(real):
        connection.close()
        raise UsageError(f"{path} cannot be opened: it was replaced by a link at this moment.")
    return connection
