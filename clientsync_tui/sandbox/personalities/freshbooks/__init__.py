"""FreshBooks."""

from .api import PERSONALITY

__all__ = ["PERSONALITY"]
