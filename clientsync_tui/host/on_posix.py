"""What only POSIX has. On Windows, files have no such owners and modes, and some of Python's modules and signals are
missing.
"""

import os
import signal
from functools import cache
from importlib import import_module
from types import ModuleType

USERS = hasattr(os, "geteuid")
"""Whether files have an owner, a group and a mode."""

SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
]
"""The signals that ask a program to end. SIGHUP: the connection to the terminal was lost."""


@cache
def module(name: str) -> ModuleType | None:
    """A module of Python's; None if it is not there."""
    try:
        return import_module(name)
    except ImportError:
        return None
