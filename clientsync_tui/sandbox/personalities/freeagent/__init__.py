"""FreeAgent, with its API for accountancy practices."""

from .api import PERSONALITY

__all__ = ["PERSONALITY"]
