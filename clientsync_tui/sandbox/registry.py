"""Every accounting app that the sandbox can simulate: one module of `personalities` each, and those of other packages."""

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module

from .. import plugins
from . import personalities as own_modules
from .personality import Personality

ENTRY_POINTS = "clientsync.personalities"
"""The entry-point group in which another package names its `Personality` objects."""


@cache
def personalities() -> Mapping[str, Personality]:
    """The personalities by name."""
    own = [
        import_module(f"{own_modules.__name__}.{module.name}").PERSONALITY
        for module in pkgutil.iter_modules(own_modules.__path__)
    ]
    found = (*_plug_ins().objects, *own)
    in_order = sorted(found, key=lambda personality: personality.title.casefold())
    return {personality.name: personality for personality in in_order}


def left_out() -> Sequence[str]:
    """A sentence for each plug-in that could not be loaded, with the reason."""
    return _plug_ins().left_out


@cache
def _plug_ins() -> plugins.Loaded:
    return plugins.load(
        ENTRY_POINTS, lambda found: None if isinstance(found, Personality) else "it is not a Personality"
    )
