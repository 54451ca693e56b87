"""A folder opened without following a link: everything happens in that folder, even if someone swaps it meanwhile."""

import contextlib
import errno
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from ...host.file_permissions import AS_IT_IS

_HAS_DESCRIPTORS = {os.open, os.stat, os.unlink, os.rename} <= os.supports_dir_fd


class OpenedFolder:
    """Use as a context manager. Its methods take names of files in it, and no link is followed."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, whose strerror says what is wrong and what to do."""
        self.path = path
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise OSError(errno.ELOOP, f"{path} is a symbolic link, which is not followed: `rm {path}`")
        if not stat.S_ISDIR(found.st_mode):
            raise OSError(errno.ENOTDIR, f"{path} is not a folder: remove it")
        # Windows has no descriptors of folders, but only administrators create links there.
        self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | AS_IT_IS) if _HAS_DESCRIPTORS else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._fd is not None:
            os.close(self._fd)

    @property
    def descriptor(self) -> int | Path:
        """The folder itself."""
        return self.path if self._fd is None else self._fd

    def names(self) -> list[str]:
        """The names of everything in it."""
        return os.listdir(self.descriptor)  # noqa: PTH208  (a descriptor)

    def files(self) -> list[str]:
        """The names of the regular files that have no second name elsewhere."""
        return [name for name in self.names() if self._is_file(name)]

    def open(self, name: str) -> int:
        """Opens an existing regular file to read and write. Raises OSError for anything else."""
        fd = os.open(self._at(name), os.O_RDWR | AS_IT_IS, dir_fd=self._fd)
        if not _is_own(os.fstat(fd)):
            os.close(fd)
            raise OSError(errno.EINVAL, f"{self.path / name} is not a file of its own")
        return fd

    def stat(self, name: str) -> os.stat_result:
        """The entry of that name."""
        return os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)

    def close_to_others(self, name: str) -> None:
        """Removes all access for others, leaving the owner and the group."""
        fd = self.open(name)
        try:
            os.chmod(fd if os.chmod in os.supports_fd else self.path / name, self.stat(name).st_mode & 0o770)  # noqa: PTH101
        finally:
            os.close(fd)

    def rename(self, name: str, to: str) -> None:
        """Replaces a file with another, durably."""
        os.replace(self._at(name), self._at(to), src_dir_fd=self._fd, dst_dir_fd=self._fd)
        if self._fd is not None:
            os.fsync(self._fd)

    def move(self, name: str, to: Self) -> None:
        """Moves a file into another folder durably, replacing the one with its name there."""
        os.replace(self._at(name), to._at(name), src_dir_fd=self._fd, dst_dir_fd=to._fd)
        if to._fd is not None:
            os.fsync(to._fd)

    def unlink(self, name: str) -> None:
        """Removes a file if it exists."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._at(name), dir_fd=self._fd)

    def _is_file(self, name: str) -> bool:
        try:
            return _is_own(self.stat(name))
        except FileNotFoundError:
            return False

    def _at(self, name: str) -> str:
        return name if self._fd is not None else str(self.path / name)


def _is_own(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1
