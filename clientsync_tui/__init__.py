"""Client Sync: connects all of a practice's clients to their accounting software, from the terminal."""

from importlib.metadata import version as _version

__all__ = ["version"]


def version() -> str:
    """The installed version, e.g. ``0.1.0``; read when asked, because metadata is slow to find."""
    return _version("clientsync-tui")
