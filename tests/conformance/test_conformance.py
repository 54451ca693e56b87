"""The suite that the package brings, for every app of its own."""

from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.conformance import *  # noqa: F403

SOFTWARES = sorted(softwares())
