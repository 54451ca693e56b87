"""Client Sync: connects all of a practice's clients to their accounting apps, from the terminal."""

__all__ = ["version"]

_VERSION = "0.3.0"


def version() -> str:
    """This version, e.g. ``0.3.0``. Kept here because looking it up in the package's metadata would slow down the start."""
    return _VERSION
