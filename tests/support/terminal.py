"""The program in a real pseudo-terminal, with a terminal emulator that reads its screen."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from tests.support.process import Process

PATIENCE_S = 60
UNSET = (
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "SSH_CONNECTION",
    "SSH_TTY",
    "TMUX",
    "STY",
    "COLORFGBG",
    "VTE_VERSION",
    "TERM_PROGRAM",
    "LC_TERMINAL",
)


class Terminal:
    """`with Terminal("--config", FILE) as terminal`: runs `clientsync` with these arguments, and kills it at the end."""

    def __init__(
        self,
        *words: str,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        typed: bytes = b"",
        answers: Mapping[bytes, bytes] | None = None,
        code: str | None = None,
        fresh: bool = False,
    ) -> None:
        """`typed`: what is typed before the program starts. `answers`: what the terminal replies to queries."""
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self._answers = dict(answers or {})
        env = {k: v for k, v in os.environ.items() if k not in UNSET}
        env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(environment or {})}
        env.pop("LC_ALL", None)
        self.fd, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        if typed:
            os.write(self.fd, typed)
        if code or fresh:
            rest = ["-c", code] if code else ["-m", "clientsync_tui", *words]
            self.process: Process | subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, *rest], env=env, preexec_fn=partial(os.login_tty, terminal)
            )
        else:
            self.process = Process(words, env=env, stdin=terminal, terminal=True)
        os.close(terminal)

    def read(self, quiet_s: float = 0.05) -> bytes:
        """Reads until nothing has come for this long."""
        came = b""
        while select.select([self.fd], [], [], quiet_s)[0]:
            try:
                chunk = os.read(self.fd, 1 << 16)
            except OSError:  # how Linux says that the program has ended
                break
            if not chunk:
                break
            came += chunk
            for asked, answer in list(self._answers.items()):
                if asked in chunk:
                    os.write(self.fd, answer)
        self.written += came
        self._stream.feed(came)
        return came

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, condition: "str | Callable[[], object]") -> None:
        """Reads until the text is on the screen, or the condition holds."""
        end = time.monotonic() + PATIENCE_S
        while not (condition in self.text if isinstance(condition, str) else condition()):
            if time.monotonic() > end:
                raise AssertionError(f"{condition!r} did not come true; the screen is\n{self.text}")
            self.read()

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def hang_up(self) -> None:
        """Simulates a lost connection."""
        os.close(self.fd)
        self.fd = -1

    def state(self) -> str:
        """The process's state as Linux names it: R, S, T (stopped), Z ..."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2][0]

    def end(self, within_s: float = PATIENCE_S) -> int:
        """Waits until it ends. Returns the exit status (negative: the signal)."""
        until = time.monotonic() + within_s
        while (status := self.process.poll()) is None:
            if time.monotonic() > until:
                raise AssertionError(f"it did not end within {within_s} s; the screen is\n{self.text}")
            if self.fd >= 0:
                self.read(0.02)
            else:
                time.sleep(0.02)
        if self.fd >= 0:
            self.read()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        if self.fd >= 0:
            os.close(self.fd)
