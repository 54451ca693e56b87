"""What the terminal can do. Doesn't import Textual, which reads its settings on import."""

import os
import re
import select
import sys
import time
from collections.abc import Mapping, MutableMapping
from types import TracebackType

from ..host.on_posix import module

ASK_BACKGROUND = b"\x1b]11;?\x1b\\"
ASK_WHO = b"\x1b[c"
"""Nearly every terminal answers this, so after this answer we no longer wait for one about the background."""
BACKGROUND = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)[^\x07\x1b]*(?:\x07|\x1b\\)"
)
WHO = re.compile(rb"\x1b\[\?[0-9;]*c")
PATIENCE_S, PATIENCE_OVER_SSH_S = 0.1, 1.0
SILENT = frozenset({"", "dumb", "linux", "unknown", "vt100", "vt220"})
"""Terminals that are not asked because they don't answer."""
FRAMES_OVER_SSH = "15"


def over_ssh(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def few_colours(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal has at most 16 colours, so that its own palette is used."""
    term = environment.get("TERM", "")
    many = ("256color", "direct", "kitty", "ghostty", "alacritty", "foot", "wezterm")
    return not any(word in term for word in many) and environment.get("COLORTERM", "") not in (
        "truecolor",
        "24bit",
    )


def ascii_only(setting: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to draw marks in plain ASCII: by setting, on the Linux console, or if the locale is not UTF-8."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    utf8 = "utf-8" in locale.lower() or "utf8" in locale.lower()
    return (
        setting
        or environment.get("TERM") == "linux"
        or (bool(locale) and not utf8 and locale not in ("C", "POSIX"))
    )


def wants_mouse(setting: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to request mouse reports. By default not over SSH, where every movement would be sent."""
    return setting == "on" or (setting == "auto" and not over_ssh(environment))


def is_gone() -> bool:
    """Whether the connection to the terminal is gone."""
    termios = module("termios")
    if termios is None:
        return False
    try:
        termios.tcgetattr(sys.stdin.fileno())
    except termios.error:
        return True
    return False


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets what Textual reads on import: no animation, fewer frames over SSH, colours according to the terminal's name."""
    for name in [name for name, value in environment.items() if not value]:
        # An empty variable counts as not set, but Textual asks only whether there is one.
        if name == "NO_COLOR" or name.startswith("TEXTUAL_"):
            del environment[name]
    environment.setdefault("TEXTUAL_ANIMATIONS", "none")
    if over_ssh(environment):
        environment.setdefault("TEXTUAL_FPS", FRAMES_OVER_SSH)
    if not few_colours(environment) and "256color" not in environment.get("TERM", ""):
        # Rich recognises only some terminals by name.
        environment.setdefault("TEXTUAL_COLOR_SYSTEM", "auto" if environment.get("COLORTERM") else "256")
    if _has_size():
        # Textual believes these first, though they may be of another terminal, and never change.
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)


def _has_size() -> bool:
    """Whether the terminal says how large it is."""
    try:
        return all(os.get_terminal_size(1))
    except OSError:
        return False


class AskedBackground:
    """Asks the terminal whether it is light or dark while the program starts.

    Keeps what is typed meanwhile in `typed`. If something was typed before, it doesn't ask, because input and answer would mix.
    Use it as a context manager. It restores the terminal, and always waits for the answer, which would otherwise be read as keys.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.typed = b""
        self._fd = -1
        self._before: list[int | list[bytes | int]] | None = None
        self._environment = environment
        self._light: bool | None = None

    def __enter__(self) -> "AskedBackground":
        # The Windows console doesn't report its background.
        termios, tty = module("termios"), module("tty")
        if self._environment.get("TERM", "") in SILENT or self._environment.get("NO_COLOR"):
            return self
        if termios is None or tty is None:
            return self
        try:
            self._fd = sys.stdin.fileno()
            if not os.isatty(self._fd) or os.tcgetpgrp(self._fd) != os.getpgrp():
                return self
            self._before = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd, termios.TCSADRAIN)
            if select.select([self._fd], [], [], 0)[0]:
                self._restore()
                return self
            os.write(sys.stdout.fileno(), ASK_BACKGROUND + ASK_WHO)
        except (OSError, ValueError, termios.error):
            self._restore()
        patience = PATIENCE_OVER_SSH_S if over_ssh(self._environment) else PATIENCE_S
        self._until = time.monotonic() + patience
        return self

    def is_light(self) -> bool | None:
        """Whether the background is light; None: the terminal did not answer. Waits for the answer, which ends the
        exchange.
        """
        if self._before is not None:
            try:
                self._read()
            finally:
                self._restore()
        return self._light

    def _read(self) -> None:
        answer = b""
        while not WHO.search(answer):
            left = self._until - time.monotonic()
            # Read what has arrived, even after the time limit.
            if not select.select([self._fd], [], [], max(0.0, left))[0]:
                break
            more = os.read(self._fd, 1024)
            if not more:
                break
            answer += more
        if found := BACKGROUND.search(answer):
            self._light = lightness(*found.groups()) > 0.5
        self.typed = WHO.sub(b"", BACKGROUND.sub(b"", answer, count=1), count=1)

    def _restore(self) -> None:
        if self._before is not None:
            before, self._before = self._before, None
            termios = module("termios")
            assert termios is not None
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_light()


def lightness(red: bytes, green: bytes, blue: bytes) -> float:
    """How light a colour is, from 0 to 1. Its components are hexadecimal numbers of any length, as in X11."""
    parts = [int(part, 16) / (16 ** len(part) - 1) for part in (red, green, blue)]
    return sum(part * weight for part, weight in zip(parts, (0.299, 0.587, 0.114), strict=True))
