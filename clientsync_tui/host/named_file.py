"""Writes files that the user named: completely or not at all, readable only by that user, and never through another user's
link.
"""

import errno
import os
import stat
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..practice.trouble import Trouble, UsageError
from .file_permissions import MOST_LINKS
from .full_disk import in_words
from .leftovers import TEMPORARY
from .on_posix import USERS

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_BY_FOLDER = os.open in os.supports_dir_fd
"""Whether files can be opened relative to an open folder, so that nobody can swap a folder of the path meanwhile (not on
Windows).
"""


class OwnFiles(NamedTuple):
    """The program's own files, which no export or backup may replace.

    `families`: files, and everything named after them (`practice.db-wal`, `practice.db.lock`). `folders`: everything inside
    them.
    """

    files: tuple[Path, ...] = ()
    families: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()


class _Place(NamedTuple):
    """An open folder and a name in it; on Windows no folder, and the whole path as the name.

    `is_open`: the name is a pipe or device that a process of this user has open, such as `/dev/stdout`: a link that leads
    to no path.
    """

    folder: int | None
    name: str
    is_open: bool = False


def named(text: str) -> Path:
    """The named file; `~` is the home folder. Raises UsageError if it can't be a file name."""
    try:
        path = Path(text.strip()).expanduser()
    except RuntimeError:
        raise UsageError(f"{text}: there is no such user's home folder.") from None
    if "\0" in text:
        raise UsageError("A file name can't contain a null character.")
    return path


def replaces(path: Path, own: OwnFiles) -> bool:
    """Whether writing `path` would replace a file.

    Raises UsageError if `path` must not be written, because it is one of the program's own files, a folder, or behind another
    user's link. Trouble if it can't be written.
    """
    with _in_words(path), _found(path) as place:
        return not _is_stream(place) and _there(path, place, own) is not None


def refuse_device(path: Path) -> None:
    """Raises UsageError if `path` is a device, which stores nothing, or behind another user's link; Trouble like `writing`."""
    with _in_words(path), _found(path) as place:
        found = _stat(place)
    if found is not None and (stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode)):
        raise UsageError(f"{path} is a device, not a file.")


@contextmanager
def writing(path: Path, own: OwnFiles = OwnFiles(), *, replace: bool) -> Generator[BinaryIO]:  # noqa: B008  (a constant)
    """A stream whose bytes become the file at `path` if the block ends well; if not, nothing has changed.

    A new file is 0600; a replaced one keeps its mode. A device or a pipe is written to directly. Raises the same as `replaces`,
    and UsageError if a file exists and `replace` is False.
    """
    with _in_words(path), _found(path) as place:
        if _is_stream(place):
            with _stream(path, place) as file:
                yield file
            return
        former = _there(path, place, own)
        _may(path, former, replace)
        fresh = place._replace(name=_beside(place.name))
        handle = os.open(
            fresh.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600, dir_fd=fresh.folder
        )
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                if former is not None:
                    _like(file.fileno(), former)
                os.fsync(file.fileno())
            _may(path, _there(path, place, own), replace)
            os.replace(fresh.name, place.name, src_dir_fd=fresh.folder, dst_dir_fd=place.folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(fresh.name, dir_fd=fresh.folder)
            raise


@contextmanager
def _in_words(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise Trouble(f"{path} can't be written: {in_words(error, path.parent)}") from None


def _beside(name: str) -> str:
    return str(Path(name).with_name(f"{TEMPORARY}{os.urandom(8).hex()}"))


def _may(path: Path, former: os.stat_result | None, replace: bool) -> None:
    if former is not None and not replace:
        raise UsageError(f"{path} exists already.")


def _is_stream(place: _Place) -> bool:
    """Whether it is a device or a pipe, which can't be replaced."""
    found = _stat(place)
    return found is not None and not _is_file_or_folder(found)


def _is_file_or_folder(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)


@contextmanager
def _stream(path: Path, place: _Place) -> Generator[BinaryIO]:
    # Opening a pipe that nobody reads would wait forever.
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    handle = os.open(place.name, flags if place.is_open else flags | _NO_LINK, dir_fd=place.folder)
    with os.fdopen(handle, "wb") as file:
        found = os.fstat(handle)
        if _is_file_or_folder(found):
            raise OSError(errno.EAGAIN, "it was replaced by a file while being opened")
        if not place.is_open and _is_foreign(found):
            raise UsageError(f"{path} belongs to another user, who could read what you write to it.")
        if hasattr(os, "set_blocking"):
            os.set_blocking(handle, True)
        yield file


@contextmanager
def _found(path: Path) -> Generator[_Place]:
    """Where `path` leads. Raises UsageError for another user's link on the way, OSError for a missing folder."""
    if not _BY_FOLDER:
        yield _Place(None, str(path.resolve()))
        return
    place = _walked(path)
    try:
        yield place
    finally:
        os.close(place.folder or 0)


def _walked(path: Path) -> _Place:
    absolute = path.absolute()
    rest = [*reversed(absolute.parts[1:])] or ["."]
    folder, links = os.open(absolute.anchor, _FOLDER), 0
    try:
        while True:
            name = rest.pop()
            if not rest and _is_open_stream(_Place(folder, name)):
                return _Place(folder, name, is_open=True)
            goal = _goal(path, _Place(folder, name))
            if goal is not None:
                links += 1
                if links > MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
                parts = Path(goal).parts
                rest += reversed(parts[1:] if Path(goal).is_absolute() else parts)
                rest = rest or ["."]
                deeper = os.open("/", _FOLDER) if Path(goal).is_absolute() else folder
            elif not rest:
                return _Place(folder, name)
            else:
                deeper = os.open(name, _FOLDER, dir_fd=folder)
            if deeper != folder:
                os.close(folder)
                folder = deeper
    except BaseException:
        os.close(folder)
        raise


def _is_open_stream(place: _Place) -> bool:
    """Whether it is a link in /proc to a pipe or device that a process of this user has open."""
    found = _stat(place)
    if found is None or not stat.S_ISLNK(found.st_mode) or _is_foreign(found) or place.folder is None:
        return False
    with suppress(OSError):
        return os.fstat(place.folder).st_dev == os.stat("/proc").st_dev and _is_stream(  # noqa: PTH116
            place._replace(is_open=True)
        )
    return False


def _goal(path: Path, place: _Place) -> str | None:
    """A symbolic link's target; None if it is not a link. Raises UsageError if it is another user's."""
    found = _stat(place)
    if found is None or not stat.S_ISLNK(found.st_mode):
        return None
    if _is_foreign(found):
        raise UsageError(
            f"{path} leads through a symbolic link of another user ({place.name}), which is not followed."
        )
    goal = os.readlink(place.name, dir_fd=place.folder)
    again = _stat(place)
    if again is None or again.st_ino != found.st_ino:
        raise OSError(errno.EAGAIN, f"the symbolic link {place.name} was changed while being opened")
    return goal


def _stat(place: _Place) -> os.stat_result | None:
    try:
        return os.stat(place.name, dir_fd=place.folder, follow_symlinks=place.is_open)
    except FileNotFoundError:
        return None


def _there(path: Path, place: _Place, own: OwnFiles) -> os.stat_result | None:
    """What is at `path` now, None if nothing is. Raises UsageError for anything that must not be replaced."""
    if _is_own(place, own):
        raise UsageError(f"{path} is one of the program's own files. Choose another name.")
    found = _stat(place)
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise UsageError(
            f"{path} is a folder." if stat.S_ISDIR(found.st_mode) else f"{path} is not a regular file."
        )
    return found


def _is_own(place: _Place, own: OwnFiles) -> bool:
    parent = _identity(Path(place.name).parent.stat() if place.folder is None else os.fstat(place.folder))
    # Some filesystems don't distinguish case.
    name = Path(place.name).name.casefold()

    def beside(files: Iterable[Path]) -> Generator[str]:
        for file in {way for path in files for way in (path, Path(os.path.realpath(path)))}:
            with suppress(OSError):
                if _identity(file.parent.stat()) == parent:
                    yield file.name.casefold()

    if name in beside(own.files):
        return True
    if any(name == base or name.startswith((f"{base}.", f"{base}-")) for base in beside(own.families)):
        return True
    return any(folder.exists() and _identity(folder.stat()) == parent for folder in own.folders)


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _is_foreign(found: os.stat_result) -> bool:
    return USERS and found.st_uid not in {os.geteuid(), 0}


def _like(handle: int, former: os.stat_result) -> None:
    """Gives the new file the mode and group of the user's previous one. Another user's file passes on nothing."""
    if not USERS or former.st_uid != os.geteuid():
        return
    if os.fstat(handle).st_gid != former.st_gid:
        try:
            os.fchown(handle, -1, former.st_gid)
        except OSError:
            return
    os.fchmod(handle, stat.S_IMODE(former.st_mode) & 0o777)
