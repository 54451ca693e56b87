"""What an adapter may add to `Software`. Each ability is a function here, with the default for adapters that don't
have it.

So adding an ability doesn't affect existing adapters, in this package or in others.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from ...practice.trouble import PassingTrouble
from .addresses import Addresses
from .software import Answer, Software

_WORD = re.compile(r"[a-z][a-z0-9_]{0,58}")


def token_error(software: Software, answer: Answer) -> str | PassingTrouble | None:
    """The error word in a token endpoint's answer, as in RFC 6749, section 5.2. None: there is no error written by
    the app.

    If the app has its own words, the adapter has a method `token_error(answer)` that translates them into those of the RFC, or returns
    the trouble they mean; with `retry_at`, the sign-in is not renewed before then. It is asked about successful answers too.
    """
    own = getattr(software, "token_error", None)
    return oauth_error(answer) if own is None else own(answer)


def oauth_error(answer: Answer) -> str | None:
    """The `error` of an answer if it is a single word. Prose doesn't count."""
    body: Any = answer.body
    error = cast(dict[str, Any], body).get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) and _WORD.fullmatch(error) else None


def refusal(software: Software, redirect: Mapping[str, str]) -> str | None:
    """What a redirect without a code means and what to do, in sentences. None: nothing beyond its `error`.

    If the app refuses in its own way, the adapter has a method `refusal(redirect)`. It is also asked about redirects without a state,
    which anyone may have sent; these end a sign-in only if the user pasted them.
    """
    own = getattr(software, "refusal", None)
    return None if own is None else own(redirect)


def limit_pause_s(software: Software, answer: Answer) -> float | None:
    """How many seconds a limit lasts, according to the body of the answer, if no header says so. None: the body
    doesn't say either.

    An adapter whose app says which limit was reached has a method with this name.
    """
    own = getattr(software, "limit_pause_s", None)
    return None if own is None else own(answer)


# Where the app is for one sign-in, if that differs between people (a data centre, a country's site). The
# adapter has a word for each place, which is saved with the tokens, and looks up the addresses in its own
# table. So an address from a redirect or an answer is never called unless the adapter knows it. Such an adapter
# has the first three methods; for every other app the word is empty.


def site_of_redirect(software: Software, redirect: Mapping[str, str], authorize_url: str) -> str:
    """The word for the place where this redirect's code is exchanged. Raises SignInFailed if the place is not the
    app's.

    `authorize_url`: where the person was sent.
    """
    own = getattr(software, "site_of_redirect", None)
    return "" if own is None else own(redirect, authorize_url)


def site_of_answer(software: Software, answer: Mapping[str, Any], site: str) -> str:
    """The word for the place where the API accepts the tokens of this answer. Raises PassingTrouble if the place is
    not the app's.

    `site`: where the answer came from.
    """
    own = getattr(software, "site_of_answer", None)
    return site if own is None else own(answer, site)


def place_to_go_on(software: Software, answer: Answer) -> str | None:
    """The word for the place to continue at, if an app's refusal of tokens for a device's code names one; else
    None.

    The adapter's method with this name is asked about every refusal that RFC 8628 does not define.
    """
    own = getattr(software, "place_to_go_on", None)
    return None if own is None else own(answer)


def addresses_at(software: Software, site: str) -> Addresses:
    """The app's addresses at that place."""
    own = getattr(software, "addresses_at", None)
    return software.addresses if own is None or not site else own(site)
