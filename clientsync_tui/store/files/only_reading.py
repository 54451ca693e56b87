"""Reads a practice whose file this person may not write to, without leaving anything beside it.

With a log, SQLite reads through memory shared in a separate file. If this person created that file or the log, it would belong to
them and lock out those who may write. So both are used only if a writer has created them. If they don't exist, nobody is writing,
and the file alone is the whole practice.
"""

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from .connecting import connect

_WITH_LOG, _ALONE = "ro&readonly_shm=1", "ro&immutable=1"
_EFFECTIVE = {"effective_ids": True} if os.access in os.supports_effective_ids else {}


class State(NamedTuple):
    """Identifies one state of a file that nobody is writing to. `is_open`: a writer has it open."""

    is_open: bool
    changed_at: int


def may_write(path: Path) -> bool:
    """Whether this person may write to the file."""
    return os.access(path, os.W_OK, **_EFFECTIVE)


def state_of(path: Path, *, is_full: bool = False) -> State:
    """The file's state now. `is_full`: an empty log without its memory was left by an attempt to open the file on a full disk."""
    log, memory = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    is_open = log.exists() and memory.exists() and not (is_full and log.stat().st_size == 0)
    return State(is_open, path.stat().st_mtime_ns)


def connect_to_read(path: Path, state: State, timeout: float) -> sqlite3.Connection:
    """An autocommit connection that only reads. If nobody had the file open, it must be made again whenever the file's
    state changes.
    """
    return connect(path, timeout=timeout, mode=_WITH_LOG if state.is_open else _ALONE)
