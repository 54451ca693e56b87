"""A disk without room: many errors mean it, and few say so."""

import errno
from pathlib import Path

LEAST_BYTES = 2**20
"""Below this SQLite fails in many ways: its log grows by pages, what its processes share by 32 KiB."""

NO_ROOM = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name))


def has_no_room(folder: Path) -> bool:
    """Whether the disk that holds `folder` is full, as far as that can be known (a quota does not show)."""
    # Imported here, because every start would pay for it.
    import shutil

    try:
        return shutil.disk_usage(folder).free < LEAST_BYTES
    except OSError:
        return False


def make_room(folder: Path) -> str:
    """What happened, and what to do about it."""
    return f"the disk is full. Make room on the disk with {folder}, then try again."
