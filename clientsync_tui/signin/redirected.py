"""What comes back from the consent page: the redirect, received by the loopback or pasted by the user."""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..accounting.seam import abilities
from ..accounting.seam.configured import Configured
from ..practice.possessive import possessive
from ..practice.text import clean
from ..practice.trouble import SignInFailed, UsageError

DENIED = frozenset({"access_denied", "user_denied", "consent_required"})
"""What servers call a refusal by the user (RFC 6749, section 4.1.2.1, and what others write instead)."""

_LONGEST_WORDS = 200


class Foreign(SignInFailed):
    """A redirect whose state is not this attempt's. `cut_off`: its state is the beginning of the right one."""

    def __init__(self, title: str, *, cut_off: bool) -> None:
        super().__init__(
            f"That answer belongs to another sign-in (its state is wrong). Nothing in it was used. Sign in to {title} again."
        )
        self.cut_off = cut_off


class Stateless(SignInFailed):
    """A refusal that the app sends without a state, so anyone may have sent it."""


class Incomplete(UsageError):
    """A redirect with the right state, but without something needed to exchange a code."""


@dataclass(frozen=True, slots=True)
class Redirected:
    """A redirect that is ours, because its state is right. `parameters`: everything that came with it, including the code.
    `site`: the adapter's word for where the code is exchanged.
    """

    code: str = field(repr=False)
    parameters: Mapping[str, str] = field(repr=False)
    site: str = ""


def read(parameters: Mapping[str, Sequence[str]], configured: Configured, state: str) -> Redirected:
    """The redirect's parameters, checked.

    Raises: Foreign for another state. Stateless for a refusal in the app's own form, without a state. SignInFailed for a refusal, if
    another issuer answered (RFC 9207, section 2.4), or if it names a server that is not the app's.
    Incomplete if the code or something else that the app must send is missing.
    """
    title, issuer = configured.software.title, configured.addresses.issuer
    once = {key: values[0] for key, values in parameters.items() if len(values) == 1}
    if "state" not in parameters and (refused := abilities.refusal(configured.software, once)):
        raise Stateless(refused)
    given = once.get("state", "").encode()
    if not hmac.compare_digest(given, state.encode()):
        cut_off = bool(given) and hmac.compare_digest(given, state.encode()[: len(given)])
        raise Foreign(title, cut_off=cut_off)
    if "error" in parameters:
        if own := abilities.refusal(configured.software, once):
            raise SignInFailed(own)
        raise refusal(once.get("error", ""), once.get("error_description", ""), title)
    if issuer is not None and once.get("iss", issuer).rstrip("/") != issuer.rstrip("/"):
        raise SignInFailed(
            f"The answer did not come from {possessive(title)} server. Nothing in it was used. Sign in again."
        )
    if not once.get("code"):
        raise Incomplete(
            f"{possessive(title)} answer has no code, or more than one. Paste the whole address, or sign in again."
        )
    for name, pattern in configured.software.grant.redirect_needs.items():
        if not re.fullmatch(pattern, once.get(name, "")):
            raise Incomplete(
                f"{possessive(title)} answer does not say which {configured.software.organisation_words[0]} was connected ({name}). "
                "Paste the whole address, or sign in again."
            )
    site = abilities.site_of_redirect(configured.software, once, configured.addresses.authorize_url)
    return Redirected(once["code"], once, site)


def pasted_refusal(parameters: Mapping[str, Sequence[str]], configured: Configured) -> SignInFailed | None:
    """What a pasted redirect without a state refuses; None if it is not a refusal."""
    once = {key: values[0] for key, values in parameters.items()}
    if own := abilities.refusal(configured.software, once):
        return Stateless(own)
    denied = DENIED.intersection(parameters.get("error", ()))
    return refusal(min(denied), "", configured.software.title) if denied else None


def refusal(error: str, description: str, title: str) -> SignInFailed:
    """What an error that came instead of a code means."""
    error_words = clean(error)[:_LONGEST_WORDS]
    if error_words in DENIED:
        return SignInFailed(
            f"Access was refused on {possessive(title)} page. Nothing was saved. Sign in again when you are ready."
        )
    more = clean(description)[:_LONGEST_WORDS]
    return SignInFailed(f"{title} ended the sign-in: {error_words}{f' ({more})' if more else ''}.")
