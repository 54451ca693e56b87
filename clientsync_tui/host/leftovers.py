"""Files that a killed process left half written beside the one it was to replace."""

import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".clientsync-"
"""How a file is called until it takes the place of the one that a person named: this, and 16 hexadecimal digits."""
NEW_S = 60.0
"""A younger file may still be written by another process."""


def sweep(folder: Path, names: re.Pattern[str]) -> None:
    """Removes this person's own files of these names from the folder. What can't be removed stays.

    `names`: no wider than what the program writes. In a folder that a person chose, other files are theirs.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for left in entries:
            with suppress(OSError):
                if names.fullmatch(left.name) and _is_left(left.stat(follow_symlinks=False)):
                    Path(left.path).unlink()


def _is_left(found: os.stat_result) -> bool:
    own = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    # A time ahead is one from before the clock was set right.
    return stat.S_ISREG(found.st_mode) and own and abs(time.time() - found.st_mtime) > NEW_S
