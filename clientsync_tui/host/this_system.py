"""Identifies the running system, in the same way for all processes that share its file locks."""

import socket
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def this_system() -> str:
    """Distinguishes this running system from others that may share a folder with it; can be part of a file name.

    Linux has an id that is the same in all containers, like their locks. Elsewhere we use the host's name.
    """
    import hashlib

    try:
        name = _BOOT_ID.read_text()
    except OSError:
        name = socket.gethostname()
    return hashlib.sha256(name.encode()).hexdigest()[:8]
