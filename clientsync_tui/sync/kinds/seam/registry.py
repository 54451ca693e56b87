"""The kinds of work, discovered by their modules being in this package's folder."""

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module

from .. import __name__ as _package
from .. import __path__ as _folder
from .kind import BulkKind


def names() -> Sequence[str]:
    """The names of all kinds, without importing them."""
    return [module.name for module in pkgutil.iter_modules(_folder) if not module.ispkg]


@cache
def kinds() -> Mapping[str, BulkKind]:
    """Every kind by name, in menu order."""
    found: list[BulkKind] = [import_module(f"{_package}.{name}").KIND for name in names()]
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.order, kind.name))}


def kind(name: str) -> BulkKind:
    """The kind with that name. Raises KeyError if this version has none."""
    return kinds()[name]
