"""Disk space for a file's next version, reserved in advance: a file beside it, as large as the new version may become."""

import contextlib
import os
import secrets
import time
from pathlib import Path

GROWTH = 16_384
"""How many bytes the file may grow. The longest tokens have a few thousand."""

_OPENED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_LONGEST_USE_S = 3_600


def reserve(path: Path) -> Path:
    """Reserves the space on the disk before returning. Raises OSError, with nothing reserved."""
    _sweep(path)
    size = (path.stat().st_size if path.exists() else 0) + GROWTH
    room = path.with_name(f"{path.name}.room-{secrets.token_hex(8)}")
    try:
        file = os.open(room, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPENED, 0o600)
        with os.fdopen(file, "wb") as stream:
            # A compressing filesystem would store zeros as nothing.
            stream.write(secrets.token_bytes(size))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        release(room)
        raise
    return room


def write_into(room: Path, data: bytes) -> bool:
    """Writes `data` as the whole content into the reserved space, and to the disk before returning. False if the file is
    gone.
    """
    try:
        file = os.open(room, os.O_WRONLY | _OPENED)
    except FileNotFoundError:
        return False
    with os.fdopen(file, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.ftruncate(stream.fileno(), len(data))
        os.fsync(stream.fileno())
    return True


def release(room: Path) -> None:
    """Frees the space, unless it has become the file."""
    with contextlib.suppress(FileNotFoundError):
        room.unlink()


def _sweep(path: Path) -> None:
    """Removes what a killed process has left behind."""
    for left in path.parent.glob(f"{path.name}.room-*"):
        with contextlib.suppress(FileNotFoundError):
            if abs(time.time() - left.stat().st_mtime) > _LONGEST_USE_S:
                left.unlink()
