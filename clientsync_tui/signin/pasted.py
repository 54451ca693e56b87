"""The redirected address as people paste it: from a browser, a mail, a chat, a terminal or the developer tools.

A text may have several readings, because a blank in it can be a broken line or the end of the address. All are
returned, the most likely first; the attempt uses the first that contains its own state.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import parse_qs, unquote

from ..practice.text import clean
from ..practice.trouble import UsageError

LONGEST = 32_768
"""Maximum length of a pasted text. No redirect is that long."""

Parameters = dict[str, list[str]]

_BRACKETED_PASTE = re.compile(r"\x1b?\[20[01]~")
_ESCAPED = str.maketrans("", "", "\\^")  # what shells put before & and ?
_NOT_IN_AN_ADDRESS = re.compile(r"[\s<>\"`|{}\[\]“”„‟«»‹›…]+")
_QUOTING = re.compile("['()\u2018\u2019\u201a]+")  # allowed in an address, and rare there
_AT_THE_ENDS = "'().,;:!?*\u2018\u2019\u201a\u3002\uff0c"
_HOLDS_ONE = re.compile("=|%(?:25)*3d", re.IGNORECASE)
_SCHEME = re.compile(r"(?=https?://)", re.IGNORECASE)
_DEEPEST = 3  # a link checker's address within another one's
_MOST = 200


def readings(text: str, is_refusal: Callable[[Parameters], bool]) -> list[Parameters]:
    """The parameters that a pasted text may contain, the most likely reading first.

    A reading has a state and a code or an error; or it is a refusal without a state, as some servers send it (`is_refusal`).
    Raises UsageError if there is none, so that the user can try again.
    """
    if len(text) > LONGEST:
        raise UsageError(
            f"That text is too long for an address ({len(text):,} characters). Paste the address alone."
        )
    found: list[Parameters] = []
    is_the_link = False
    for parameters in _all(_BRACKETED_PASTE.sub(" ", text)):
        complete = "state" in parameters and ("code" in parameters or "error" in parameters)
        if complete and parameters not in found:
            found.append(parameters)
        is_the_link = is_the_link or "client_id" in parameters
    if found:
        return found
    for parameters in _all(text):
        if is_refusal(parameters):
            return [parameters]
    if not text.strip():
        raise UsageError(
            "Nothing was pasted. Paste the whole address that the browser shows after you allow access."
        )
    if is_the_link:
        raise UsageError(
            "That is the sign-in link. Open it in a browser, allow access, then paste the address you end up on."
        )
    raise UsageError(
        "That is not the address that the browser shows after you allow access: the right one contains state=... and code=... "
        "Copy the whole address and paste it again."
    )


def _all(text: str) -> Iterator[Parameters]:
    """The parameters of everything in the text that could be an address."""
    seen: set[str] = set()
    for piece in _pieces(text):
        if _HOLDS_ONE.search(piece) and piece not in seen and len(seen) < _MOST:
            seen.add(piece)
            yield from _parameters(piece, _DEEPEST)


def _pieces(text: str) -> Iterator[str]:
    """The parts of a text that could be an address."""
    # A mail or a terminal breaks a long address over lines and adds blanks around the break; these belong
    # together. After a blank within a line, other words begin. Try the whole text as one address first, then
    # each line and word on its own.
    joined = "".join(line.strip().lstrip("> ") or " " for line in text.splitlines())
    for whole in (*joined.split(), "".join(text.split()), *text.split()):
        address = clean(whole).replace("\\u0026", "&").translate(_ESCAPED).replace("&amp;", "&")
        for part in _NOT_IN_AN_ADDRESS.split(address):
            yield part.strip(_AT_THE_ENDS)
            for candidate in _apart(part):
                yield from (word.strip(_AT_THE_ENDS) for word in (candidate, *_QUOTING.split(candidate)))


def _apart(text: str) -> list[str]:
    """The addresses in a text without blanks: one pasted twice, or one with words right before it."""
    parts = [part for part in _SCHEME.split(text) if part]
    start = text.partition("?")[0]
    if len(parts) == 1 and start and text.count(start) > 1:
        parts = [start + rest for rest in text.split(start) if rest]
    return parts if len(parts) > 1 else []


def _parameters(address: str, depth: int) -> Iterator[Parameters]:
    """The parameters of one address: from its query, its fragment, and an address inside it."""
    before, _, fragment = address.partition("#")
    queries = (before.partition("?")[2] or before, before.rpartition("?")[2])
    routes = (fragment.partition("?")[2] or fragment,)
    for query in dict.fromkeys((*queries, *routes)):
        with suppress(ValueError):  # more parameters than any address has
            found = parse_qs(query, keep_blank_values=True, max_num_fields=_MOST)
            if found:
                yield found
            if depth:
                for value in (value for values in found.values() for value in values):
                    if _HOLDS_ONE.search(value):
                        yield from _parameters(value, depth - 1)
    if depth and (plain := unquote(address)) != address and "?" not in address:
        yield from _parameters(plain, depth - 1)
