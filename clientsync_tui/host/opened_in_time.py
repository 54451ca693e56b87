"""Opens a database where others can plant a pipe: SQLite opens its files by name, and would wait forever for one planted
after the last check.
"""

import errno
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .on_posix import USERS
from .planted import refuse_planted

T = TypeVar("T")

LOOK_AGAIN_S = 0.05
LONGEST_S = 10.0
"""How long opening may take, besides the time spent waiting for other programs."""


def opened_in_time(database: Path, act: Callable[[], T], waits_s: float = 0.0) -> T:
    """The result of `act`, which has SQLite open `database` and its companion files. It runs on a separate thread, so
    whatever it makes must not be bound to its thread. `waits_s`: how long it may wait for other programs.

    Raises what `act` raises, and OSError if something in place of the files keeps it waiting. Its thread then waits alone.
    """
    if not USERS:
        return act()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(act())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="opening", daemon=True)
    thread.start()
    ends = time.monotonic() + waits_s + LONGEST_S
    thread.join(LOOK_AGAIN_S)
    while thread.is_alive():
        refuse_planted(database)
        if time.monotonic() > ends:
            raise OSError(
                errno.ETIMEDOUT,
                f"{database} could not be opened within {waits_s + LONGEST_S:g} s. Look for a pipe in its folder, and move it away",
            )
        thread.join(LOOK_AGAIN_S)
    for error in errors:
        raise error
    return results[0]
