"""What comes back from the consent page: the redirect, seen by the loopback or pasted by the person."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..practice.text import clean
from ..practice.trouble import SignInFailed

_DENIED = {"access_denied", "user_denied", "consent_required"}
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Redirected:
    """A redirect that is ours: its state is right. `parameters`: all that came with it, the code among them."""

    code: str = field(repr=False)
    parameters: Mapping[str, str] = field(repr=False)


def read(
    parameters: Mapping[str, Sequence[str]], *, title: str, state: str, issuer: str | None
) -> Redirected:
    """The redirect's parameters, checked. Raises SignInFailed: another's state, a refusal, no code.

    `issuer`: compared where the redirect names one (RFC 9207, section 2.4).
    """
    once = {key: values[0] for key, values in parameters.items() if len(values) == 1}
    if not hmac.compare_digest(once.get("state", "").encode(), state.encode()):
        raise SignInFailed(
            f"The answer does not belong to this sign-in (its state is another's); nothing was used of it. Sign in to {title} again."
        )
    if "error" in parameters:
        raise _refusal(once.get("error", ""), once.get("error_description", ""), title)
    if issuer is not None and once.get("iss", issuer).rstrip("/") != issuer.rstrip("/"):
        raise SignInFailed(f"The answer came from another server than {title}'s; nothing was used of it.")
    if not once.get("code"):
        raise SignInFailed(f"{title}'s answer holds no code. Sign in again.")
    return Redirected(once["code"], once)


def _refusal(error: str, description: str, title: str) -> SignInFailed:
    said = clean(error)[:_LONGEST_WORDS]
    if said in _DENIED:
        return SignInFailed(
            f"Access was refused on {title}'s page. Nothing was kept; sign in again when you want to."
        )
    more = clean(description)[:_LONGEST_WORDS]
    return SignInFailed(f"{title} ended the sign-in: {said}{f' ({more})' if more else ''}.")
