"""The user's own keys, from `[keys]` in the configuration: which are valid, and what is wrong with the others."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from ..widgets.dialogue_keys import PLACES, USUAL
from ..widgets.key_bar import key_name
from .actions import ACTIONS, CLIENT_SYNC, EVERYWHERE, JOB, JOBS, ORGANISATIONS, SELECT, SIGN_IN

if TYPE_CHECKING:
    from textual.app import App

TABLE, DIALOGUE = "table", "dialogue"
FORMER = {"organisations.choose_sender": "organisations.integrated_by"}
"""Ids used by releases up to 0.2.0."""
HELP = "everywhere.help"
FIXED = dict.fromkeys((CLIENT_SYNC, ORGANISATIONS, SIGN_IN, DIALOGUE), "left,right")
"""Keys that can't be changed."""
TOGETHER = {
    JOBS: {JOB},
    DIALOGUE: {TABLE, ORGANISATIONS, "columns", "sort"},
    "columns": {TABLE, DIALOGUE},
    "sort": {TABLE, DIALOGUE},
}
"""Places that can be on the same screen. Outside dialogues, those for "everywhere" and for tables are added."""
NEVER_ARRIVE = {
    "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+j": "enter", "ctrl+enter": "enter",
    "ctrl+left_square_bracket": "escape",
}  # fmt: skip
"""Keys that terminals send as another key (for most of them, ctrl+enter)."""
MODIFIERS = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})
NAMED = frozenset(key.value for key in Keys if "+" not in key.value and not key.value.startswith("<"))


@dataclass(frozen=True, slots=True)
class Keymap:
    """`keys`: valid changes, as keys in Textual's names by action id. `mistakes`: sentences."""

    keys: Mapping[str, str]
    mistakes: tuple[str, ...] = ()


def usual() -> dict[str, tuple[str, str]]:
    """(title, keys) of everything whose key can be changed, by id."""
    return {**{id: (action.title, action.keys) for id, action in ACTIONS.items()}, **USUAL}


def read(configured: Mapping[str, str]) -> Keymap:
    """Checks every key in `[keys]`. An invalid one becomes a mistake, and its action keeps its usual key."""
    known = usual()
    mistakes: list[str] = []
    keys: dict[str, str] = {}
    for written, wanted in configured.items():
        id = FORMER.get(written, written)
        if id not in known:
            mistakes.append(f'[keys] has an unknown action "{id}".{_near(id, known)}')
            continue
        try:
            keys[id] = ",".join(_normal(key.strip()) for key in wanted.split(","))
        except ValueError as error:
            mistakes.append(f'[keys] "{id}" = "{wanted}": {error}')
    while clashing := _clashes(keys, known):
        mistakes += clashing.values()
        for id in clashing:
            del keys[id]
    return Keymap(keys, tuple(mistakes))


def _near(id: str, known: Iterable[str]) -> str:
    same = [known_id for known_id in known if known_id.partition(".")[2] == id.rpartition(".")[2]]
    near = same or difflib.get_close_matches(id, list(known), 1)
    return f' Did you mean "{near[0]}"?' if near else " The documentation lists them: docs/keys.md."


def _normal(key: str) -> str:
    """A key in Textual's name for it. Raises ValueError, with a sentence, if it can't be used."""
    *modifiers, last = key.split("+") if not key.endswith("+") else [*key[:-1].strip("+").split("+"), "+"]
    modifiers = [modifier.lower() for modifier in modifiers if modifier]
    if unknown := [modifier for modifier in modifiers if modifier not in MODIFIERS]:
        raise ValueError(
            f'"{unknown[0]}" is not a modifier key. Modifier keys: {", ".join(sorted(MODIFIERS))}.'
        )
    if len(last) == 1:
        if "shift" in modifiers and last.isalpha():
            raise ValueError(f'shift with a letter is the capital letter: write "{last.upper()}".')
        last = _named(last.lower() if modifiers else last)
    elif last.lower() in NAMED:
        last = last.lower()
    elif not (_character(last) and _character(last).isprintable()):
        near = difflib.get_close_matches(last.lower(), sorted(NAMED), 1)
        raise ValueError(f'there is no key "{last}".' + (f' Did you mean "{near[0]}"?' if near else ""))
    name = "+".join([*modifiers, last])
    if name in NEVER_ARRIVE:
        raise ValueError(f"terminals send {NEVER_ARRIVE[name]} for it.")
    if name in ("ctrl+c", "ctrl+q", "escape"):
        raise ValueError(f"{name} keeps its meaning everywhere.")
    return name


def _named(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    if not name:
        raise ValueError("it is not a key.")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _character(name: str) -> str:
    """The character with this Textual name, such as `question_mark`; empty if there is none."""
    usual_name = next((old for old, new in KEY_NAME_REPLACEMENTS.items() if new == name), name)
    for words in (usual_name.replace("_", " "), usual_name.replace("_", "-")):
        try:
            return unicodedata.lookup(words.upper())
        except KeyError:
            continue
    return ""


def together(one: str, other: str) -> bool:
    """Whether actions of these places can be on one screen."""
    if one == other or other in TOGETHER.get(one, ()) or one in TOGETHER.get(other, ()):
        return True
    wide = {EVERYWHERE, SELECT, TABLE}
    return not {one, other} & PLACES.keys() and bool({one, other} & wide)


def _clashes(changed: Mapping[str, str], known: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The changed keys that clash, by id, with the reason."""
    keys = {id: set(changed.get(id, usual_keys).split(",")) for id, (_, usual_keys) in known.items()}
    found: dict[str, str] = {}
    for one, other in combinations(keys, 2):
        if one not in changed and other not in changed:
            continue
        # Keys that two actions share by default don't clash, because the focus decides.
        shared = (keys[one] & keys[other]) - set(known[one][1].split(",")).intersection(
            known[other][1].split(",")
        )
        if shared and (HELP in (one, other) or together(one.partition(".")[0], other.partition(".")[0])):
            key = key_name(min(shared))
            words = (
                f'[keys] "{key}" would be both "{known[one][0]}" ({one}) and "{known[other][0]}" ({other})'
            )
            for id in (one, other):
                if id in changed:
                    found[id] = f"{words}: {id} keeps its usual key, {key_name(known[id][1])}."
    for id in changed:
        place = id.partition(".")[0]
        for where, fixed in FIXED.items():
            shared = keys[id] & set(fixed.split(",")) - set(known[id][1].split(","))
            if shared and together(place, where):
                found[id] = (
                    f'[keys] "{id}": {key_name(min(shared))} moves or answers on a screen; it keeps its usual key, '
                    f"{key_name(known[id][1])}."
                )
    return found


def use(app: "App[Any]", own: Mapping[str, str]) -> Mapping[str, str]:
    """Applies `[keys]` to an app, shows the mistakes, and returns the keys that work."""
    keymap = read(own)
    app.set_keymap(dict(keymap.keys))
    for mistake in keymap.mistakes:
        app.notify(mistake, title="Keys", severity="warning", markup=False, timeout=20)
    return keymap.keys
