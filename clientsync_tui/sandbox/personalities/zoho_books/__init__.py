"""Zoho Books, with data centres, short codes and errors in successful answers."""

from .api import PERSONALITY

__all__ = ["PERSONALITY"]
