"""QuickBooks Online."""

from .api import PERSONALITY

__all__ = ["PERSONALITY"]
