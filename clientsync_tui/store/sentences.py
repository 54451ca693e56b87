"""What SQLite's errors mean to a person, and what to do."""

import sqlite3
from pathlib import Path

from .holders import holders

DOCTOR = "`clientsync doctor` says more"


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Whether the disk, the file or another process is at fault, and not a broken constraint or a mistake of the program."""
    return type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether what the file holds is no sound database."""
    return _primary(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def why(error: sqlite3.Error | OSError, path: Path) -> str:
    """The end of a sentence that begins "The practice's database cannot be opened: " or so; with its full stop."""
    if isinstance(error, OSError):
        return f"{error}."
    match _primary(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            who = holders((path, path.with_name(f"{path.name}-shm")))
            return f"it is locked by {' and '.join(who) or 'another program'}. Try again when that has ended."
        case sqlite3.SQLITE_FULL:
            return f"{error}. Make room on the disk that holds {path.parent}, then do it again."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"it is damaged ({error}). {DOCTOR}, and can put the newest backup back."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return (
                f"{error}. You must be able to write the file and its folder: SQLite makes files beside it."
            )
        case _:
            return f"{error}. {DOCTOR}."


def _primary(error: sqlite3.Error) -> int:
    # Errors of the Python module itself carry no code of SQLite's. The low byte is the kind, the rest tells it more closely.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
