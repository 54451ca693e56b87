"""What only POSIX has: Windows has no owners and modes of files, and some of Python's modules and signals are not there."""

import os
import signal
from functools import cache
from importlib import import_module
from types import ModuleType

USERS = hasattr(os, "geteuid")
"""Whether files have an owner, a group and a mode."""

SIGHUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""The line to the terminal was cut."""

SIGNALS = [signal_ for signal_ in (signal.SIGINT, signal.SIGTERM, SIGHUP) if signal_ is not None]
"""Those that ask a program to end."""


@cache
def module(name: str) -> ModuleType | None:
    """A module of Python's; None if it is not there."""
    try:
        return import_module(name)
    except ImportError:
        return None
