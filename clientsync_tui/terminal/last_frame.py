"""The client list as last drawn, shown at the next start before anything heavy is imported.

The frame is shown only if nothing can have changed: same practice, configuration, program, terminal, size and settings, a database
that nobody has written to, and no status that has changed with time. It is as private as the database: only its owner can read the file,
and it is shown only to someone who can read the database. Doesn't import Textual, which takes ten times as long as this.
"""

import json
import os
import signal
import stat
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, cast

ENTER, LEAVE = "\x1b[?1049h\x1b[?7l\x1b[?25l", "\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l"
CONCEAL, REVEAL = "\x1b[8m", "\x1b[m"
"""Keys typed before the app reads them would be echoed by the terminal; this hides them."""
MOST_BYTES = 1 << 20
VARIABLES = (
    "TERM", "TERM_PROGRAM", "COLORTERM", "COLORFGBG", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE", "LC_TIME", "LC_NUMERIC",
    "LANGUAGE", "TZ", "SSH_CONNECTION", "SSH_TTY", "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PYTHON_KEYRING_BACKEND",
)  # fmt: skip
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
FileState = tuple[int, int, int, int] | None
"""Device, inode, size and modification time; None: the file is missing or empty."""


class LastFrame(NamedTuple):
    """`files`: the state of every file that the frame depends on, the database first. `until`: seconds since 1970."""

    about: list[str]
    size: tuple[int, int]
    files: dict[str, FileState]
    until: float
    text: str


class Shown:
    """Whether the last frame is on the screen. `arguments`: the command line's."""

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        self._arguments = arguments
        self.is_up = False

    def show(self) -> None:
        """Shows the last frame, if it is still true."""
        # Whatever is in the file: without a frame the program starts just as well, only a little later.
        with suppress(Exception):
            if (config := config_of(self._arguments)) is None or not _on_a_terminal():
                return
            frame = _read(path_for(config))
            if (
                frame.about == about(config)
                and frame.size == tuple(os.get_terminal_size(1))
                and _still_true(frame)
            ):
                height = frame.size[1]
                _write(f"{ENTER}{frame.text}\x1b[{height};1H{CONCEAL}")
                self.is_up = True
                for number in _ENDING:
                    signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _: object) -> None:
        """Restores the terminal if a signal ends the program before the app has started and can do so itself."""
        self.withdraw()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def taken_over(self) -> None:
        """Leaves the drawing to the app, which has started."""
        self.is_up = False
        for number in _ENDING:
            # By now the app may have its own handler.
            if signal.getsignal(number) == self._on_signal:
                signal.signal(number, signal.SIG_DFL)

    def withdraw(self) -> None:
        """Restores the terminal if the app did not start."""
        if self.is_up:
            self.is_up = False
            _write(LEAVE)


def config_of(arguments: Sequence[str]) -> Path | None:
    """The configuration that a plain start uses; None if the arguments ask for something else."""
    if not arguments:
        from ..config.folders import config_path

        return config_path()
    if len(arguments) == 2 and arguments[0] == "--config":
        return Path(os.path.abspath(arguments[1]))  # noqa: PTH100  (keeps links as they are)
    return None


def path_for(config: Path) -> Path:
    """Where a configuration's frame is saved: in the person's own data folder."""
    from ..config.folders import data_folder

    return data_folder() / f"last-frame-{sha256(os.fsencode(config)).hexdigest()[:16]}"


def about(config: Path) -> list[str]:
    """What must be the same for a frame to be true, besides files and size."""
    program = Path(__file__).parents[1]
    return [
        str(config),
        str(state_of(program / "__init__.py")),
        *(os.environ.get(name, "") for name in VARIABLES),
    ]


def state_of(path: Path) -> FileState:
    """A file's state."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) if found.st_size else None


def save(path: Path, frame: LastFrame) -> None:
    """Saves a frame for the next start, in a file that only its owner can read. If that is impossible, there is no frame."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(json.dumps(frame._asdict()))
        new.replace(path)


def _read(path: Path) -> LastFrame:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise ValueError
        values = cast("dict[str, Any]", json.loads(file.read(MOST_BYTES)))
    files = {name: tuple(state) if state else None for name, state in values["files"].items()}
    return LastFrame(
        values["about"], tuple(values["size"]), files, float(values["until"]), str(values["text"])
    )


def _still_true(frame: LastFrame) -> bool:
    database = next(iter(frame.files))
    return (
        time.time() < frame.until
        and os.access(database, os.R_OK | os.W_OK)
        and all(state_of(Path(name)) == state for name, state in frame.files.items())
    )


def _on_a_terminal() -> bool:
    silent = os.environ.get("TERM", "") in ("", "dumb")
    return not silent and not os.environ.get("TEXTUAL_DRIVER") and os.isatty(0) and os.isatty(1)


def _write(text: str) -> None:
    sys.stdout.flush()
    data = text.encode()
    while data:
        data = data[os.write(1, data) :]
