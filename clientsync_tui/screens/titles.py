"""Accounting apps' display names for the first frame, because asking the apps would mean reading every app's file."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .. import accounting

if TYPE_CHECKING:
    from ..practice.model import Client
    from ..workplace import Workplace

KEPT = "titles"


@cache
def title(workplace: "Workplace", software: str) -> str:
    """As saved at an earlier start, else from the app's file; the short name if there is no such file any more."""
    return _kept(workplace).get(software) or _asked(workplace).get(software, software)


def _kept(workplace: "Workplace") -> dict[str, str]:
    saved = workplace.preferences.get(KEPT, {})
    return saved["titles"] if saved.get("of") == _release() else {}


def _asked(workplace: "Workplace") -> dict[str, str]:
    titles = {software.name: software.title for software in workplace.softwares()}
    workplace.preferences.save(KEPT, {"of": _release(), "titles": titles})
    return titles


def _release() -> int:
    """Changes whenever the accounting apps' files do."""
    return Path(accounting.__path__[0]).stat().st_mtime_ns


def of_client(client: "Client") -> str:
    """How a screen about a client names it."""
    return f"{client.practice_code} {client.name}" if client.practice_code else client.name
