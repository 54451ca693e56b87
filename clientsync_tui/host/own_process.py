"""How the program starts itself as another process."""

import sys


def command(module: str = "clientsync_tui") -> list[str]:
    """The command line that runs one of this package's modules.

    `-P`: without it, `python -m` would import modules from the working folder first, which others may be able to write to.
    """
    return [sys.executable, "-P", "-m", module]
