"""An accounting app as the practice has set it up."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import urlsplit

from ...practice.possessive import possessive
from ...practice.text import hidden_in
from ...practice.trouble import UsageError
from .abilities import addresses_at
from .addresses import overridden
from .software import Addresses, Software

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

Secret = Callable[[], Awaitable[str | None]]
"""Fetches the app's client secret from the keyring when needed; None if the app has none."""


async def no_secret() -> None:
    """The secret of a public app, which has none."""


@dataclass(frozen=True, slots=True)
class Http:
    """How calls are made. `timeout_s`: for a whole call, from connecting to the last byte. `attempts`: for calls
    that may be repeated. `longest_wait_s`: the longest Retry-After that we wait out.
    """

    timeout_s: float = 15
    attempts: int = 3
    longest_wait_s: float = 60


@dataclass(frozen=True, slots=True)
class Configured:
    """An accounting app with the practice's own credentials, addresses and scopes. Raises UsageError for anything
    unsafe.

    `parameters`: further parameters of the sign-in link. `redirect_port`: 0 only if the app ignores the port.
    `redirect_url`: an https page on the practice's website. Then nothing listens on the loopback, and the user pastes the
    address. `addresses.userinfo_url`: None if the issuer names it. `given`: the addresses from the configuration,
    by field. `site`: the adapter's word for where the app is for one sign-in; empty: the same place for everyone.
    """

    software: Software
    client_id: str
    redirect_port: int
    addresses: Addresses
    scopes: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    secret: Secret = field(default=no_secret, repr=False, compare=False)
    redirect_url: str = ""
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    site: str = ""

    def __post_init__(self) -> None:
        table = f"[software.{self.software.name}]"
        if not self.client_id:
            raise UsageError(
                f"{table} has no client_id: run `clientsync setup {self.software.name}`, which says where to get one."
            )
        if wrong := hidden_in(self.client_id):
            raise UsageError(
                f"{table} client_id contains {wrong}: copy the client id again from {possessive(self.software.title)} page of your app."
            )
        if not 0 <= self.redirect_port <= 65535:
            raise UsageError(
                f"{table} redirect_port is {self.redirect_port}: a port is a number from 1 to 65535."
            )
        if self.redirect_port == 0 and not self.software.grant.any_port:
            raise UsageError(
                f"{table} redirect_port is 0, but {self.software.title} needs the fixed port that is registered with the app."
            )
        for name in Addresses.__slots__:
            address: str | None = getattr(self.addresses, name)
            if address is not None:
                check_address(address, f"{table} {name}")
        if self.redirect_url:
            check_address(self.redirect_url, f"{table} redirect_url")
        elif self.software.grant.https_redirect and self.addresses.api_url == self.software.addresses.api_url:
            raise UsageError(
                f"{self.software.title} redirects to https addresses only, so {table} needs a redirect_url: the address of a page on "
                "your practice's website (the page may be empty). Register the same address with the app. After signing in, you end "
                f"up there and paste its address. Run `clientsync setup {self.software.name} --redirect-url URL`."
            )

    def at(self, site: str) -> Self:
        """The same app at the place of one sign-in. Addresses from the configuration stay."""
        if site == self.site:
            return self
        addresses = overridden(addresses_at(self.software, site), self.given)
        return replace(self, addresses=addresses, site=site)

    @property
    def needs_secret(self) -> bool:
        """Whether the app can't be used without its secret."""
        return self.software.grant.secret == "required"  # noqa: S105  (a word, not a secret)

    def redirect_uri(self, port: int) -> str:
        """The redirect, as registered with the app and as sent, for the port we listen on."""
        grant = self.software.grant
        return self.redirect_url or f"http://{grant.redirect_host}:{port}{grant.redirect_path}"


def check_address(address: str, what: str) -> None:
    """Raises UsageError unless `address` is https, or http on this machine, because a token is never sent in the
    clear.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{what} is not an address: {address}") from None
    if not host or hidden_in(address) or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise UsageError(f"{what} is not an address: {address}")
    if parts.scheme == "http" and host not in LOOPBACK_HOSTS:
        raise UsageError(f"{what} must begin with https://, because tokens are sent there: {address}")
