"""Knows whether anyone has the practice open: they all hold a shared lock on a file beside it, and replacing the practice's
file takes an exclusive one.

The kernel keeps the lock while the process lives, so nobody needs another's process number. Windows doesn't need this, because
it replaces no open file.
"""

import contextlib
import os
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ...host.beside import POLL_S, beside, give, make, owner_of
from ...host.file_permissions import AS_IT_IS
from ...host.on_posix import module
from ...practice.trouble import UsageError

REPLACED_WITHIN_S = 10.0
"""How long opening waits for a restore or repair to end."""


def share(database: Path) -> int | None:
    """Records that this process has `database` open, until the descriptor is closed or the process ends; None if nothing is
    needed.

    Raises UsageError while someone replaces the file, OSError if the lock can't be used.
    """
    fcntl = module("fcntl")
    if fcntl is None:
        return None
    fd = _locked(database, fcntl.LOCK_SH, REPLACED_WITHIN_S)
    if fd is None:
        raise UsageError(
            f"The practice's database {database} is being restored or repaired by another process. Try again later."
        )
    return fd


def is_being_replaced(database: Path) -> bool:
    """Whether another process now holds the file exclusively."""
    fcntl = module("fcntl")
    if fcntl is None or not database.exists():
        return False
    fd = _locked(database, fcntl.LOCK_SH, 0)
    if fd is not None:
        os.close(fd)
    return fd is None


@contextmanager
def alone(database: Path) -> Generator[None]:
    """Keeps everyone else from opening `database`. Raises UsageError if someone has it open, OSError like `share`."""
    fcntl = module("fcntl")
    if fcntl is None:
        yield
        return
    fd = _locked(database, fcntl.LOCK_EX, 0)
    if fd is None:
        raise in_use()
    try:
        yield
    finally:
        os.close(fd)


def in_use() -> UsageError:
    """The error that the practice's file can't be replaced now."""
    return UsageError(
        "The practice is in use by another window or process. Close it first. Nothing was changed."
    )


def _locked(database: Path, how: int, within_s: float) -> int | None:
    ends = time.monotonic() + within_s
    path, owner = beside(database, ".in-use"), owner_of(database)
    while True:
        found = make(path, owner)
        fd = os.open(path, os.O_RDWR | AS_IT_IS)
        try:
            # Shared with a group after it was created: its owner opens it to the group.
            if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != owner.mode:
                give(fd, owner)
            if os.path.samestat(os.fstat(fd), found) and _flock(fd, how) and _is_at_its_place(fd, path):
                taken, fd = fd, -1
                return taken
        finally:
            if fd >= 0:
                os.close(fd)
        if time.monotonic() >= ends:
            return None
        time.sleep(POLL_S)


def _flock(fd: int, how: int) -> bool:
    fcntl = module("fcntl")
    if fcntl is None:
        return True
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at_its_place(fd: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(fd), path.lstat())
    return False
