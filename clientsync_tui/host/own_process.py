"""How the program starts itself as another process."""

import sys


def command(module: str = "clientsync_tui") -> list[str]:
    """The words that run one of this package's modules.

    `-P`: `python -m` alone would import what lies in the working folder first, which may be a folder that others can write.
    """
    return [sys.executable, "-P", "-m", module]
