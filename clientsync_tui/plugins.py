"""Plug-ins from other packages, found by entry points. One that can't be loaded is left out and reported; the rest still work."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple

from .practice.text import clean

_LONGEST = 200


class Loaded(NamedTuple):
    """The plug-ins' objects, and a sentence for each plug-in that was left out."""

    objects: list[Any]
    left_out: list[str]


def load(group: str, lacks: Callable[[Any], str | None]) -> Loaded:
    """Loads the entry points of a group. `lacks`: why an object can't be used; None if it can."""
    loaded = Loaded([], [])
    for entry in entry_points(group=group):
        try:
            plug_in = entry.load()
            why = lacks(plug_in)
        # Another package's module may raise anything on import, even SystemExit.
        except (Exception, SystemExit) as error:
            why = clean(f"{type(error).__name__}: {error}")[:_LONGEST]
        else:
            if why is None:
                loaded.objects.append(plug_in)
                continue
        loaded.left_out.append(
            f'The plug-in "{entry.name}" of {_package(entry)} was left out ({why}). Correct, update or remove that package.'
        )
    return loaded


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
