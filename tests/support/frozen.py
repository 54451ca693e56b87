"""A clock that stands still, and the same terminal, time zone and user on every machine."""

import importlib
import os
import pkgutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Any
from unittest.mock import patch

import clientsync_tui

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
ELSEWHERE = (
    "COLORFGBG",
    "COLORTERM",
    "DISPLAY",
    "FORCE_COLOR",
    "LANG",
    "LC_TIME",
    "NO_COLOR",
    "PYTHON_KEYRING_BACKEND",
    "SSH_CLIENT",
    "SSH_CONNECTION",
    "SSH_TTY",
    "TMUX",
    "WAYLAND_DISPLAY",
)
"""What this machine's environment says about its terminal and desktop."""
PINNED = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "TEXTUAL_ANIMATIONS": "none",
}


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)

    def __eq__(cls, other: object) -> bool:
        # Type hints use the real one, and some modules look for `datetime` among them.
        return other is cls or other is datetime

    def __hash__(cls) -> int:
        return hash(datetime)


class Frozen(datetime, metaclass=_AnyDatetime):
    """What the program's modules see as `datetime` while the clock stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return NOW.astimezone(tz)


@contextmanager
def frozen_clock() -> Iterator[None]:
    """The program's clock stands at NOW. The sandbox keeps real time, by which tokens are verified."""
    # A module imported later would keep the frozen clock.
    for module in pkgutil.walk_packages(clientsync_tui.__path__, "clientsync_tui."):
        if not module.name.startswith(("clientsync_tui.cli", "clientsync_tui.__main__")):
            importlib.import_module(module.name)
    clocks = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("clientsync_tui.")
        and not name.startswith("clientsync_tui.sandbox")
        and getattr(module, "datetime", None) is datetime
    ]
    for module in clocks:
        vars(module)["datetime"] = Frozen
    try:
        yield
    finally:
        for module in clocks:
            vars(module)["datetime"] = datetime


@contextmanager
def pinned_machine() -> Iterator[None]:
    """The same time zone, locale, terminal and user everywhere."""
    with patch.dict(os.environ, PINNED), patch("clientsync_tui.host.this_user.login", lambda: "ann"):
        for name in set(ELSEWHERE) - set(PINNED):
            os.environ.pop(name, None)
        time.tzset()
        try:
            yield
        finally:
            os.environ.pop("TZ")
    time.tzset()
