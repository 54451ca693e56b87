"""The network's own thread: whatever is called there, no key waits for it."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from ..practice.trouble import Trouble
from ..store.jobs import Job
from .runner import Runner
from .session import Session

T = TypeVar("T")


class Engine:
    """Runs sign-ins, listings and jobs in one event loop on a thread of its own."""

    def __init__(
        self, make_session: Callable[[], Session], on_job_end: Callable[[Job, Trouble | None], None]
    ) -> None:
        """`on_job_end` is called on the engine's thread, with why the job paused, if it did."""
        self._make_session = make_session
        self._on_job_end = on_job_end
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._session: Session | None = None
        self._trouble: Trouble | None = None
        self._runners: dict[str, Runner] = {}
        self._thread = threading.Thread(target=self._run, name="network", daemon=True)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    runner.run(self._serve())
            except Trouble as trouble:
                self._trouble = trouble
            finally:
                self._ready.set()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        async with self._make_session() as session:
            self._session = session
            self._ready.set()
            await self._end.wait()
            for running in self._runners.values():
                running.stop()
                running.stop()
            self._session = None

    def submit(self, work: Callable[[Session], Awaitable[T]]) -> "Future[T]":
        """Does `work` with the session on the engine's thread; cancelling the future cancels it there.

        Raises Trouble when the session could not be begun (its limits' file cannot be used).
        """
        if not self._thread.is_alive():
            self._thread.start()
        self._ready.wait()
        if self._trouble is not None:
            raise self._trouble
        assert self._loop is not None

        async def with_session() -> T:
            assert self._session is not None
            return await work(self._session)

        return asyncio.run_coroutine_threadsafe(with_session(), self._loop)

    def run_job(self, job: str) -> None:
        """Starts a job or goes on with it; its rows tell how far it is."""

        async def run(session: Session) -> None:
            runner = self._runners[job] = Runner(session, job)
            trouble: Trouble | None = None
            try:
                await runner.run()
                trouble = runner.trouble
            except Trouble as error:
                trouble = error
            finally:
                del self._runners[job]
                self._on_job_end(session.store.jobs.one(job), trouble)

        self.submit(run)

    def stop_job(self, job: str) -> None:
        """Stops a job after the items that are being done; a second call stops at once."""
        if (runner := self._runners.get(job)) and self._loop:
            self._loop.call_soon_threadsafe(runner.stop)

    @property
    def running(self) -> tuple[str, ...]:
        """The jobs that run in this process."""
        return tuple(self._runners)

    def held_up(self, software: str) -> int:
        """How many organisations' calls wait for a software's limits now, in this process."""
        session = self._session
        return session.held_up(software) if session else 0

    def close(self, wait_s: float = 2.0) -> None:
        """Stops everything; what jobs have left is resumed at the next start."""
        if self._thread.is_alive() and self._loop:
            self._ready.wait(wait_s)
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(wait_s)
