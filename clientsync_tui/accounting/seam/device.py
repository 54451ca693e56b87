"""Signing in by a short code that is entered on another device (RFC 8628), as an accounting app wants it asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class DeviceFlow:
    """What differs from the RFC. The code is asked for at `Addresses.device_url`.

    `request`: further fields of the request for a code. `poll`: where the tokens are asked for, relative to `device_url`; None: at the
    token endpoint. `grant_type` and `code_field`: how that request says what it asks for. `address_field`: the field of the answer that
    holds the address to open. `interval_s`: seconds between two requests, and `lives_s`: how long a code works, where the answer does
    not say. `in_ms`: whether the answer says so in milliseconds. `slower_s`: by how much the wait grows when the app asks for that, or gives
    no answer.
    """

    request: Mapping[str, str] = field(default_factory=dict[str, str])
    poll: str | None = None
    grant_type: str = "urn:ietf:params:oauth:grant-type:device_code"
    code_field: str = "device_code"
    address_field: str = "verification_uri"
    interval_s: float = 5
    lives_s: float = 900
    in_ms: bool = False
    slower_s: float = 5

    def poll_url(self, device_url: str, token_url: str) -> str:
        """Where the tokens are asked for."""
        return token_url if self.poll is None else urljoin(device_url, self.poll)

    def seconds(self, value: float | None, usual_s: float) -> float:
        """A time that the answer gives. No code lives for less than a second, so a small number is one of seconds all the same."""
        if value is None:
            return usual_s
        return value / 1000 if self.in_ms and value >= 1000 else value
