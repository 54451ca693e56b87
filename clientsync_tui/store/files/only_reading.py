"""Reading a practice whose file this person may not write to, without leaving anything beside it.

SQLite reads a file with a log through memory that is shared in a file of its own. If this person made that file, or the log, it would be
theirs, and those who may write would be locked out. So both are used where someone who writes has made them. Where they are absent,
nobody is writing, and the file alone is the whole practice.
"""

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from .connecting import connect

_WITH_LOG, _ALONE = "ro&readonly_shm=1", "ro&immutable=1"
_EFFECTIVE = {"effective_ids": True} if os.access in os.supports_effective_ids else {}


class State(NamedTuple):
    """What tells one state of a file that nobody is writing from the next. `is_open`: someone who may write has it open."""

    is_open: bool
    changed_at: int


def may_write(path: Path) -> bool:
    """Whether this person may write to the file."""
    return os.access(path, os.W_OK, **_EFFECTIVE)


def state_of(path: Path) -> State:
    """The file's state now."""
    log, memory = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    return State(log.exists() and memory.exists(), path.stat().st_mtime_ns)


def connect_to_read(path: Path, state: State, timeout: float) -> sqlite3.Connection:
    """A connection in autocommit that only reads. One to a file that nobody had open must be made again when its state changes."""
    return connect(path, timeout=timeout, mode=_WITH_LOG if state.is_open else _ALONE)
