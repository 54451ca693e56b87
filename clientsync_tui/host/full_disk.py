"""A full disk, or a shell that lets no file grow further: many errors mean this, and few say so."""

import errno
from contextlib import suppress
from pathlib import Path

from .on_posix import module
from .planted import BESIDE

LEAST_BYTES = 2**20
"""With less free space than this, SQLite fails in many ways: its log grows by pages, its shared memory by 32 KiB."""

SHARED_BYTES = 64 * 1024
"""If a file is closer than this to the maximum size, there may be no room for the shared memory, or for a page and its
header.
"""

NO_ROOM = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name))

AT_LIMIT = "the file would be larger than the limit of this shell allows (`ulimit -f`). Raise the limit, then try again."


def has_no_room(folder: Path) -> bool:
    """Whether the disk with `folder` is full, as far as we can tell (a quota doesn't show)."""
    # Imported here so that not every start pays for it.
    import shutil

    try:
        return shutil.disk_usage(folder).free < LEAST_BYTES
    except OSError:
        return False


def make_room(folder: Path) -> str:
    """What happened, and what to do about it."""
    return f"the disk is full. Make room on the disk with {folder}, then try again."


def in_words(error: OSError, folder: Path | None = None) -> str:
    """What the error says, with its full stop; if a file in `folder` could not grow, also what to do about that."""
    if error.errno == errno.EFBIG:
        return AT_LIMIT
    if folder is not None and error.errno in NO_ROOM:
        return make_room(folder)
    return f"{error.strerror or error}."


def why_no_growth(file: Path) -> str | None:
    """Why `file` and its log can't grow and what to do; None if they can. SQLite has a single error for this and much else."""
    if has_no_room(file.parent):
        return make_room(file.parent)
    return AT_LIMIT if _is_at_limit(file) else None


def _is_at_limit(file: Path) -> bool:
    resource = module("resource")
    if resource is None:
        return False
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if limit == resource.RLIM_INFINITY:
        return False
    # Together, because the log is copied into the file, and a copy of the file contains both.
    size = 0
    for ending in ("", *BESIDE):
        with suppress(OSError):
            size += file.with_name(file.name + ending).stat().st_size
    return size + SHARED_BYTES > limit
