"""Replies that the accounting app did not write: a proxy's page, a gateway's JSON, an empty or truncated body.

They say nothing about a sign-in or an organisation, whatever their status code.
"""

import re

from ....practice.status import Fault
from ....practice.trouble import PassingTrouble
from .. import shapes

_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_LOOKED_AT = 2_000


def is_page(text: str) -> bool:
    """Whether a body is an HTML page, whatever its content type says."""
    return text.lstrip()[:1] == "<" and _PAGE.search(text[:_LOOKED_AT]) is not None


def unreadable(title: str, status: int, text: str) -> PassingTrouble:
    """The trouble with such a reply. `title`: who should have sent it."""
    return PassingTrouble(
        Fault.NONSENSE,
        f"{title} sent a reply we could not read ({_kind(text)}). HTTP status {status}; try again later.",
    )


def _kind(text: str) -> str:
    if not text.strip():
        return "it is empty"
    if is_page(text):
        return "an HTML page; a proxy or filter may be in the way"
    try:
        shapes.read(text)
    except (ValueError, RecursionError, PassingTrouble):
        return "it is not JSON, or it is cut off; a proxy or filter may be in the way"
    return "JSON in another form; a proxy or filter may be in the way"
