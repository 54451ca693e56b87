"""A connection that gives up if nothing arrives although it is open. Behind a tunnel or a proxy, no keepalive notices that.

It also gives up on answers that only trickle in.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NoReturn

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.waiting import Ready, Wait

ANSWER_S = 15.0
"""How long one step may take without a byte from the server. Longer than any wait for a lock."""
LONG_S = 70.0
"""The same for steps with a lot of work. Longer than any statement may take."""
MOST_S = 600.0
"""How long one step may take in any case. The longest fetches many thousand entries over a slow line."""
CHECK_S = 0.1


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that raises OperationalError and is closed if the server is silent for longer than `silence_s`, or one
    step takes longer than MOST_S.
    """

    silence_s: float = ANSWER_S

    @contextmanager
    def patience(self, seconds: float) -> Generator[None]:
        """Inside this context, the server may be silent for that long."""
        before, self.silence_s = self.silence_s, seconds
        try:
            yield
        finally:
            self.silence_s = before

    def wait(self, gen: PQGen[RV], interval: float = CHECK_S, timeout: float | None = None) -> RV:
        """Runs a generator that operates on the connection."""
        limit = {} if timeout is None else {"timeout": timeout}
        return super().wait(self._unless_silent(gen), interval, **limit)

    def _unless_silent(self, gen: PQGen[RV]) -> Generator[Wait, Ready | int, RV]:
        begun = heard = time.monotonic()
        try:
            state = next(gen)
            while True:
                ready = yield state
                now = time.monotonic()
                heard = now if ready else heard
                if now - heard > self.silence_s:
                    self._give_up(f"no answer for {self.silence_s:.0f} seconds")
                if now - begun > MOST_S:
                    self._give_up(f"no whole answer in {MOST_S:.0f} seconds")
                state = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _give_up(self, why: str) -> NoReturn:
        # Not cancelled first, because that would wait for the same line.
        self.pgconn.finish()
        raise psycopg.OperationalError(why)
