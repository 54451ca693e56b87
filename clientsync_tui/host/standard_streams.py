"""Standard input, output and error, which may be closed, full, or unable to show a name."""

import errno
import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def prepare() -> None:
    """Makes each stream usable: output to a closed one is dropped, and nothing printed on stderr can end the program."""
    closed = [
        name
        for number, (name, mode) in enumerate(STREAMS)
        if getattr(sys, name) is None and _opened(number, name, mode)
    ]
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_Patient(2, "w", closefd=False)), encoding=sys.stderr.encoding, line_buffering=True
    )
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks must not end the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if "stdout" in closed:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Lost(1, "w", closefd=False)), encoding="utf-8")


def flushed() -> OSError | None:
    """Writes what stdout still holds. Returns what was wrong if that failed, so that Python doesn't try again at exit."""
    try:
        sys.stdout.flush()
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        return error
    return OSError(errno.EBADF, "stdout is closed") if _Lost.lost else None


class _Patient(io.FileIO):
    """A file whose disk may be full, or whose reader may be gone: what can't be written is lost."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return memoryview(data).nbytes


class _Lost(io.FileIO):
    """Stands in for a closed stdout: the command does its work, and `lost` says whether it wanted to print something."""

    lost = False

    def write(self, data: "ReadableBuffer", /) -> int:
        count = memoryview(data).nbytes
        _Lost.lost = _Lost.lost or count > 0
        return count


def _opened(number: int, name: str, mode: str) -> bool:
    """Opens the descriptor on nothing, before one of our files gets its number and a library writes messages into it."""
    try:
        os.fstat(number)
    except OSError:
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
    stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  (lives as long as the program)
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)
    return True
