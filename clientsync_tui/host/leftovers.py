"""Files that a killed process left half written beside the one it was to replace."""

import os
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".clientsync-"
"""How a file is called until it takes the place of the one that a person named."""
NEW_S = 60.0
"""A younger file may still be written by another process."""


def sweep(folder: Path, patterns: Iterable[str]) -> None:
    """Removes this person's own files of these names from the folder. What can't be removed stays."""
    with suppress(OSError):
        for pattern in patterns:
            for left in folder.glob(pattern):
                with suppress(OSError):
                    found = left.lstat()
                    own = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
                    # A time ahead is one from before the clock was set right.
                    if stat.S_ISREG(found.st_mode) and own and abs(time.time() - found.st_mtime) > NEW_S:
                        left.unlink()
