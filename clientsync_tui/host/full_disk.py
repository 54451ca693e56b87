"""A disk without room, or a shell that lets no file grow further: many errors mean it, and few say so."""

import errno
from contextlib import suppress
from pathlib import Path

from .on_posix import module
from .planted import BESIDE

LEAST_BYTES = 2**20
"""Below this SQLite fails in many ways: its log grows by pages, what its processes share by 32 KiB."""

SHARED_BYTES = 64 * 1024
"""A file that is closer than this to the largest allowed may not grow by what its processes share, or by a page and its header."""

NO_ROOM = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name))

AT_LIMIT = "the file would be larger than the limit of this shell allows (`ulimit -f`). Raise the limit, then try again."


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


def in_words(error: OSError, folder: Path | None = None) -> str:
    """What the error says, with its full stop; where a file in `folder` could not grow, what to do about it, too."""
    if error.errno == errno.EFBIG:
        return AT_LIMIT
    if folder is not None and error.errno in NO_ROOM:
        return make_room(folder)
    return f"{error.strerror or error}."


def why_no_growth(file: Path) -> str | None:
    """Why `file` and its log can't grow, and what to do; None if they can. SQLite has one error for this and much else."""
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
    # Together: the log is copied into the file, and a copy of the file has both.
    size = 0
    for ending in ("", *BESIDE):
        with suppress(OSError):
            size += file.with_name(file.name + ending).stat().st_size
    return size + SHARED_BYTES > limit
