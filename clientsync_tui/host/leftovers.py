"""Half-written files that a killed process left beside the file it was about to replace."""

import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".clientsync-"
"""The name of a file until it replaces the one that the user named: this prefix, and 16 hexadecimal digits."""
NEW_S = 60.0
"""A younger file may still be in use by another process."""


def sweep(folder: Path, names: re.Pattern[str]) -> None:
    """Removes this person's own files with these names from the folder. Files that can't be removed stay.

    `names`: no wider than what the program writes, because in a folder chosen by the user all other files are theirs.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for left in entries:
            with suppress(OSError):
                if names.fullmatch(left.name) and _is_left(left.stat(follow_symlinks=False)):
                    Path(left.path).unlink()


def _is_left(found: os.stat_result) -> bool:
    own = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    # A time in the future is from before the clock was corrected.
    return stat.S_ISREG(found.st_mode) and own and abs(time.time() - found.st_mtime) > NEW_S
