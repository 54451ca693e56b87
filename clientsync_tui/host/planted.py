"""Refuses what another user has planted in a shared folder in place of what the program expects there."""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .file_permissions import AS_IT_IS, way
from .on_posix import USERS

BESIDE = ("-wal", "-shm", "-journal")
"""SQLite's files beside a database. It opens them by name, and would wait forever for a pipe."""


def resolved(path: Path) -> Path:
    """Where `path` leads without passing another user's link; the target may be missing.

    A user's link to their own file is followed, because they could have put the file there instead.
    Raises OSError, whose strerror says which link is not followed.
    """
    if not USERS:
        return Path(os.path.realpath(path))
    real, owner, links = path.absolute(), None, list[tuple[Path, int]]()
    for step, found in way(path):
        if found is not None and stat.S_ISLNK(found.st_mode):
            if found.st_uid not in {os.geteuid(), 0}:
                links.append((step, found.st_uid))
        else:
            real, owner = step, None if found is None else found.st_uid
    for link, whose in links:
        if whose != owner:
            raise OSError(errno.EPERM, f"{link} is a symbolic link of another user, which is not followed")
    return real


def refuse_planted(database: Path) -> None:
    """Raises OSError that names the file, if `database` is not a file, or SQLite would open something beside it that it did
    not create.

    A colleague's own group is fine: SQLite creates these files with whatever group their folder gives.
    """
    found = _lstat(database)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, f"{database} is not a regular file. Move it away")
    sharers = (
        {os.geteuid(), 0, found.st_uid} if USERS and found and not found.st_mode & stat.S_IWGRP else None
    )
    for ending in BESIDE:
        path = database.with_name(database.name + ending)
        if (part := _lstat(path)) is None:
            continue
        _refuse(path, part)
        if sharers is not None and part.st_uid not in sharers:
            raise OSError(errno.EPERM, f"{path} belongs to a user who does not share it. Move it away")


@contextmanager
def opened(path: Path) -> Generator[int]:
    """Opens a file for reading without following a link. Raises OSError unless it is a regular file with a single name."""
    try:
        fd = os.open(path, os.O_RDONLY | AS_IT_IS)
    except OSError:
        if path.is_symlink():
            raise OSError(errno.ELOOP, f"{path} is a symbolic link, which is not followed") from None
        raise
    try:
        _refuse(path, os.fstat(fd))
        yield fd
    finally:
        os.close(fd)


def _refuse(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, f"{path} is a symbolic link, which is not followed. Move it away")
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, f"{path} is not a regular file. Move it away")
    if USERS and found.st_nlink > 1:
        raise OSError(errno.EMLINK, f"{path} has a second name (a hard link). Remove one of the two names")


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
