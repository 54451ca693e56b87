"""The accounting softwares there are: one module of this folder each, and those that other packages bring."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from .. import __name__ as _package
from .. import __path__ as _folder
from .software import Software

ENTRY_POINTS = "clientsync.softwares"
"""The entry-point group in which another package names its `Software` objects."""


@cache
def softwares() -> Mapping[str, Software]:
    """Every accounting software by name, in the order of their titles; each file is read when this is first asked, not before."""
    own = [
        import_module(f"{_package}.{module.name}").SOFTWARE
        for module in pkgutil.iter_modules(_folder)
        if not module.ispkg
    ]
    others = [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
    return {each.name: each for each in sorted((*others, *own), key=lambda each: each.title.casefold())}
