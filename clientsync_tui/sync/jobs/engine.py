"""A thread for network calls, so that no key has to wait for them."""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from ...practice.trouble import Trouble
from ...store.jobs import Job
from .runner import Runner
from .session import Session

T = TypeVar("T")

TURN_S = 0.0005
"""How long a thread may compute while another one is waiting. A key changes threads several times on its way to the
screen, and while a job runs each of these changes would take Python's usual 5 ms.
"""


def explained(error: Exception) -> Trouble:
    """An unexpected error as Trouble, after logging where it came from; Trouble unchanged."""
    if isinstance(error, Trouble):
        return error
    from ...logbook import says

    return Trouble(says(error))


class Engine:
    """Runs sign-ins, listings and jobs in an event loop on its own thread."""

    def __init__(
        self,
        make_session: Callable[[], Session],
        find_job: Callable[[str], Job],
        on_job_end: Callable[[Job, Trouble | None], None],
    ) -> None:
        """`find_job`: returns the current job with an id. `on_job_end`: called off the screen's thread, with why
        the job paused, if it did.
        """
        self._make_session = make_session
        self._find_job = find_job
        self._on_job_end = on_job_end
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._session: Session | None = None
        self._trouble: Trouble | None = None
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._runners: dict[str, Runner] = {}
        self._begin = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="network", daemon=True)

    def _run(self) -> None:
        sys.setswitchinterval(TURN_S)
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    runner.run(self._serve())
            except Exception as error:
                self._trouble = explained(error)
            finally:
                # Later callers get this error, because nothing runs on this loop any more.
                self._trouble = self._trouble or Trouble("The program is closing.")
                self._ready.set()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        async with self._make_session() as session:
            self._session = session
            self._ready.set()
            # In parallel: the keyring may be waiting for a passphrase.
            recognising = asyncio.create_task(_recognise(session))
            await self._end.wait()
            recognising.cancel()
            for running in self._runners.values():
                running.stop()
                running.stop()
            self._session = None

    def submit(self, work: Callable[[Session], Awaitable[T]]) -> "Future[T]":
        """Runs `work` with the session on the engine's thread. Cancelling the future cancels it there.

        The future raises nothing but Trouble, so a waiting screen sees every failure. Raises Trouble if the session could not be
        started (unusable limits file, proxy or certificates).
        """
        with self._begin:
            if self._thread.ident is None:
                self._thread.start()
        self._ready.wait()
        if self._trouble is not None:
            raise self._trouble
        assert self._loop is not None

        async def with_session() -> T:
            if self._session is None:
                raise Trouble("The program is closing.")
            try:
                return await work(self._session)
            except Exception as error:
                raise explained(error) from None

        return asyncio.run_coroutine_threadsafe(with_session(), self._loop)

    def run_job(self, job: str) -> None:
        """Starts or continues a job, and returns at once. Its rows show its progress.

        If the job is already running here, it runs once more afterwards, because it may have skipped what has only
        just become possible.
        """
        if job in self._running:
            self._again.add(job)
            return
        self._running.add(job)

        async def run(session: Session) -> None:
            runner = self._runners[job] = Runner(session, job)
            trouble: Trouble | None = None
            try:
                await runner.run()
                trouble = runner.trouble
            except Exception as error:
                trouble = explained(error)
            finally:
                del self._runners[job]
                self._ended(job, trouble)

        def begin() -> None:
            try:
                self.submit(run)
            except Exception as error:
                # The session could not be created, so nothing ran. The job's screen shows why.
                self._ended(job, explained(error))

        # The network's thread takes a moment to start, and no key should wait for that.
        threading.Thread(target=begin, name="begin", daemon=True).start()

    def _ended(self, job: str, trouble: Trouble | None) -> None:
        self._running.discard(job)
        if job in self._again:
            self._again.discard(job)
            if self._trouble is None and self._find_job(job).left:
                self.run_job(job)
                return
        self._on_job_end(self._find_job(job), trouble)

    @property
    def running(self) -> tuple[str, ...]:
        """The jobs that are running in this process or about to."""
        return tuple(self._running)

    def held_up(self, software: str) -> int:
        """How many organisations' calls are waiting for an app's limits in this process."""
        session = self._session
        return session.held_up(software) if session else 0

    def close(self, wait_s: float = 2.0) -> None:
        """Stops everything. Unfinished jobs can be resumed at the next start."""
        if self._thread.is_alive() and self._loop:
            self._ready.wait(wait_s)
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(wait_s)


async def _recognise(session: Session) -> None:
    with contextlib.suppress(Trouble):  # reported by whatever needs the keyring
        await session.recognise()
