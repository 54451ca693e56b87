"""The accounting softwares there are."""

from collections.abc import Mapping
from functools import cache

from .software import Software


@cache
def softwares() -> Mapping[str, Software]:
    """Every accounting software by name; each file is read when this is first asked, not before."""
    from .xero import XERO

    return {software.name: software for software in (XERO,)}
