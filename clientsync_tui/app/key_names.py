"""Sentences that name a key: `Press {select.filter} to filter` shows the user's own key for it."""

import re
from collections.abc import Mapping

from ..widgets.dialogue_keys import USUAL
from ..widgets.key_bar import key_name
from .actions import ACTIONS

_NAMED = re.compile(r"\{(\w+\.\w+)\}")


def with_keys(sentence: str, own: Mapping[str, str]) -> str:
    """`sentence` with keys in place of the ids in braces. `own`: the user's own keys, by id."""
    return _NAMED.sub(lambda found: key_name(keys_of(found[1], own)), sentence)


def keys_of(id: str, own: Mapping[str, str]) -> str:
    """An action's keys: the user's `own`, else the usual ones. Raises KeyError for an unknown id."""
    if id in own:
        return own[id]
    return ACTIONS[id].keys if id in ACTIONS else USUAL[id][1]
