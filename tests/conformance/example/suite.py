"""How another package runs the suite for its own software."""

from clientsync_tui.conformance import *  # noqa: F403

SOFTWARES = ["example"]
