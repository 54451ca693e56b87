"""Reads stdin line by line and never past the end of a line, because the rest belongs to the next reader.

It reads the descriptor. `sys.stdin` reads ahead, and a reader still waiting on it would hold its lock when the program ends.
"""

import asyncio
import codecs
import os
import select
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from queue import SimpleQueue

from ..practice.text import MARK, decoded
from ..practice.trouble import UsageError

_LONGEST = 65_536


def read_line(wanted: Callable[[], bool] = lambda: True) -> str | None:
    """A line without its end and the space around it; None at the end of the input, or once `wanted` is false.

    `wanted` is called before each byte.
    """
    line = b""
    while wanted():
        try:
            byte = os.read(0, 1)
        except OSError:
            # Closed, or the terminal is gone.
            byte = b""
        if byte in (b"", b"\n"):
            return line.decode("utf-8", "replace").strip().removeprefix(MARK) if line or byte else None
        line += byte
    return None


def secret_line(what: str) -> str:
    """A line without its end: a secret or a passphrase. Raises UsageError, naming `what`, if it is not text."""
    line, end = b"", b"\n"
    while len(line) < _LONGEST and (byte := os.read(0, 1)):
        line += byte
        # PowerShell may write two bytes for each character.
        end = {codecs.BOM_UTF16_LE: b"\n\0", codecs.BOM_UTF16_BE: b"\0\n"}.get(line, end)
        if line.endswith(end) and len(line) % len(end) == 0:
            break
    try:
        return decoded(line).rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError(f"{what} is not UTF-8.") from None


@contextmanager
def feeding_lines_to(take: Callable[[str], bool]) -> Generator[None]:
    """Passes lines to `take`, in the event loop, until it returns True or the context is left. The end of stdin does not end the
    context."""
    loop = asyncio.get_running_loop()
    end, wake = os.pipe()
    more: SimpleQueue[bool] = SimpleQueue()

    def hand_over(line: str) -> None:
        more.put(not take(line))

    def read() -> None:
        # Only a thread can wait for a file, a pipe and a terminal alike.
        while (line := read_line(lambda: _readable(end))) is not None:
            loop.call_soon_threadsafe(hand_over, line)
            if not more.get():
                return

    thread = threading.Thread(target=read, name="stdin", daemon=True)
    thread.start()
    try:
        yield
    finally:
        more.put(False)
        os.close(wake)
        if sys.platform != "win32":
            thread.join()
            os.close(end)


def _readable(end: int) -> bool:
    """Waits until stdin can be read; False once `end` is closed. Windows can't wait for a terminal, so it reads at once."""
    if sys.platform == "win32":
        return True
    try:
        ready, _, _ = select.select([0, end], [], [])
    except OSError:
        return False
    return end not in ready
