"""Where an accounting app is, and what the configuration says instead."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the app is. The configuration may override each of them (`overridden`).

    `revoke_url`: None if a sign-in can't be revoked. `issuer`: None if the app signs no id_token. `userinfo_url`: None where
    there is no userinfo endpoint. `device_url`: where a short code for signing in on another device is asked for; None if the
    app has no such way.
    """

    authorize_url: str
    token_url: str
    api_url: str
    revoke_url: str | None = None
    issuer: str | None = None
    userinfo_url: str | None = None
    device_url: str | None = None


def overridden(usual: Addresses, configured: Mapping[str, str]) -> Addresses:
    """The app's addresses, with those that the configuration gives in their place (by field name; empty: not given).

    What the configuration gives wins everywhere, whatever a redirect or a token says of where the app is.
    """

    def either(name: str, usual_url: str) -> str:
        return configured.get(name) or usual_url

    issuer = configured.get("issuer")
    return Addresses(
        either("authorize_url", usual.authorize_url),
        either("token_url", usual.token_url),
        either("api_url", usual.api_url).rstrip("/"),
        configured.get("revoke_url") or usual.revoke_url,
        issuer or usual.issuer,
        # Another issuer has its own userinfo endpoint, and names it itself.
        configured.get("userinfo_url") or (None if issuer else usual.userinfo_url),
        configured.get("device_url") or usual.device_url,
    )
