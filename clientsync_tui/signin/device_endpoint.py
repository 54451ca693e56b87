"""Requests a short code from an accounting app, and then the tokens for it (RFC 8628, sections 3.1 to 3.5)."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx2

from ..accounting.seam.abilities import place_to_go_on
from ..accounting.seam.configured import Configured, check_address
from ..accounting.seam.device import DeviceFlow
from ..accounting.seam.software import Answer
from ..practice.possessive import possessive
from ..practice.status import Fault
from ..practice.trouble import PassingTrouble, SignInFailed, UsageError
from .token_endpoint import Granted, TokenEndpoint, seconds

_USER_CODE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?")
_LONGEST_CODE_S = 3_600.0


class Pending(Exception):
    """The user hasn't entered the code yet. `slower`: wait longer before the next request."""

    def __init__(self, *, slower: bool) -> None:
        super().__init__("slow_down" if slower else "authorization_pending")
        self.slower = slower


class Elsewhere(Exception):
    """The tokens must be requested at another place. `site`: the adapter's word for it."""

    def __init__(self, site: str) -> None:
        super().__init__(site)
        self.site = site


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What to show to the user, and what to request the tokens with. `complete`: the address including the code, if the app
    gives one.

    `interval_s`: between two requests; it grows by `slower_s` if the app asks for that. `lives_s`: how long the code works.
    """

    device_code: str = field(repr=False)
    user_code: str
    address: str
    complete: str | None
    interval_s: float
    slower_s: float
    lives_s: float


class DeviceEndpoint:
    """The two requests. Every method raises the same as `TokenEndpoint`'s."""

    def __init__(self, configured: Configured, flow: DeviceFlow, timeout_s: float) -> None:
        self._configured = configured
        self._flow = flow
        self._endpoint = TokenEndpoint(configured, timeout_s)

    async def code(self) -> DeviceCode:
        """A new code for the user to enter."""
        configured, flow = self._configured, self._flow
        scope = configured.software.grant.joined(configured.scopes)
        fields = {"client_id": configured.client_id, **({"scope": scope} if scope else {}), **flow.request}
        answer = await self._endpoint.posted(self._url, fields)
        device, user = answer.get("device_code"), answer.get("user_code")
        address = self._address(answer.get(flow.address_field)) or self._address(
            answer.get("verification_uri")
        )
        if not (isinstance(device, str) and device and address):
            raise self._nonsense()
        user = str(user).strip() if isinstance(user, str | int) and not isinstance(user, bool) else ""
        if not _USER_CODE.fullmatch(user):
            raise self._nonsense()
        return DeviceCode(
            device,
            user,
            address,
            self._address(answer.get("verification_uri_complete")),
            flow.seconds(seconds(answer.get("interval")), flow.interval_s),
            flow.slower_s,
            min(flow.seconds(seconds(answer.get("expires_in")), flow.lives_s), _LONGEST_CODE_S),
        )

    async def tokens(self, device_code: str) -> Granted:
        """The tokens, once the user has entered the code. Raises Pending, Elsewhere, and SignInFailed if they refused or
        were too late.
        """
        flow, url = self._flow, self._flow.poll_url(self._url, self._configured.addresses.token_url)
        code = {flow.code_field: device_code}
        return await self._endpoint.granted(
            lambda client, url: client.fetch_token(url, grant_type=flow.grant_type, **code),
            url=url,
            refusal=self._refusal,
        )

    def _refusal(self, error: str, response: httpx2.Response) -> Exception:
        title = self._configured.software.title
        match error:
            case "authorization_pending" | "slow_down":
                return Pending(slower=error == "slow_down")
            case "access_denied":
                return SignInFailed(
                    f"Access was refused on {possessive(title)} page. Nothing was saved. Sign in again when you are ready."
                )
            case "expired_token":
                return expired(title)
            case _:
                pass
        answer = Answer(response.status_code, response.headers, _json_or_none(response), response.text)
        site = place_to_go_on(self._configured.software, answer)
        return self._endpoint.refusal(error) if site is None else Elsewhere(site)

    @property
    def _url(self) -> str:
        url = self._configured.addresses.device_url
        if url is None:
            raise ValueError("this app has no device flow")
        return url

    def _address(self, value: object) -> str | None:
        """An address that is safe to show and open."""
        if not isinstance(value, str) or len(value) > 2_000:
            return None
        try:
            check_address(value, "verification_url")
        except UsageError:
            return None
        return value

    def _nonsense(self) -> PassingTrouble:
        title = self._configured.software.title
        return PassingTrouble(
            Fault.NONSENSE, f"{possessive(title)} sign-in server gave no usable code; try again later."
        )


def expired(title: str) -> SignInFailed:
    """The code expired before anyone entered it."""
    return SignInFailed(
        f"Nobody entered the code on {possessive(title)} page in time. Nothing was saved. Sign in again for a new code."
    )


def _json_or_none(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
