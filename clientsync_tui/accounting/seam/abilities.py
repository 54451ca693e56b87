"""What an adapter may add to `Software`. Each ability is one function here, with the default for an adapter that says nothing of it.

So a new ability asks nothing of the adapters that exist, in this package or in others: they need not know of it.
"""

import re
from typing import Any, cast

from ...practice.trouble import PassingTrouble
from .software import Answer, Software

_WORD = re.compile(r"[a-z][a-z0-9_]{0,58}")


def token_error(software: Software, answer: Answer) -> str | PassingTrouble | None:
    """The error word of an answer of the token endpoint, of those of RFC 6749, section 5.2. None: there is no error that the app wrote.

    An adapter whose app has words of its own has a method `token_error(answer)`, which says what they mean in those of the RFC, or gives the
    trouble that they mean: with `retry_at`, the sign-in is not renewed before. It is asked about successful answers too.
    """
    own = getattr(software, "token_error", None)
    return oauth_error(answer) if own is None else own(answer)


def oauth_error(answer: Answer) -> str | None:
    """The `error` of an answer where it is a word; prose is none."""
    body: Any = answer.body
    error = cast(dict[str, Any], body).get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) and _WORD.fullmatch(error) else None
