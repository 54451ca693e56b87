"""The fixtures of every test here."""

from tests.support.sandbox import sandbox, sandboxes

__all__ = ["sandbox", "sandboxes"]
