"""Every accounting software the sandbox can play: one module of `personalities` each, and those that other packages bring."""

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module

from .. import plugins
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
    found = (*_others().objects, *own)
    return {each.name: each for each in sorted(found, key=lambda each: each.title.casefold())}


def left_out() -> Sequence[str]:
    """The plug-ins that could not be loaded, and why, in sentences."""
    return _others().left_out


@cache
def _others() -> plugins.Loaded:
    return plugins.load(
        ENTRY_POINTS, lambda found: None if isinstance(found, Personality) else "it is no Personality"
    )
