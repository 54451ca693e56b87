"""Signing in with a short code entered on another device (RFC 8628), with the variations of accounting apps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class DeviceFlow:
    """How an app differs from the RFC. The code is requested at `Addresses.device_url`.

    `request`: further fields of the request for a code. `poll`: where to request the tokens, relative to `device_url`; None: at the
    token endpoint. `grant_type` and `code_field`: how that request says what it wants. `address_field`: the field of the answer with
    the address to open. `interval_s`: seconds between two requests, and `lives_s`: how long a code works, if the answer doesn't
    say. `in_ms`: the answer's times are in milliseconds. `slower_s`: how much longer to wait if the app asks for that or doesn't
    answer.
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
        """Where to request the tokens."""
        return token_url if self.poll is None else urljoin(device_url, self.poll)

    def seconds(self, value: float | None, usual_s: float) -> float:
        """A duration from the answer. No code lives less than a second, so a small number is in seconds in any
        case.
        """
        if value is None:
            return usual_s
        return value / 1000 if self.in_ms and value >= 1000 else value
