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
    """By how much the clock is off, from now on."""

    by: timedelta = timedelta()


@contextmanager
def clock_off_by(by: timedelta) -> Iterator[None]:
    """All that the program has imported sees the clock off by so much, as with `settable_clock`."""
    with settable_clock() as clock:
        clock.by = by
        yield


@contextmanager
def settable_clock() -> Iterator[Clock]:
    """All that the program has imported sees this clock; what counts the time that passes does not.

    What it imports later sees the clock as it is: a test imports first what it is about.
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
