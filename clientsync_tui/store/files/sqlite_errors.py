"""What SQLite's errors mean to the user, and what to do."""

import errno
import sqlite3
from pathlib import Path

from ...host.full_disk import in_words, make_room, why_no_growth
from .lock_owners import lock_owners

SqliteError = sqlite3.Error
"""What the store raises if SQLite fails and nothing better is known; the caller asks `why`."""

WRITABLE = "You must be able to write to the file and its folder: SQLite makes files beside it."
DOCTOR = "`clientsync doctor` says more"


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Whether the disk, the file or another process is to blame, and not a violated constraint or a bug in the program."""
    return type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file's content is not a sound database."""
    return _primary(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_of_room(error: sqlite3.Error) -> bool:
    """Whether a file that can't grow may be to blame. If there is no room for the memory shared by SQLite's processes, it reports I/O
    errors or a file that can't be opened.
    """
    return _primary(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def why(error: sqlite3.Error | OSError, path: Path) -> str:
    """The end of a sentence that starts with something like "The practice's database can't be opened: ", with its full
    stop.
    """
    if isinstance(error, OSError):
        return _of_the_system(error, path)
    match _primary(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            who = lock_owners((path, path.with_name(f"{path.name}-shm")))
            return f"it is locked by {' and '.join(who) or 'another program'}. Try again later."
        case sqlite3.SQLITE_FULL:
            return make_room(path.parent)
        case _ if is_of_room(error) and (full := why_no_growth(path)):
            return full
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"it is damaged ({error}). {DOCTOR}, and can restore the newest backup."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return f"{error}. {WRITABLE}"
        case _:
            return f"{error}. {DOCTOR}."


def _of_the_system(error: OSError, path: Path) -> str:
    folder = Path(error.filename).parent if error.filename else path.parent
    words = in_words(error, folder)
    if error.strerror and words == f"{error.strerror}." and error.filename:
        words = f"{error.strerror}: {error.filename}."
    return f"{words} {WRITABLE}" if error.errno in (errno.EACCES, errno.EROFS) else words


def _primary(error: sqlite3.Error) -> int:
    # Errors raised by the Python module itself have no SQLite code. The low byte is the kind, the rest is the
    # detail.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
