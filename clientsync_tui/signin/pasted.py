"""The redirected address as a person pastes it."""

import re
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from ..practice.text import clean
from ..practice.trouble import UsageError

_WRAPPING = "\"'`<>()[]{},;"
_BRACKETED_PASTE = re.compile(r"\x1b?\[20[01]~")


def parameters(text: str) -> dict[str, list[str]]:
    """The parameters of a pasted redirect: the whole address or its end, also broken over lines, in quotes, with blanks.

    Raises UsageError where it is none, so that the person can try again.
    """
    # Terminals and mail programs break a long address anywhere; none has a blank of its own.
    address = clean("".join(_BRACKETED_PASTE.sub("", text).split())).strip(_WRAPPING).replace("&amp;", "&")
    if not address:
        raise UsageError(
            "Nothing was pasted. Paste the whole address that the browser shows after you allowed access."
        )
    found = parse_qs(_query(address), keep_blank_values=True)
    if "state" in found and ("code" in found or "error" in found):
        return found
    if "client_id" in found:
        raise UsageError(
            "That is the link to sign in with. Open it in a browser, allow access, then paste the address that the browser "
            "shows at the end."
        )
    raise UsageError(
        "That is not the address that the browser shows after you allowed access: it has state=... and code=... in it. "
        "Paste it whole."
    )


def _query(address: str) -> str:
    if "://" in address:
        with suppress(ValueError):  # a host that is none
            return urlsplit(address).query
    return address.rpartition("?")[2]
