"""Reads a whole file that the user named, or a stream in its place, and never waits for one without a writer."""

import errno
import os
import select
import stat
import time
from pathlib import Path

STARTS_S = 2.0
"""How long to wait for a program to open a pipe for writing."""
SILENT_S = 60.0
"""How long a pipe's writer may write nothing."""

AT_ONCE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
"""Flags for opening a file whose kind is not known: opening a pipe would wait until someone opens its other end."""

_PIECE = 1 << 16


def read_file(path: Path, most: int) -> bytes:
    """At most `most` bytes of a file or a stream. Raises OSError, whose strerror says what is wrong."""
    handle = os.open(path, AT_ONCE)
    try:
        return read_opened(handle, most)
    finally:
        os.close(handle)


def read_opened(handle: int, most: int) -> bytes:
    """The same, of what was opened with `AT_ONCE`."""
    kind = os.fstat(handle).st_mode
    if stat.S_ISDIR(kind):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISFIFO(kind):
        return _of_pipe(handle, most)
    if hasattr(os, "set_blocking"):
        # For a terminal.
        os.set_blocking(handle, True)
    return read_descriptor(handle, most)


def read_descriptor(handle: int, most: int) -> bytes:
    """At most `most` bytes of a descriptor, waiting for them, such as stdin. Raises OSError."""
    data = bytearray()
    while len(data) < most and (piece := os.read(handle, min(_PIECE, most - len(data)))):
        data += piece
    return bytes(data)


def _of_pipe(handle: int, most: int) -> bytes:
    data, has_writer, ends = bytearray(), False, time.monotonic() + STARTS_S
    while len(data) < most:
        try:
            piece = os.read(handle, min(_PIECE, most - len(data)))
        except BlockingIOError:
            has_writer = True
            if not select.select([handle], [], [], SILENT_S)[0]:
                raise OSError(errno.ETIMEDOUT, f"nothing was written to it for {SILENT_S:g} s") from None
            continue
        data += piece
        has_writer = has_writer or bool(piece)
        if not piece and has_writer:
            break
        if not piece and time.monotonic() > ends:
            raise OSError(errno.ETIMEDOUT, "it is a pipe, and nobody writes to it")
        if not piece:
            time.sleep(0.02)
    return bytes(data)
