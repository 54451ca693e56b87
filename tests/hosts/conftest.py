"""The shared server, one for the folder, because a module that imports the fixture would start its own."""

from tests.support.postgres import postgres, server

__all__ = ["postgres", "server"]
