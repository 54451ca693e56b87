"""Who works on which job: one row for each run of a job in a process, on any host.

A worker on this host is alive as long as it holds a lock on a file beside the practice. A process number is not enough: another
user's processes may be hidden, and another PID namespace has its own numbers. A worker on another host is alive until its lease ends,
which it keeps renewing. A worker's id is never reused, so an item that names it belongs to it alone.
"""

import secrets
import socket
import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from ...practice.entries import iso
from ...practice.text import clean
from ..database import Database
from ..files.job_locks import JobLocks
from ..own_rows import time_of

LEASE_S = 60
"""How long a worker on another host counts as alive after its last sign of life."""


class LeaseLost(Exception):
    """Another worker has the item now, because this one was taken for dead."""


class Worker(NamedTuple):
    """A worker. `place`: the copy of the practice that its lock is beside. `until`: None if only a lock shows that it is
    alive.
    """

    id: str
    job: str
    host: str
    place: str
    person: str
    since: str
    until: str | None


class Workers:
    """This process's workers, and the others as recorded in their rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locks = JobLocks(database.path)
        self._mine: dict[str, str] = {}

    def mine(self, job: str) -> str | None:
        """The id of this process's worker on a job."""
        return self._mine.get(job)

    def start(self, db: sqlite3.Connection, job: str, person: str) -> None:
        """Makes this process a worker, within the caller's transaction. Raises UsageError if its lock can't be used."""
        worker = secrets.token_hex(8)
        self._locks.take(worker)
        self._mine[job] = worker
        home, now = self._database.home, self._database.home.now()
        until = None if home.kind == "sqlite" else _later(now)
        db.execute(
            "INSERT INTO workers VALUES (?, ?, ?, ?, ?, ?, ?)",
            (worker, job, socket.gethostname(), self._place(), home.actor(person), now, until),
        )

    def renew(self, job: str) -> None:
        """Tells other hosts that this process's worker is alive."""
        if self._database.home.kind == "postgresql" and (worker := self._mine.get(job)):
            with self._database.writing(shared=True) as db:
                until = _later(self._database.home.now())
                db.execute("UPDATE workers SET until = ? WHERE id = ?", (until, worker))

    def stop(self, job: str) -> None:
        """This process stops working on the job."""
        if (worker := self._mine.pop(job, None)) is not None:
            self._locks.let_go(worker)

    def note_end(self, db: sqlite3.Connection, job: str) -> None:
        """Records within the caller's transaction that this process's worker ends."""
        if (worker := self._mine.get(job)) is not None:
            db.execute("UPDATE workers SET until = since WHERE id = ?", (worker,))

    def alive(self, job: str | None = None) -> list[Worker]:
        """The workers that are alive (on one job)."""
        query = "SELECT * FROM workers WHERE ? IS NULL OR job = ?"
        rows = self._database.connection.execute(query, (job, job)).fetchall()
        now = self._database.home.now() if rows else ""
        place = self._place() if rows else ""
        workers = (Worker(*row)._replace(host=clean(row["host"])) for row in rows if time_of(row["since"]))
        return [worker for worker in workers if self._is_alive(worker, place, now)]

    def others(self, job: str) -> list[Worker]:
        """The live workers of other processes."""
        return [worker for worker in self.alive(job) if worker.id != self._mine.get(job)]

    def clear(self, job: str) -> None:
        """Removes the locks that killed workers of this host left behind."""
        place, alive = self._place(), {worker.id for worker in self.alive(job)}
        rows = self._database.connection.execute("SELECT * FROM workers WHERE job = ?", (job,)).fetchall()
        for worker in (Worker(*row) for row in rows):
            if worker.id not in alive and worker.place == place:
                self._locks.clear(worker.id)

    def _is_alive(self, worker: Worker, place: str, now: str) -> bool:
        if worker.until == worker.since:
            return False
        if worker.id in self._mine.values():
            return True
        if worker.place == place:
            return self._locks.is_held(worker.id)
        return worker.until is not None and worker.until > now

    def _place(self) -> str:
        row = self._database.connection.execute("SELECT value FROM meta WHERE key = 'place'").fetchone()
        return row[0] if row else ""


def _later(now: str) -> str:
    return iso(datetime.fromisoformat(now) + timedelta(seconds=LEASE_S))
