"""Completion for the filter language: what the word being typed could become."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ...practice.filter import FIELDS, NONE, YOU
from ...practice.status import Reason, Status
from ...practice.text import searched
from ...workplace import Workplace

MOST = 12
"""How many suggestions are shown at once; more letters narrow them down."""

GUESSED = ("status", "team", "by", "software")
"""Fields whose values are also suggested for a bare word."""


class Completion(NamedTuple):
    """What a word could become. `shown`: how it is displayed; `text`: the whole filter text with it inserted."""

    shown: str
    text: str
    cursor: int


def values_of(workplace: Workplace) -> Mapping[str, Sequence[str]]:
    """The possible values of each field in this practice."""
    known = workplace.store.sign_ins.known()
    claims = workplace.store.claims.active(datetime.now(UTC))
    people = dict.fromkeys(sign_in.person.email for sign_in in known)
    softwares = dict.fromkeys([*workplace.config.software, *(sign_in.software for sign_in in known)])
    return {
        "status": (*Status, NONE),
        "reason": tuple(Reason),
        "by": (YOU, *people, NONE),
        "software": tuple(softwares),
        "team": (*workplace.store.clients.teams(), NONE),
        "code": (NONE,),
        "claimed": (YOU, *dict.fromkeys(claim.name for claim in claims), NONE),
        "since": ("today", "yesterday", "7d", "30d"),
    }


def complete(text: str, cursor: int, values: Mapping[str, Sequence[str]]) -> list[Completion]:
    """What the word before the cursor could become, the most likely first; empty if there is nothing to suggest."""
    start = _start_of_word(text, cursor)
    word = text[start:cursor]
    minus = "-" if word.startswith("-") else ""
    field, colon, typed = word.removeprefix("-").partition(":")
    if not colon:
        offered = [(f"{name}:", f"{minus}{name}:") for name in FIELDS if name.startswith(field.lower())]
        offered = [*offered, *_by_value(field, minus, values)] if field or minus else []
    else:
        wanted = searched(typed.strip('"'))
        found = values.get(field.lower(), ())
        # First those that start with what was typed, then those that contain it.
        ranked = sorted(
            (v for v in found if wanted in searched(v) and searched(v) != wanted),
            key=lambda v: not searched(v).startswith(wanted),
        )
        offered = [(v, f"{minus}{field}:{quoted(v)} ") for v in ranked]
    rest = text[cursor:]
    return [
        Completion(shown, text[:start] + new + rest.lstrip(), start + len(new))
        for shown, new in offered[:MOST]
    ]


def _by_value(word: str, minus: str, values: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The terms that a bare word could mean: `exp` for `status:expired`. A single letter could mean too much."""
    if len(word) < 2:
        return []
    terms = [
        f"{field}:{quoted(value)}"
        for field in GUESSED
        for value in values.get(field, ())
        if value != NONE and searched(value).startswith(searched(word))
    ]
    return [(term, f"{minus}{term} ") for term in terms]


def quoted(value: str) -> str:
    """A value as the filter language needs it."""
    return f'"{value}"' if " " in value or not value else value


def _start_of_word(text: str, cursor: int) -> int:
    """Where the word before the cursor starts; blanks within quotes don't end it."""
    start, within = 0, False
    for at, char in enumerate(text[:cursor]):
        if char == '"':
            within = not within
        elif char.isspace() and not within:
            start = at + 1
    return start
