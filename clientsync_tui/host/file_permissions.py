"""Protects secrets on a host with other users: files that contain them or say where they are sent, and this process's own
memory.
"""

import errno
import os
import stat
import sys
from collections.abc import Generator
from pathlib import Path

from .on_posix import USERS, module
from .whole_file import AT_ONCE, read_opened

# Flags for opening: no symbolic link is followed, and no pipe is waited for.
AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

MOST_LINKS = 40
"""The number of links that Linux follows in one path."""

_PR_SET_DUMPABLE = 4
_FOREIGN = "it belongs to another user"


def read_secret(path: Path, most: int, *, owner: bool = True) -> bytes:
    """At most `most` bytes of a file that only its owner can read. `owner`: whether that must be this user.

    Raises OSError, whose strerror says what is wrong with the file and what to do.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link, which is not followed for secrets")
    if owner:
        refuse_changeable(path.parent)
    with os.fdopen(os.open(path, os.O_RDONLY | AS_IT_IS), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if owner and (wrong := _exposed(found, 0o077)):
            raise OSError(errno.EPERM, f"{wrong}: `chmod 600 {path}`")
        return file.read(most)


def read_unchangeable(path: Path, most: int) -> bytes:
    """The whole content of a file that no other user of this host could have changed. Raises OSError like
    `refuse_changeable`, and if it is larger than `most` bytes or can't be read.
    """
    refuse_changeable(path)
    with os.fdopen(os.open(path, AT_ONCE), "rb") as file:
        _refuse(path, os.fstat(file.fileno()))
        data = read_opened(file.fileno(), most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 1_000_000} MB")
    return data


def refuse_changeable(path: Path) -> None:
    """Raises OSError if another user of this host could change the file or put another in its place: through the file
    itself, a symbolic link that leads to it, or a folder on the way. A missing file belongs to nobody. Each step is checked
    before the next, so that nobody can swap a step that passed.
    """
    for step, found in way(path):
        if found is None:
            return
        _refuse(step, found)


def _refuse(path: Path, found: os.stat_result) -> None:
    wrong = _exposed(found, 0o022)
    if wrong == _FOREIGN:
        raise OSError(errno.EPERM, f"{path} belongs to another user")
    if wrong:
        raise OSError(errno.EPERM, f"{wrong}: `chmod go-w {path}`")


def way(path: Path) -> Generator[tuple[Path, os.stat_result | None]]:
    """Every folder and symbolic link on the way to `path`, from the root, and what is at the end; None for a missing step.
    The last step that is not a link is where `path` leads. Raises OSError if a link changes meanwhile.
    """
    rest, here, links = [*reversed(path.absolute().parts)], Path(), 0
    while rest:
        step = here / rest.pop()
        if step.name == "..":
            here = here.parent
            continue
        found = _lstat(step)
        yield step, found
        if found is None or not stat.S_ISLNK(found.st_mode):
            here = step
            continue
        links += 1
        if links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        rest += reversed(step.readlink().parts)
        again = _lstat(step)
        if again is None or not os.path.samestat(found, again):
            raise OSError(errno.EAGAIN, f"the symbolic link {step} was changed while being opened")


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def make_folder(path: Path) -> None:
    """Creates a folder and its missing parents, for this user only, whatever the umask."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)


def make_own_folder(path: Path) -> None:
    """Creates a folder for this user only. Raises OSError if someone else put a folder or a link in its place."""
    make_folder(path)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise OSError(errno.ENOTDIR, f"it is not a folder: `rm {path}`")
    if wrong := _exposed(found, 0o022):
        raise OSError(errno.EPERM, f"{wrong}: remove it")


def no_core_dumps() -> None:
    """As far as the platform allows, keeps crashes from writing this process's memory to disk, and this user's other
    processes from reading it.
    """
    resource = module("resource")
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        # The limit doesn't stop a core that the kernel pipes to a program (core(5)); this does, and ptrace as
        # well (prctl(2)).
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _exposed(found: os.stat_result, bits: int) -> str | None:
    """What is wrong with the owner or the mode; None if nothing is, or if the platform has other permissions (Windows)."""
    if not USERS:
        return None
    if found.st_uid not in {os.geteuid(), 0}:
        return _FOREIGN
    if stat.S_ISLNK(found.st_mode):
        # A link's own mode means nothing.
        return None
    mode = stat.S_IMODE(found.st_mode) & bits
    if stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX:
        # In a folder like /tmp, nobody can remove or replace another user's files.
        mode = 0
    if mode & 0o020 and not mode & ~0o020 and is_own_group(found.st_gid):
        return None
    if not mode:
        return None
    return "others can read it" if mode & 0o044 else "others can change it"


def is_own_group(gid: int) -> bool:
    """Whether a group belongs to this user only: some distributions give each user one, and set the umask to 002 for it."""
    grp, pwd = module("grp"), module("pwd")
    if grp is None or pwd is None:
        return False
    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    return user.pw_gid == gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}
