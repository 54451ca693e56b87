"""The fixtures of every test here. Imported into each module, the server would be another one in each."""

from tests.support.postgres import postgres, server

__all__ = ["postgres", "server"]
