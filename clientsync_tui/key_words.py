"""Sentences that name a key: `Press {select.filter} to filter` says the key that this person has for it."""

import re
from collections.abc import Mapping

from .actions import ACTIONS
from .widgets.key_bar import key_name
from .widgets.select_table.keys import MOVING, SELECTING

_NAMED = re.compile(r"\{(\w+\.\w+)\}")


def with_keys(sentence: str, own: Mapping[str, str]) -> str:
    """`sentence` with keys in place of the ids in braces. `own`: a person's own keys, by id."""
    return _NAMED.sub(lambda found: key_name(own.get(found[1]) or usual_key(found[1])), sentence)


def usual_key(id: str) -> str:
    """The keys that something has where nobody has changed them; raises KeyError where there is no such thing."""
    if id in ACTIONS:
        return ACTIONS[id].keys
    return {str(binding.id): binding.key for binding in (*MOVING, *SELECTING)}[id]
