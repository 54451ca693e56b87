"""Keeps up with the server while a program is open, on its own thread. The server announces each change, and we also ask from
time to time.
"""

import selectors
import socket
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from ...practice.roles import Level, Right, may, why_not
from ...practice.trouble import Trouble, Unreachable
from ..database import Database
from ..home import Here, left_behind, moved_to
from .connecting import Connection, connect, explained
from .home import YOU, PostgresHome, newer_version
from .people_here import hide_yourself, others, show_yourself
from .replica import follow

POLL_S = 3.0
"""How often to ask the server even if it announced nothing, because announcements can get lost."""
AGAIN_S = 0.1
"""The pause before retrying an unreachable server; each pause doubles, up to `LONGEST_S`."""
LONGEST_S = 5.0
BREATH_S = 0.05
"""The shortest time from one round to the next. Anyone who may connect can send announcements as often as they like."""
SILENCE_S = 8.0
"""How long the server may be silent after we ask. It must be longer than the time between two questions."""


class Follower:
    """Keeps the practice's copy up to date while the program runs.

    `unreachable_since`: None while the server answers. `says`: a sentence for the user, such as that the server can't be reached.
    """

    def __init__(self, database: Database, home: PostgresHome) -> None:
        self._database = database
        self._home = home
        self._stop = threading.Event()
        # Closing one end wakes the thread that waits on the other.
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self.unreachable_since: datetime | None = None
        self.others: Sequence[Here] = ()
        self.says = self._cut_off = ""

    def start(self) -> None:
        """Starts following."""
        self._thread.start()

    def stop(self, wait_s: float = 1.0) -> None:
        """Stops following. A statement that is on its way to the server gets a moment to finish."""
        self._stop.set()
        if self._thread.is_alive():
            self._wake.close()
            self._thread.join(wait_s)

    def refresh(self) -> None:
        """Does nothing, because the thread follows anyway."""

    def refusal(self, right: Right) -> str | None:
        """Why something can't be done now, according to the server's last answer."""
        if right is Right.READ:
            return None
        if self.unreachable_since is not None:
            return f"Not available: {self._cut_off}"
        if self._home.new_place is not None:
            return moved_to(self._home.new_place)
        level = self._home.level
        return None if level is None or may(level, right) else why_not(level)

    def _run(self) -> None:
        pause = AGAIN_S
        while not self._stop.is_set():
            try:
                with connect(self._home.address, self._home.password) as server, server.patience(SILENCE_S):
                    server.execute("LISTEN clientsync")
                    show_yourself(server)
                    pause = AGAIN_S
                    self._follow(server)
                    hide_yourself(server)
            except Trouble as trouble:
                self._cannot(trouble)
            except psycopg.Error as error:
                self._cannot(explained(error, self._home.address))
            except Exception as error:
                from ...logbook import says

                self._cannot(Trouble(says(error)))
            self._stop.wait(pause)
            pause = min(pause * 2, LONGEST_S)

    def _follow(self, server: Connection) -> None:
        looked = -POLL_S
        heard: list[str] = []
        while not self._stop.is_set():
            began = time.monotonic()
            version = follow(self._database, server, self._home)
            self._home.is_gone, self._home.level = False, _level(server)
            if "people" in heard or time.monotonic() - looked >= POLL_S:
                self.others = others(server)
                looked = time.monotonic()
            self._home.needs_version = version
            self.unreachable_since = None
            self.says = newer_version(version) if version is not None else ""
            if self._home.new_place is not None:
                self.says = left_behind(self._home.new_place)
            heard = self._heard(server)
            self._stop.wait(max(0.0, began + BREATH_S - time.monotonic()))

    def _heard(self, server: Connection) -> list[str]:
        """What the server announced before it was time to ask again. `stop` ends the wait."""
        if heard := _announced(server):
            return heard
        with selectors.DefaultSelector() as waiting:
            waiting.register(server.fileno(), selectors.EVENT_READ)
            waiting.register(self._woken, selectors.EVENT_READ)
            waiting.select(POLL_S)
        return _announced(server)

    def _cannot(self, trouble: Trouble) -> None:
        if not isinstance(trouble, Unreachable):
            self.says = str(trouble)
            return
        self._home.is_gone, self.others = True, ()
        now = datetime.now(UTC)
        self.unreachable_since = self.unreachable_since or now
        since = self.unreachable_since.astimezone()
        at = f"{since:%H:%M}" if since.date() == now.astimezone().date() else f"{since:%d %b, %H:%M}"
        self._cut_off = f"PostgreSQL can't be reached since {at}."
        self.says = f"{self._cut_off} Showing what was known then."


def _announced(server: Connection) -> list[str]:
    return [notice.payload for notice in server.notifies(timeout=0)]


def _level(server: Connection) -> Level | None:
    row = server.execute(YOU).fetchone()
    return Level(row[1]) if row else None
