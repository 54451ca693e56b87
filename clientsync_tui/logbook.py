"""The log of unexpected errors: their type and where they came from, never their text.

The text of an unknown error, and the values in its stack, may contain a token or a client's data.
"""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from .config.folders import data_folder
from .host.file_permissions import make_folder
from .practice.trouble import UsageError

LARGEST = 1_000_000
"""In bytes. When the file is larger, the log starts over with an empty one."""


def path() -> Path:
    """The file."""
    return data_folder() / "errors.log"


def write(error: BaseException) -> Path | None:
    """Adds an error with its traceback and causes. Returns the file, or None if it can't be written."""
    lines = [f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n"]
    current: BaseException | None = error
    while current is not None:
        lines += [
            *traceback.format_tb(current.__traceback__),
            f"{type(current).__module__}.{type(current).__qualname__}\n",
        ]
        current = current.__cause__ or current.__context__
        lines += ["caused by\n"] if current else ["\n"]
    try:
        file = path()
        make_folder(file.parent)
        mode = os.O_TRUNC if file.exists() and file.stat().st_size > LARGEST else os.O_APPEND
        flags = os.O_WRONLY | os.O_CREAT | mode | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(file, flags, 0o600), "a", encoding="utf-8") as log:
            log.writelines(lines)
    except (OSError, UsageError):
        return None
    return file


def says(error: BaseException) -> str:
    """Logs an error, and returns a sentence that says so."""
    file = write(error)
    where = f"Details are in {file}." if file else "Its details could not be written."
    return f"Unexpected error ({type(error).__name__}). {where}"
