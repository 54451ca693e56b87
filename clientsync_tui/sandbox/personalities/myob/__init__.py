"""MYOB Business: one company file a consent, and limits for the whole API key."""

from .api import PERSONALITY

__all__ = ["PERSONALITY"]
