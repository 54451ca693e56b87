"""The sign-in link as a real terminal gets it: whole, in one piece, at a key."""

import os
import pty
import select
import sys
import time

import pytest

from tests.support.practice import Practice, practice, practices

__all__ = ["practice", "practices"]

PATIENCE_S = 30


def read_until(fd: int, wanted: bytes, got: bytes = b"") -> bytes:
    """What the program writes until `wanted` is there."""
    end = time.monotonic() + PATIENCE_S
    while wanted not in got:
        assert time.monotonic() < end, got[-2000:]
        if select.select([fd], [], [], 0.2)[0]:
            got += os.read(fd, 65536)
    return got


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_link_is_printed_plain(practice: Practice) -> None:
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="80", LINES="24")
        command = [sys.executable, "-m", "clientsync_tui", "--config", str(practice.config)]
        os.execv(sys.executable, command)
    try:
        read_until(fd, b"There are no clients yet")
        os.write(fd, b"s")
        read_until(fd, b"not signed in")
        os.write(fd, b"l")
        read_until(fd, b"Copy the link")
        os.write(fd, b"P")
        plain = read_until(fd, b"Press Enter")
        # Unbroken: 420 characters follow each other, whatever the width of the terminal.
        line = next(line for line in plain.split(b"\r\n") if line.startswith(practice.sandbox.url.encode()))
        assert line.count(b"code_challenge_method=S256") == 1
        assert b"\x1b" not in line
        assert b"ssh -L" in plain
        os.write(fd, b"\r")
        read_until(fd, b"Show link as plain text")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(fd)
