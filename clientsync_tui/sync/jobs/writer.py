"""Saves the results of a job's workers in batches, because a durable commit costs the same for one as for fifty."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from ...store.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Waiting:
    write: Callable[[], Any]
    done: "asyncio.Future[Any]"


class Writer:
    """Writes on its own thread, so that the event loop never waits for the disk.

    Everything that arrives while the disk is busy is saved with one commit, but each write can fail on its own.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._thread = ThreadPoolExecutor(1, "writer")
        self._writing: asyncio.Task[None] | None = None

    async def write(self, write: Callable[[], T]) -> T:
        """Runs `write` within a transaction, and returns its result once that is committed. Raises what it raised."""
        waiting = _Waiting(write, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await waiting.done

    async def close(self) -> None:
        """Saves what is still waiting, then ends the thread."""
        if self._writing is not None:
            await self._writing
        self._thread.shutdown()

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                loop = asyncio.get_running_loop()
                try:
                    results = await loop.run_in_executor(self._thread, self._keep, batch)
                except Exception as error:
                    # The commit itself failed, so nothing in the batch was saved and every caller has to know.
                    results = [(None, error)] * len(batch)
                for waiting, (result, error) in zip(batch, results, strict=True):
                    if waiting.done.done():
                        continue
                    if error is not None:
                        waiting.done.set_exception(error)
                    else:
                        waiting.done.set_result(result)
        finally:
            self._writing = None

    def _keep(self, batch: list[_Waiting]) -> list[tuple[Any, Exception | None]]:
        results: list[tuple[Any, Exception | None]] = []
        with self._store.transaction():
            for waiting in batch:
                try:
                    with self._store.transaction():
                        results.append((waiting.write(), None))
                except Exception as error:
                    results.append((None, error))
        return results
