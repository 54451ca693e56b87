"""A field for a file's name: tab completes it, as in a shell."""

import asyncio
import os
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.message import Message

from .field import Field

MOST_NAMES = 1_000
"""How many names of a folder are looked at, so that a huge one keeps nobody waiting."""


class Completed(NamedTuple):
    """What was typed, as far as it can be completed, and the names that it can still become."""

    text: str
    names: tuple[str, ...]


def completed(typed: str) -> Completed:
    """Completes the last part of a path, `~` included. Folders end with a slash; hidden files are offered only after a dot."""
    folder, start = os.path.split(typed)
    try:
        with os.scandir(Path(folder or ".").expanduser()) as entries:
            found = [
                entry.name + (os.sep if entry.is_dir() else "")
                for _, entry in zip(range(MOST_NAMES), entries, strict=False)
                if entry.name.startswith(start)
                and entry.name.isprintable()
                and (start or not entry.name.startswith("."))
            ]
    except (OSError, RuntimeError, ValueError):
        return Completed(typed, ())
    if not found:
        return Completed(typed, ())
    common = os.path.commonprefix(found)  # noqa: RUF071  (letters are completed, too)
    return Completed(os.path.join(folder, common) if folder else common, tuple(sorted(found)))  # noqa: PTH118  (keeps `~` and what was typed)


class PathInput(Field):
    """Completes on a thread: a folder may be on a disk that answers slowly."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "Complete", show=False)]

    class Offered(Message):
        """The names that the path can still become; one or none when there is nothing to choose."""

        def __init__(self, names: tuple[str, ...]) -> None:
            super().__init__()
            self.names = names

    def action_complete(self) -> None:
        """Completes what was typed as far as it is clear."""
        self.run_worker(self._complete(self.value), exclusive=True, exit_on_error=False)

    async def _complete(self, typed: str) -> None:
        found = await asyncio.to_thread(completed, typed)
        if self.value == typed:
            self.value = found.text
            self.action_end()
            self.post_message(self.Offered(found.names))
