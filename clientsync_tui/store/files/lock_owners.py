"""Which processes hold a file's locks, if the system shows it (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path

from ...practice.text import clean

LOCKS = Path("/proc/locks")


def lock_owners(files: Iterable[Path]) -> list[str]:
    """Other processes whose lock keeps everyone from writing to one of `files`, as `NAME (process PID)`; empty if unknown."""
    found: dict[int, str] = {}
    try:
        wanted = {_named(file.stat()) for file in files if file.exists()}
        lines = LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    for line in lines:
        # proc(5): number, class, type, READ or WRITE, pid, device and inode, range. A `->` marks someone who is
        # waiting.
        words = line.split()
        if len(words) >= 6 and words[3] == "WRITE" and words[5] in wanted and int(words[4]) != os.getpid():
            found[int(words[4])] = _called(int(words[4]))
    return [f"{name} (process {pid})" for pid, name in sorted(found.items())]


def _named(stat: os.stat_result) -> str:
    return f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"


def _called(pid: int) -> str:
    try:
        return clean(Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace")).strip()
    except OSError:
        return "a program"
