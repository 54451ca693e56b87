"""Files beside the practice's database. They get its owner, group and mode, and links planted by other users are never
followed.

Anyone who shares the practice can put anything into its folder, even a link to someone else's file.
"""

import contextlib
import errno
import os
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .file_permissions import AS_IT_IS, is_own_group
from .on_posix import USERS, module
from .planted import resolved

POLL_S = 0.005
"""How often to retry a lock that someone else holds."""


class Owner(NamedTuple):
    """Who owns a file: user, group, and the mode for files beside it."""

    uid: int
    gid: int
    mode: int


def owner_of(database: Path) -> Owner:
    """The practice's owner. A group that can write to the database can also write to the files beside it; nobody else can."""
    found = resolved(database).lstat()
    return Owner(found.st_uid, found.st_gid, 0o660 if found.st_mode & stat.S_IWGRP else 0o600)


def myself() -> Owner:
    """Only this user, for files that are not beside a practice."""
    if not USERS:
        return Owner(0, 0, 0o600)
    return Owner(os.geteuid(), os.getegid(), 0o600)


def beside(database: Path, suffix: str) -> Path:
    """The file with that suffix beside the database, or beside its target if `database` is a link.

    Raises OSError if the link is another user's.
    """
    real = resolved(database)
    return real.with_name(real.name + suffix)


def make(path: Path, owner: Owner) -> os.stat_result:
    """Creates the file if it is missing, and checks an existing one.

    An existing file is not opened, because closing it would release the locks that SQLite holds on it in this process (fcntl(2)).
    Raises OSError, whose strerror says what is wrong with the file and what to do.
    """
    with contextlib.suppress(FileExistsError):
        os.close(_new(path, owner))
    found = path.lstat()
    _refuse_foreign(path, found, owner)
    return found


def give(path: int | Path, owner: Owner) -> None:
    """Gives a file or folder that this process has just created the right owner, group and mode, whatever the umask.

    Only root can give files away; others set the group if they are in it. A group other than the practice's gets no access.
    """
    mode = owner.mode
    if USERS:
        with contextlib.suppress(PermissionError):
            os.chown(path, owner.uid if os.geteuid() == 0 else -1, owner.gid)
        group = os.stat(path).st_gid  # noqa: PTH116  (a descriptor, too)
        if group != owner.gid and not is_own_group(group):
            mode &= ~0o070
    os.chmod(path, mode)  # noqa: PTH101  (a descriptor, too)


class Lock:
    """A lock on a file, visible to all processes on the host. It ends when it is released or its process ends. The kernel
    holds it, so process numbers don't matter, which would mean nothing in another PID namespace.
    """

    def __init__(self, path: Path, owner: Owner) -> None:
        self._path = path
        self._owner = owner
        self._fd: int | None = None

    def take(self, within_s: float) -> bool:
        """Takes the lock; False if someone else held it the whole time. Raises OSError if the file can't be used."""
        from filelock import lock_descriptor

        ends = time.monotonic() + within_s
        while True:
            fd = self._opened()
            try:
                if lock_descriptor(fd, blocking=False) and self._is_at_its_place(fd):
                    self._fd, fd = fd, -1
                    return True
            finally:
                if fd >= 0:
                    os.close(fd)
            if time.monotonic() >= ends:
                return False
            time.sleep(POLL_S)

    def let_go(self, *, remove: bool = False) -> None:
        """Releases the lock. `remove`: deletes the file too."""
        if self._fd is None:
            return
        fd, self._fd = self._fd, None
        if remove:
            # While holding it, so that a process that opened the file earlier can see that it is no longer in
            # place.
            with contextlib.suppress(OSError):
                self._path.unlink()
        os.close(fd)

    def _opened(self) -> int:
        while True:
            try:
                fd = os.open(self._path, os.O_RDWR | AS_IT_IS)
            except FileNotFoundError:
                with contextlib.suppress(FileExistsError):
                    return _new(self._path, self._owner)
                continue
            except OSError as error:
                raise _explained(self._path, error) from None
            try:
                _refuse_foreign(self._path, os.fstat(fd), self._owner)
            except OSError:
                os.close(fd)
                raise
            return fd

    def _is_at_its_place(self, fd: int) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(fd), self._path.lstat())
        return False


@contextmanager
def locked(path: Path, owner: Owner, within_s: float) -> Generator[None]:
    """Holds that file's lock. Raises OSError if someone else held it the whole time, or the file can't be used."""
    lock = Lock(path, owner)
    if not lock.take(within_s):
        raise OSError(errno.EAGAIN, f"another process has used {path} for {within_s:g} s")
    try:
        yield
    finally:
        lock.let_go()


def is_held(path: Path) -> bool:
    """Whether any process holds that file's lock. It doesn't take the lock, so others can."""
    try:
        fd = os.open(path, os.O_RDONLY | AS_IT_IS)
    except PermissionError:
        # Someone else created it, and may still be running.
        return True
    except OSError:
        return False
    try:
        return stat.S_ISREG(os.fstat(fd).st_mode) and not _is_free(fd)
    finally:
        os.close(fd)


def remove_left(path: Path, owner: Owner) -> None:
    """Removes the file of a lock whose holder was killed, unless someone holds it by now."""
    with contextlib.suppress(OSError):
        lock = Lock(path, owner)
        if lock.take(0):
            lock.let_go(remove=True)


def _is_free(fd: int) -> bool:
    fcntl = module("fcntl")
    if fcntl is None:
        from filelock import lock_descriptor

        return lock_descriptor(fd, blocking=False)
    try:
        # Shared, so that two processes that ask at once don't mistake each other for the holder.
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _new(path: Path, owner: Owner) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | AS_IT_IS, 0o600)
    try:
        give(fd if os.chmod in os.supports_fd else path, owner)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _refuse_foreign(path: Path, found: os.stat_result, owner: Owner) -> None:
    """Refuses files that don't belong to the people who share the practice. The errors name the file, because the message that contains
    them is often about the practice's database.
    """
    if stat.S_ISLNK(found.st_mode):
        raise _explained(path, OSError(errno.ELOOP, ""))
    if not stat.S_ISREG(found.st_mode):
        raise _not_a_file(path)
    if not USERS:
        return
    if found.st_nlink > 1:
        raise OSError(errno.EMLINK, f"{path} has a second name (a hard link): `rm {path}`")
    if found.st_uid not in {os.geteuid(), 0, owner.uid} and found.st_gid != owner.gid:
        raise OSError(errno.EPERM, f"{path} belongs to a user who does not share the practice: `rm {path}`")


def _explained(path: Path, error: OSError) -> OSError:
    # Some systems use another number for this (FreeBSD: EMLINK).
    if error.errno in {errno.ELOOP, errno.EMLINK}:
        return OSError(error.errno, f"{path} is a symbolic link, which is not followed: `rm {path}`")
    # A folder or a socket can't be opened at all.
    if error.errno in {errno.EISDIR, errno.ENXIO, errno.EOPNOTSUPP}:
        return _not_a_file(path)
    return error


def _not_a_file(path: Path) -> OSError:
    return OSError(errno.EINVAL, f"{path} is not a regular file. Move it away")
