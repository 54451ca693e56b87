"""What applies to every test: a busy machine must not make one fail, and none touches the tester's own folders."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

# Hundreds of processes are started, and each would compile the program again if it could not save the result. Before
# the next imports, because pytest compiles Hypothesis in its own way: a second for each worker.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The first connection needs it. If that is one of a test that acts as another user, who can't read Python's own files, Python
# remembers that it is missing.
import encodings.idna  # noqa: E402, F401

COLLECT_EVERY = 500_000
"""Objects created between two garbage collections. With Python's usual 700, collecting takes a fifth of a screen test's
time, and of the time to find all tests.
"""
gc.set_threshold(COLLECT_EVERY)

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

MEMORY = Path("/dev/shm")
ROOM = 2 << 30


def _holds_the_tests() -> bool:
    """Whether the folder in memory has room for what several runs write, and allows programs to be started from it."""
    return (
        MEMORY.is_dir()
        and os.access(MEMORY, os.W_OK | os.X_OK)
        and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
        and shutil.disk_usage(MEMORY).free > ROOM
    )


# Every saved change waits for the disk, and the tests save thousands: on a slow disk, a third of their time.
if "TMPDIR" not in os.environ and _holds_the_tests():
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# The contents of the tester's own folders must not matter.
_data = tempfile.TemporaryDirectory(prefix="clientsync-tests-")
os.environ["XDG_DATA_HOME"] = _data.name

# Tests only call this host. The system's certificates, which take 50 ms to read, are read only by tests about
# them.
_certificates = tempfile.TemporaryDirectory(prefix="clientsync-tests-")
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = _certificates.name

# A process started in a shell's background ignores ctrl+c, and so would every process that the tests start and
# interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

OPEN_FILES = "/dev/fd"
MOST_MORE = 150
"""File descriptors: what tests leave open is closed by garbage collection, long before a worker runs out of them."""


def pytest_collection(session: pytest.Session) -> None:
    """Each worker starts with a different folder, so that on a fresh copy no two compile the same modules."""
    config = session.config
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    if config.args == config.getini("testpaths"):
        folders = sorted(str(path) for path in Path(__file__).parent.iterdir() if any(path.glob("test_*.py")))
        start = int(number) * len(folders) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        config.args = [*folders[start:], *folders[:start], *map(str, Path(__file__).parent.glob("test_*.py"))]


def pytest_collection_finish() -> None:
    """Imported objects stay, so there is no point in checking them. The little garbage among them may stay too."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests start first. The others run in the same order in each worker."""
    items.sort(key=lambda item: (item.get_closest_marker("long") is None, str(item.path)))


def pytest_runtest_setup() -> None:
    """Before each test, because an app sets this itself."""
    gc.set_threshold(COLLECT_EVERY)
    if _open_files() > _still_open[0] + MOST_MORE:
        gc.collect()
        _still_open[0] = _open_files()


_still_open = [0]
"""How many were open after they were collected."""


def _open_files() -> int:
    try:
        return len(os.listdir(OPEN_FILES))  # noqa: PTH208  (a Path for each takes longer than a small test)
    except FileNotFoundError:
        return 0
