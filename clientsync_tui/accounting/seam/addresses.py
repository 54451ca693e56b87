"""Where an accounting app is, unless the configuration says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the app is. The configuration can override each address (`overridden`).

    `revoke_url`: None if a sign-in can't be revoked. `issuer`: None if the app signs no id_token. `userinfo_url`: None if
    there is no userinfo endpoint. `device_url`: where to request a short code for signing in on another device; None if the
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
    """The app's addresses, replaced by those that the configuration gives (by field name; empty: not given).

    An address from the configuration always wins, whatever a redirect or token says about where the app is.
    """

    def either(name: str, usual_url: str) -> str:
        return configured.get(name) or usual_url

    issuer = configured.get("issuer")
    return Addresses(
        either("authorize_url", usual.authorize_url),
        either("token_url", usual.token_url),
        _below(either("api_url", usual.api_url).rstrip("/"), usual.api_url),
        configured.get("revoke_url") or usual.revoke_url,
        issuer or usual.issuer,
        # Another issuer has its own userinfo endpoint, and names it.
        configured.get("userinfo_url") or (None if issuer else usual.userinfo_url),
        configured.get("device_url") or usual.device_url,
    )


def _below(api_url: str, usual_url: str) -> str:
    """An API's address that is a scheme, a host and a port alone gets the path under which the app has its API."""
    try:
        path = urlsplit(api_url).path
    except ValueError:
        return api_url  # `check_address` refuses it and says why
    return api_url if path else api_url + urlsplit(usual_url).path
