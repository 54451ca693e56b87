"""Which jobs are running: a job runs for as long as its runner holds a lock on a file beside the practice.

A process number is not enough: another user's processes may be hidden, and another PID namespace has its own numbers.
"""

from pathlib import Path

from ...host.beside import Lock, beside, is_held, owner_of, remove_left
from ...practice.trouble import UsageError

WITHIN_S = 1.0
"""How long to try for a lock: someone who only checks whether it is held holds it for a moment."""


class JobLocks:
    """The locks of a practice's jobs."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._mine: dict[str, Lock] = {}

    def take(self, job: str) -> bool:
        """Makes this process the runner; False if there is one. Raises UsageError if the file can't be used."""
        if job in self._mine:
            return False
        path = self._path(job)
        lock = Lock(path, owner_of(self._database))
        try:
            taken = lock.take(WITHIN_S)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise UsageError(
                f"The lock of job {job} can't be used: {error.strerror or error}{where}."
            ) from None
        if taken:
            self._mine[job] = lock
        return taken

    def let_go(self, job: str) -> None:
        """Stops being the runner, if this process was."""
        if (lock := self._mine.pop(job, None)) is not None:
            lock.let_go(remove=True)

    def clear(self, job: str) -> None:
        """Removes the file that a killed runner left behind."""
        remove_left(self._path(job), owner_of(self._database))

    def is_held(self, job: str) -> bool:
        """Whether the job has a runner, here or in another process."""
        return job in self._mine or is_held(self._path(job))

    def _path(self, job: str) -> Path:
        import hashlib

        # The id comes from a file that colleagues can write, so it must not lead out of the folder.
        return beside(self._database, f".job-{hashlib.sha256(job.encode()).hexdigest()[:16]}.lock")
