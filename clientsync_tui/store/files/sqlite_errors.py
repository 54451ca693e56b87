"""What SQLite's errors mean to a person, and what to do."""

import errno
import sqlite3
from pathlib import Path

from ...host.full_disk import in_words, make_room, why_no_growth
from .lock_owners import lock_owners

SqliteError = sqlite3.Error
"""What the store raises where SQLite fails and nothing better is known; who catches it asks `why`."""

WRITABLE = "You must be able to write to the file and its folder: SQLite makes files beside it."
DOCTOR = "`clientsync doctor` says more"


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Whether the disk, the file or another process is at fault, and not a broken constraint or a mistake of the program."""
    return type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether what the file holds is no sound database."""
    return _primary(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def why(error: sqlite3.Error | OSError, path: Path) -> str:
    """The end of a sentence that begins "The practice's database can't be opened: " or so; with its full stop."""
    if isinstance(error, OSError):
        return _of_the_system(error, path)
    match _primary(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            who = lock_owners((path, path.with_name(f"{path.name}-shm")))
            return f"it is locked by {' and '.join(who) or 'another program'}. Try again later."
        case sqlite3.SQLITE_FULL:
            return make_room(path.parent)
        # Where there is no room for what SQLite's processes share, it speaks of I/O or of a file that can't be opened.
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN if full := why_no_growth(path):
            return full
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"it is damaged ({error}). {DOCTOR}, and can put the newest backup back."
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
    # Errors of the Python module itself carry no code of SQLite's. The low byte is the kind, the rest tells it more closely.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
