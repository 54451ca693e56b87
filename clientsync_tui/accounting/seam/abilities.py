"""What an adapter may add to `Software`. Each ability is one function here, with the default for an adapter that says nothing of it.

So a new ability asks nothing of the adapters that exist, in this package or in others: they need not know of it.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from ...practice.trouble import PassingTrouble
from .addresses import Addresses
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


def refusal(software: Software, redirect: Mapping[str, str]) -> str | None:
    """What a redirect without a code means and what to do, in sentences. None: no more than its `error` says.

    An adapter whose app refuses in a way of its own has a method `refusal(redirect)`. It is asked about redirects without a state too, which
    anyone may have sent: these end a sign-in only if the person pasted them.
    """
    own = getattr(software, "refusal", None)
    return None if own is None else own(redirect)


def limit_pause_s(software: Software, answer: Answer) -> float | None:
    """How many seconds a limit lasts by the body of the answer that says so, where no header does. None: it does not say either.

    An adapter whose app says which limit it was has a method of this name.
    """
    own = getattr(software, "limit_pause_s", None)
    return None if own is None else own(answer)


# Where the app is for one sign-in, when that differs from person to person: a data centre, a country's site. The adapter has a word for each
# place, which is kept with the tokens, and finds the addresses by it in a table of its own. So an address that a redirect or an answer names
# is never called unless the adapter knows it. Such an adapter has the first three methods; for every other app the word is empty.


def site_of_redirect(software: Software, redirect: Mapping[str, str], authorize_url: str) -> str:
    """The word for where the code of this redirect is exchanged. Raises SignInFailed for a place that is not the app's.

    `authorize_url`: where the person was sent.
    """
    own = getattr(software, "site_of_redirect", None)
    return "" if own is None else own(redirect, authorize_url)


def site_of_answer(software: Software, answer: Mapping[str, Any], site: str) -> str:
    """The word for where the API is called with the tokens of this answer. Raises PassingTrouble for a place that is not the app's.

    `site`: where the answer came from.
    """
    own = getattr(software, "site_of_answer", None)
    return site if own is None else own(answer, site)


def place_to_go_on(software: Software, answer: Answer) -> str | None:
    """The word for the place that a refusal to give tokens for a device's code sends on to; None if it does not.

    The adapter's method of this name is asked about every refusal that RFC 8628 does not know.
    """
    own = getattr(software, "place_to_go_on", None)
    return None if own is None else own(answer)


def addresses_at(software: Software, site: str) -> Addresses:
    """The app's addresses there."""
    own = getattr(software, "addresses_at", None)
    return software.addresses if own is None or not site else own(site)
