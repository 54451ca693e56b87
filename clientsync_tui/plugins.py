"""What other packages bring, found by entry points. One that cannot be loaded is left out and said; it takes nothing else down."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

from .practice.text import clean

_LONGEST = 200


class Loaded(NamedTuple):
    """The objects of the plug-ins, and a sentence for each plug-in that was left out."""

    objects: list[Any]
    left_out: list[str]


def load(group: str, lacks: Callable[[Any], str | None]) -> Loaded:
    """Loads the entry points of a group. `lacks`: what an object lacks, in words; None if it can be used."""
    loaded = Loaded([], [])
    for entry in entry_points(group=group):
        try:
            found = entry.load()
            why = lacks(found)
        # Whatever somebody else's module does when it is imported, `sys.exit()` included.
        except (Exception, SystemExit) as error:
            why = clean(f"{type(error).__name__}: {error}")[:_LONGEST]
        else:
            if why is None:
                loaded.objects.append(found)
                continue
        loaded.left_out.append(
            f'The plug-in "{entry.name}" of {_package(entry)} was left out ({why}). Correct, update or remove that package.'
        )
    return loaded


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
