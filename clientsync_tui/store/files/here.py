"""Who has the practice open on this host: each window holds a lock on its own file beside the practice for as long as it
lives.
"""

import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ...host import this_user
from ...host.beside import Lock, beside, is_held, owner_of, remove_left
from ...host.on_posix import module
from ...practice.roles import Right, may, why_not
from ..database import Database
from ..home import Here, left_behind, level_of_file, moved_to, new_place

_ENDING = ".lock"


class HereOnHost:
    """The open windows of a practice that is in a file."""

    def __init__(self, database: Database) -> None:
        self._practice = database
        self._database = database.path
        self._level = level_of_file(database.path)
        self._new_place: str | None = None
        self.says = ""
        self._mine: Path | None = None
        self._lock: Lock | None = None
        self.others: Sequence[Here] = ()

    def start(self) -> None:
        """Announces this window. Those who can't write beside the practice remain invisible."""
        with suppress(OSError):
            path = beside(self._database, f".here-{this_user.uid()}-{secrets.token_hex(4)}{_ENDING}")
            lock = Lock(path, owner_of(self._database))
            if lock.take(0):
                self._mine, self._lock = path, lock

    def stop(self) -> None:
        """Withdraws this window."""
        if self._lock is not None:
            self._lock.let_go(remove=True)
            self._lock = None

    def refresh(self) -> None:
        """Looks for other windows, and whether the practice has moved."""
        self._new_place = new_place(self._practice.connection)
        self.says = left_behind(self._new_place) if self._new_place is not None else ""
        with suppress(OSError):
            self.others = tuple(sorted(self._look()))

    def refusal(self, right: Right) -> str | None:
        """Why this person may not do something."""
        if self._new_place is not None and right is not Right.READ:
            return moved_to(self._new_place)
        return None if may(self._level, right) else why_not(self._level, in_file=True)

    def _look(self) -> Iterator[Here]:
        start = beside(self._database, ".here-")
        for path in start.parent.glob(f"{start.name}*{_ENDING}"):
            if path == self._mine:
                continue
            if is_held(path):
                uid = path.name.removeprefix(start.name).rsplit("-", 1)[0]
                since = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
                name = _login(uid)
                yield Here(name, name, socket.gethostname(), since)
            else:
                # Its window was killed.
                remove_left(path, owner_of(self._database))


def _login(uid: str) -> str:
    pwd = module("pwd")
    if pwd is None or not uid.isdecimal():
        return uid
    try:
        return str(pwd.getpwuid(int(uid)).pw_name)
    except (KeyError, OverflowError):
        return f"user {uid}"
