"""Who is calling now: the places among an organisation's simultaneous calls, in the limiter's file."""

import re
import secrets
from contextlib import suppress
from pathlib import Path

from ...host import beside
from ...host.this_system import this_system
from .limits_file import LimitsFile

SCHEMA = """
CREATE TABLE places (id INTEGER PRIMARY KEY, lane TEXT, until REAL, holder TEXT);
CREATE INDEX places_lane ON places (lane, until);
"""
_LONGEST_S = 3600
"""A place with a later end than this was taken before the clock was set back."""
_LOCKED_WITHIN_S = 0.1
"""How long to try for our own lock: someone who only checks it holds it for a moment."""
_MOST_HOLDERS = 1000
"""How many processes are looked at. No more than this call one organisation at once."""
_ENDING = ".lock"


class Places:
    """The places of all processes, within the limiter's transactions. `path`: the limiter's file; `owner`: who owns it."""

    def __init__(self, file: LimitsFile, path: Path, owner: beside.Owner) -> None:
        self._limits_file = file
        self._path = path
        self._system = this_system()
        self._lock: beside.Lock | None = None
        # Locked now, because it may take a moment, and inside a transaction other processes would have to wait for it.
        self._holder = self._locked(owner)
        self._left: list[int] = []

    def take(self, lane: str, now: float, for_s: float) -> int:
        """Takes a place, which `leave` gives back."""
        values = (lane, now + for_s, self._holder)
        cursor = self._limits_file.execute(
            "INSERT INTO places (lane, until, holder) VALUES (?, ?, ?)", values
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def has_room(self, lane: str, at_once: int, now: float) -> bool:
        """Whether another call in the lane is possible. Frees the places of killed processes."""
        if self._is_room(lane, at_once, now):
            return True
        query = "SELECT DISTINCT holder FROM places WHERE lane = ? LIMIT ?"
        rows = self._limits_file.execute(query, (lane, _MOST_HOLDERS)).fetchall()
        ended = [row for row in rows if row[0] != self._holder and self._has_ended(row[0])]
        self._limits_file.executemany("DELETE FROM places WHERE holder = ?", ended)
        return bool(ended) and self._is_room(lane, at_once, now)

    def leave(self, place: int) -> None:
        """Frees a place with the next `clear`."""
        self._left.append(place)

    def clear(self) -> None:
        """Removes the places that were given back."""
        if self._left:
            # If the file was replaced meanwhile, another process may have a place with the same number.
            values = [(place, self._holder) for place in self._left]
            self._limits_file.executemany("DELETE FROM places WHERE id = ? AND holder = ?", values)
            self._left.clear()

    def clear_past(self, now: float) -> None:
        """Removes the places that have expired."""
        query = "DELETE FROM places WHERE (until BETWEEN ? AND ?) IS NOT TRUE"
        self._limits_file.execute(query, (now, now + _LONGEST_S))

    def close(self) -> None:
        """Gives up all places of this process."""
        if self._lock is not None:
            self._lock.let_go(remove=True)

    def _is_room(self, lane: str, at_once: int, now: float) -> bool:
        query = "SELECT 1 FROM places WHERE lane = ? AND until BETWEEN ? AND ? LIMIT ?"
        values = (lane, now, now + _LONGEST_S, at_once)
        return len(self._limits_file.execute(query, values).fetchall()) < at_once

    def _locked(self, owner: beside.Owner) -> str:
        """Locks a file for as long as this process lives, and returns the name under which it holds places. Empty if no file can
        be locked: then no one can say that this process has ended."""
        with suppress(OSError):
            self._remove_left_locks(owner)
            holder = f"{self._system}-{secrets.token_hex(8)}"
            lock = beside.Lock(self._file(holder), owner)
            if lock.take(_LOCKED_WITHIN_S):
                self._lock = lock
                return holder
        return ""

    def _has_ended(self, holder: object) -> bool:
        # A colleague can write anything into the file, so it must not lead out of the folder.
        known = isinstance(holder, str) and re.fullmatch(f"{self._system}-[0-9a-f]{{16}}", holder)
        return bool(known) and not beside.is_held(self._file(str(holder)))

    def _file(self, holder: str) -> Path:
        return self._path.with_name(f"{self._path.name}-{holder}{_ENDING}")

    def _remove_left_locks(self, owner: beside.Owner) -> None:
        """Removes the files that killed processes left behind."""
        start = f"{self._path.name}-{self._system}-"
        for file in self._path.parent.iterdir():
            if file.name.startswith(start) and file.suffix == _ENDING and not beside.is_held(file):
                beside.remove_left(file, owner)
