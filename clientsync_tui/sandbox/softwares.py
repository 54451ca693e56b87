"""Every accounting software the sandbox can play."""

from collections.abc import Mapping

from .personality import Personality
from .xero import XERO

SOFTWARES: Mapping[str, Personality] = {software.name: software for software in (XERO,)}
