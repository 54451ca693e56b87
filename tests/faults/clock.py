"""The program's clock set forward or back, as an administrator or a time server does; the sandbox keeps its own."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


@dataclass
class Clock:
    """How far the clock is off."""

    by: timedelta = timedelta()


@contextmanager
def clock_off_by(by: timedelta) -> Iterator[None]:
    """Shows everything that the program has imported a clock that is off by this much, as with `settable_clock`."""
    with settable_clock() as clock:
        clock.by = by
        yield


@contextmanager
def settable_clock() -> Iterator[Clock]:
    """Shows this clock to everything that the program has imported, except to code that measures elapsed time.

    Modules imported later see the real clock, so a test first imports what it tests.
    """
    clock = Clock()

    class Off(datetime, metaclass=_AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + clock.by

    class OffTime:
        monotonic = staticmethod(time.monotonic)
        perf_counter = staticmethod(time.perf_counter)
        sleep = staticmethod(time.sleep)

        @staticmethod
        def time() -> float:
            return time.time() + clock.by.total_seconds()

    off = {id(datetime): Off, id(time): OffTime}
    seen = [
        (vars(module), name, value)
        for module in list(sys.modules.values())
        if module.__name__.startswith("clientsync_tui.")
        and not module.__name__.startswith("clientsync_tui.sandbox")
        for name, value in vars(module).items()
        if id(value) in off
    ]
    for names, name, value in seen:
        names[name] = off[id(value)]
    try:
        yield clock
    finally:
        for names, name, value in seen:
            names[name] = value
