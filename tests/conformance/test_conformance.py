"""The conformance suite, run for every app in this package."""

from clientsync_tui.accounting.seam.registry import softwares
from clientsync_tui.conformance import *  # noqa: F403

SOFTWARES = sorted(softwares())
