"""Where an error that nobody expected is written: what kind it is and where it came from, never what it says.

The text of an unknown error, and the values that a function works with, may hold a token or a client's data.
"""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from .config import data_folder
from .host.file_permissions import make_folder
from .practice.trouble import UsageError

LARGEST = 1_000_000
"""Bytes; a larger file is begun anew."""


def path() -> Path:
    """The file."""
    return data_folder() / "errors.log"


def write(error: BaseException) -> Path | None:
    """Adds an error with the ways it came and what caused it; returns the file, None where it cannot be written."""
    lines = [f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n"]
    seen: BaseException | None = error
    while seen is not None:
        lines += [
            *traceback.format_tb(seen.__traceback__),
            f"{type(seen).__module__}.{type(seen).__qualname__}\n",
        ]
        seen = seen.__cause__ or seen.__context__
        lines += ["caused by\n"] if seen else ["\n"]
    try:
        file = path()
        make_folder(file.parent)
        begin = os.O_TRUNC if file.exists() and file.stat().st_size > LARGEST else os.O_APPEND
        how = os.O_WRONLY | os.O_CREAT | begin | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(file, how, 0o600), "a", encoding="utf-8") as log:
            log.writelines(lines)
    except (OSError, UsageError):
        return None
    return file


def says(error: BaseException) -> str:
    """Writes it down, and says so in a sentence."""
    file = write(error)
    where = f"Where it came from is written in {file}." if file else "It could not be written down."
    return f"An error that the program does not expect ({type(error).__name__}). {where}"
