"""A program in a real pseudo-terminal, its keys timed from being sent to the frame being flushed."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import pyte

QUIET_S = 0.012
"""A frame without an end mark is over when nothing has come for this long. It is parsed only then, because parsing takes longer than many
frames, and output that arrives meanwhile would count as late.
"""
AFTER_FRAME_S = 0.012
"""How long to wait after the mark of a frame's end for another frame of the same key."""

FRAME_S = 0.02
"""Textual draws no more than 60 frames a second: a key sent earlier would be timed with its wait for the next frame."""

TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONDONTWRITEBYTECODE": ""}
"""Bytecode is written, as for an installed program. Otherwise each start would include compiling its source."""

KEYS = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "page down": b"\x1b[6~",
    "page up": b"\x1b[5~",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "space": b" ",
}
# Textual asks whether frames can be synchronised, and marks their ends only if the terminal says yes.
_ASKS_FOR_FRAMES, _FRAMES, _FRAME_ENDS = b"\x1b[?2026$p", b"\x1b[?2026;2$y", b"\x1b[?2026l"


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds from the key sent to the last byte of its frame, and the bytes of the frame."""

    ms: float
    size: int


class Terminal:
    """`with Terminal(command) as terminal`: the program's terminal; it is killed at the end.

    Raises `TimeoutError` with the screen's text if the program does not show what was waited for.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 200,
        lines: int = 60,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._lines = [""] * lines
        self._came: list[tuple[float, bytes]] = []
        self._started = self._last = time.perf_counter()
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            environment = os.environ | TERMINAL | dict(env or {})
            os.execvpe(command[0], list(command), environment)  # the child ends here
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @classmethod
    def of_module(cls, module: str, *arguments: str) -> Self:
        """A module of this checkout without animations, because otherwise the animation would be timed instead of the work."""
        return cls([sys.executable, "-m", module, *arguments], env={"TEXTUAL_ANIMATIONS": "none"})

    def wait_for(self, text: str, timeout_s: float = 60, *, quiet_s: float = 0.2) -> float:
        """Milliseconds from the start of the program until `text` is on the screen. Returns when nothing was drawn for `quiet_s`."""
        end, seen = time.monotonic() + timeout_s, time.perf_counter()
        while text not in self._shown():
            if self._came:
                seen = self._look_at_next()
                continue
            if not self._read(end - time.monotonic()):
                raise TimeoutError(f"no {text!r} on the screen:\n" + "\n".join(self._screen.display))
            self._read_all(QUIET_S)
        self._read_all(quiet_s)
        return (seen - self._started) * 1000

    def press(self, key: str, timeout_s: float = 60) -> Cost:
        """Send a key (a name of `KEYS`, or itself) and wait for its frame."""
        self._settle()
        sent = time.perf_counter()
        os.write(self._fd, KEYS.get(key) or key.encode())
        chunk = self._read(timeout_s)
        if not chunk:
            raise TimeoutError(f"no answer to {key!r}")
        size = len(chunk)
        while chunk := self._read(AFTER_FRAME_S if chunk.endswith(_FRAME_ENDS) else QUIET_S):
            size += len(chunk)
        self._last = self._came[-1][0]
        return Cost((self._last - sent) * 1000, size)

    def press_until(self, key: str, text: str, timeout_s: float = 60) -> float:
        """Send a key; milliseconds until `text` is on the screen, in any frame. Raises as `wait_for` does."""
        sent = self._send(key)
        took_ms = self.wait_for(text, timeout_s, quiet_s=2 * FRAME_S) - (sent - self._started) * 1000
        self._last = time.perf_counter()
        return took_ms

    def press_and_time(
        self, key: str, line: int, first: str, then: str, timeout_s: float = 60
    ) -> tuple[float, float]:
        """Send a key; milliseconds until `first` is on this line of the screen, and until `then` is anywhere as well."""
        sent, end = self._send(key), time.monotonic() + timeout_s
        took_ms: list[float] = []
        while len(took_ms) < 2:
            if not self._came and not self._read(end - time.monotonic()):
                raise TimeoutError(
                    f"no {first!r} and {then!r} on the screen:\n" + "\n".join(self._screen.display)
                )
            self._read_all(QUIET_S)
            while self._came and len(took_ms) < 2:
                came_ms = (self._look_at_next() - sent) * 1000
                shown = self._shown()
                if not took_ms and first in self._lines[line]:
                    took_ms.append(came_ms)
                if took_ms and then in shown:
                    took_ms.append(came_ms)
        self._read_all(2 * FRAME_S)
        self._last = time.perf_counter()
        return took_ms[0], took_ms[1]

    def _send(self, key: str) -> float:
        self._settle()
        while self._came:
            self._look_at_next()
        sent = time.perf_counter()
        os.write(self._fd, KEYS.get(key) or key.encode())
        return sent

    def line_of(self, text: str) -> int:
        """The number of the first line of the screen that has `text`. Raises `StopIteration`."""
        while self._came:
            self._look_at_next()
        self._shown()
        return next(y for y, line in enumerate(self._lines) if text in line)

    def leave(self, key: str) -> None:
        """Send the key that ends the program, and read until it has ended."""
        os.write(self._fd, key.encode())
        while self._read(60):
            pass

    @property
    def memory_mib(self) -> float:
        """Resident memory of the program (Linux)."""
        with open(f"/proc/{self._pid}/statm") as statm:  # noqa: PTH123
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _look_at_next(self) -> float:
        """Adds the next output to the screen. Returns when it came."""
        came, chunk = self._came.pop(0)
        self._stream.feed(chunk)
        return came

    def _shown(self) -> str:
        """The screen's text. Only lines drawn since are assembled again, because assembling all would take longer than a frame."""
        screen = self._screen
        for y in screen.dirty:
            self._lines[y] = "".join(screen.buffer[y][x].data for x in range(screen.columns))
        screen.dirty.clear()
        return "\n".join(self._lines)

    def _settle(self) -> None:
        """Drops what is still being drawn for the previous key, so that it does not count as the answer to this one."""
        time.sleep(max(0, self._last + FRAME_S - time.perf_counter()))
        self._read_all(0)

    def _read_all(self, quiet_s: float) -> None:
        while self._read(quiet_s):
            pass

    def _read(self, timeout_s: float) -> bytes:
        if not select.select([self._fd], [], [], max(0, timeout_s))[0]:
            return b""
        try:
            chunk = os.read(self._fd, 1 << 16)
        except OSError:  # how Linux says that the program has ended
            return b""
        self._came.append((time.perf_counter(), chunk))
        if _ASKS_FOR_FRAMES in chunk:
            os.write(self._fd, _FRAMES)
        return chunk

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)
