"""Every accounting software the sandbox can play: one module of `personalities` each, and those that other packages bring."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from . import personalities
from .personality import Personality

ENTRY_POINTS = "clientsync.personalities"
"""The entry-point group in which another package names its `Personality` objects."""


@cache
def softwares() -> Mapping[str, Personality]:
    """The personalities by name."""
    own = [
        import_module(f"{personalities.__name__}.{module.name}").PERSONALITY
        for module in pkgutil.iter_modules(personalities.__path__)
    ]
    others = [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
    return {each.name: each for each in sorted((*others, *own), key=lambda each: each.title.casefold())}
