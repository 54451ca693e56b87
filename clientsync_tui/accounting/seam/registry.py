"""The accounting apps: one module each in this folder, and those from other packages."""

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from ... import plugins
from .. import __name__ as _package
from .. import __path__ as _folder
from .software import Software

ENTRY_POINTS = "clientsync.softwares"
"""The entry-point group in which another package names its `Software` objects."""


@cache
def softwares() -> Mapping[str, Software]:
    """Every accounting app by name, ordered by title. The files are read when this is first called, not before."""
    own = [
        import_module(f"{_package}.{module.name}").SOFTWARE
        for module in pkgutil.iter_modules(_folder)
        if not module.ispkg
    ]
    found = (*_others().objects, *own)
    return {
        software.name: software for software in sorted(found, key=lambda software: software.title.casefold())
    }


def left_out() -> Sequence[str]:
    """The plug-ins that failed to load and why, in sentences."""
    return _others().left_out


@cache
def _others() -> plugins.Loaded:
    return plugins.load(ENTRY_POINTS, _lacks)


def _lacks(found: Any) -> str | None:
    missing = [name for name in vars(Software) if not name.startswith("_") and not hasattr(found, name)]
    if missing:
        return f"it has no {', '.join(missing)}"
    return None if isinstance(found.name, str) and isinstance(found.title, str) else "its name is not text"
