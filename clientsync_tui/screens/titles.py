"""What accounting softwares call themselves, for the first frame: to ask them, each one's file would have to be read."""

import json
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..workplace import Workplace

KEPT = "titles"


@cache
def title(workplace: "Workplace", software: str) -> str:
    """As it was kept at the last start, else as it says; its name where this program does not know it (any more)."""
    kept = workplace.store.meta(KEPT)
    titles: dict[str, str] = json.loads(kept) if kept else {}
    return titles.get(software) or keep_titles(workplace).get(software, software)


def keep_titles(workplace: "Workplace") -> dict[str, str]:
    """The titles of every software by name, kept for the next start."""
    titles = {each.name: each.title for each in workplace.softwares()}
    if (said := json.dumps(titles)) != workplace.store.meta(KEPT):
        workplace.store.remember(KEPT, said)
    return titles
