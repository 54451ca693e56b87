"""Sage Accounting."""

from .api import PERSONALITY

__all__ = ["PERSONALITY"]
