"""What holds for every test: a busy machine fails no property, and no one's own folders are touched."""

import gc
import os
import signal
import sys
import tempfile

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Hundreds of processes are started: each would compile the program again where it may not keep what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What a person's own folder holds is no one's who runs the tests.
_data = tempfile.TemporaryDirectory(prefix="clientsync-tests-")
os.environ["XDG_DATA_HOME"] = _data.name

# Started in a shell's background, a process ignores ctrl+c. So would every process that the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

COLLECT_EVERY = 50_000
"""Objects made between two garbage collections. With Python's usual 700, collecting takes a fifth of a screen test's time."""


def pytest_collection_finish() -> None:
    """Imported objects stay, so there is no point in collecting them."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests begin first."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_runtest_setup() -> None:
    """Before each test, because an app sets it for itself."""
    gc.set_threshold(COLLECT_EVERY)
