"""Calls to an accounting software's token endpoint, through Authlib."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx2
from authlib.integrations.base_client.errors import (  # pyright: ignore[reportMissingTypeStubs]
    OAuthError,
)
from authlib.integrations.httpx_client import AsyncOAuth2Client  # pyright: ignore[reportMissingTypeStubs]

from ..accounting.seam.configured import Configured
from ..accounting.seam.foreign import is_page, unreadable
from ..accounting.seam.retry_after import retry_after_s
from ..accounting.seam.transport import client_settings
from ..accounting.seam.unreachable import EXPECTED, no_answer
from ..practice.status import Fault
from ..practice.text import clean
from ..practice.trouble import Misconfigured, PassingTrouble, SignInRefused

_TOKEN = re.compile(r"[\x21-\x7e]+")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
_APP_REFUSED = frozenset({
    "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request", "invalid_scope", "access_denied",
    "redirect_uri_mismatch", "invalid_redirect_uri",
})  # fmt: skip
"""Errors (RFC 6749, section 5.2, and what is in wide use beside it) that no other sign-in would avoid."""
_CREDENTIALS_REFUSED = frozenset({"invalid_client", "unauthorized_client"})
_WORD = re.compile(r"[a-z][a-z0-9_]{0,58}")
_LONGEST_LIFE_S = 3e9  # nearly a century; more is nonsense, and no date could hold it
_SHORT_LIFE_S = 300  # taken where the answer does not say how long an access token lives


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint gave. `lives_s`: how long the access token is good for, in seconds; `ends_in_s`: when the sign-in
    itself ends, in seconds from now, where the answer says so. `scopes`: what was granted, where it says so. `ahead_s`: the
    server's clock minus this host's, by the answer's Date."""

    access_token: str = field(repr=False)
    lives_s: float
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)
    ends_in_s: float | None = None
    scopes: frozenset[str] | None = None
    ahead_s: float | None = None


class TokenEndpoint:
    """The token endpoint of one software. Every method raises PassingTrouble, SignInRefused (`invalid_grant`) or Misconfigured;
    no exception holds a token, nor is chained to one that does. `timeout_s`: for one call as a whole."""

    def __init__(self, configured: Configured, timeout_s: float) -> None:
        self._configured = configured
        self._timeout_s = timeout_s

    async def exchange(self, code: str, redirect_uri: str, verifier: str | None) -> Granted:
        """The tokens for an authorisation code (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""
        proof = {} if verifier is None else {"code_verifier": verifier}
        return await self._granted(
            lambda client, url: client.fetch_token(
                url, grant_type="authorization_code", code=code, redirect_uri=redirect_uri, **proof
            )
        )

    async def renew(self, refresh_token: str) -> Granted:
        """New tokens for a refresh token (RFC 6749, section 6)."""
        return await self._granted(lambda client, url: client.refresh_token(url, refresh_token=refresh_token))

    async def revoke(self, refresh_token: str) -> bool:
        """Ends the grant (RFC 7009); for some softwares that is everything the person connected with this app.

        False when it had ended already, or the software has no way to be told.
        """
        url = self._configured.addresses.revoke_url
        if url is None:
            return False
        async with await self._client() as client:
            if self._configured.software.grant.revoke_body == "json":
                auth = httpx2.BasicAuth(client.client_id, client.client_secret or "")
                call = client.post(url, json={"token": refresh_token}, auth=auth)
            else:
                call = client.revoke_token(url, token=refresh_token, token_type_hint="refresh_token")  # noqa: S106
            response: httpx2.Response = await self._within(call)
        self._check(response)
        error = _error_of(response)
        if error in _CREDENTIALS_REFUSED or response.status_code == 401:
            raise self._refusal(error)
        if response.status_code == 400:
            return False
        if not response.is_success:
            raise self._passing(Fault.NONSENSE, f"did not end the sign-in ({response.status_code})")
        return True

    async def _granted(self, call: Callable[[Any, str], Awaitable[Any]]) -> Granted:
        answers: list[httpx2.Response] = []

        def arrived(response: httpx2.Response) -> httpx2.Response:
            answers.append(self._check(response))
            return _for_authlib(response)

        async with await self._client() as client:
            for kind in ("access_token_response", "refresh_token_response"):
                client.register_compliance_hook(kind, arrived)
            await self._within(call(client, self._configured.addresses.token_url))
        # Authlib found JSON without an error in it.
        answer: object = json.loads(answers[-1].content)
        token = cast(dict[str, Any], answer) if isinstance(answer, dict) else {}
        access, refresh, identity = (token.get(k) for k in ("access_token", "refresh_token", "id_token"))
        for name, value, needed in (
            ("access_token", access, True),
            ("refresh_token", refresh, False),
            ("id_token", identity, False),
        ):
            if not _is_token(value) and (needed or value is not None):
                raise self._passing(Fault.NONSENSE, f"gave no usable {name}")
        if str(token.get("token_type", "bearer")).lower() != "bearer":
            raise self._passing(Fault.NONSENSE, "gave an access token of an unknown type")
        return Granted(
            cast(str, access),
            _seconds(token.get("expires_in")) or _SHORT_LIFE_S,
            cast(str | None, refresh),
            cast(str | None, identity),
            self._ends_in_s(token),
            _scopes(token.get("scope")),
            _ahead_s(answers[-1]),
        )

    def _ends_in_s(self, token: Mapping[str, Any]) -> float | None:
        ends = (_seconds(token.get(name)) for name in self._configured.software.grant.life_fields)
        return min((s for s in ends if s is not None), default=None)

    async def _client(self) -> Any:
        settings = client_settings()
        settings["headers"] = {**settings["headers"], **self._configured.software.grant.token_headers}
        return AsyncOAuth2Client(
            client_id=self._configured.client_id,
            client_secret=await self._configured.secret(),
            **settings,
        )

    def _check(self, response: httpx2.Response) -> httpx2.Response:
        """Takes out what no token endpoint writes, before Authlib reads it: only an error in the form of RFC 6749, section 5.2,
        says something about the app or the sign-in."""
        now = datetime.now(UTC)
        if response.status_code == 429:
            wait_s = retry_after_s(response.headers, now)
            until = None if wait_s is None else now + timedelta(seconds=wait_s)
            raise PassingTrouble(Fault.LIMIT, f"{self._title} allows no more sign-ins just now.", until)
        if response.status_code >= 500:
            raise self._passing(Fault.SERVER_ERROR, f"reported an internal error ({response.status_code})")
        if is_page(response.text) or not (response.is_success or _error_of(response)):
            raise unreadable(self._server, response.status_code, response.text)
        return response

    async def _within(self, call: Awaitable[Any]) -> Any:
        # `from None` throughout: these exceptions hold the request, and that holds the token.
        try:
            async with asyncio.timeout(self._timeout_s):
                return await call
        except OAuthError as error:
            raise self._refusal(error.error) from None
        except EXPECTED as error:
            address = self._configured.addresses.token_url
            raise no_answer(error, self._server, address, self._timeout_s) from None
        except (ValueError, TypeError, RecursionError) as error:
            raise self._passing(
                Fault.NONSENSE, f"sent a reply we could not read ({type(error).__name__})"
            ) from None

    def _refusal(self, code: object) -> Exception:
        """What an error code of RFC 6749, section 5.2, means."""
        said = clean(str(code))[:60]
        if said == "invalid_grant":
            return SignInRefused(f"{self._title} no longer accepts this sign-in. Sign in again.")
        if said in {"temporarily_unavailable", "server_error"}:
            return self._passing(Fault.SERVER_ERROR, f"reported an internal error ({said})")
        if said not in _APP_REFUSED:
            return self._passing(Fault.NONSENSE, f"refused the request ({said})")
        name = self._configured.software.name
        return Misconfigured(
            f"{self._title} rejected the app's credentials ({said}). Check the client id and secret: `clientsync setup {name}`."
        )

    @property
    def _title(self) -> str:
        return self._configured.software.title

    def _passing(self, fault: Fault, what: str) -> PassingTrouble:
        return PassingTrouble(fault, f"{self._server} {what}; try again later.")

    @property
    def _server(self) -> str:
        return f"{self._title}'s sign-in server"


def _for_authlib(response: httpx2.Response) -> httpx2.Response:
    """The answer without what Authlib takes as it is: it adds any `expires_in` to the clock, and `error: null` is an error to it."""
    try:
        body: Any = json.loads(response.content)
    except (ValueError, RecursionError):
        return response  # which it says itself
    if not isinstance(body, dict):
        return response
    fields = cast(dict[str, Any], body)
    kept = {
        name: value
        for name, value in fields.items()
        if name not in {"expires_in", "expires_at"} and (name, value) != ("error", None)
    }
    return httpx2.Response(response.status_code, content=json.dumps(kept))


def _seconds(value: object) -> float | None:
    """A time in seconds, which some servers write as text; None for what can be none."""
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Neither NaN nor a number that no float holds is between these.
    return float(value) if 0 < value < _LONGEST_LIFE_S else None


def _scopes(value: object) -> frozenset[str] | None:
    """The scopes that an answer names: words of a text, or a list of texts; None where it names none."""
    if isinstance(value, list):
        value = " ".join(scope for scope in cast(list[object], value) if isinstance(scope, str))
    return frozenset(value.split()) or None if isinstance(value, str) else None


def _ahead_s(response: httpx2.Response) -> float | None:
    """The server's clock minus this host's; None where it does not say what time it is."""
    try:
        there = parsedate_to_datetime(response.headers.get("date", ""))
        return (there.replace(tzinfo=there.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None


def _error_of(response: httpx2.Response) -> str | None:
    """The error code of an unsuccessful answer (RFC 6749, section 5.2), where it has one; prose is none."""
    if response.is_success:
        return None
    try:
        body: object = json.loads(response.text)
    except (ValueError, RecursionError):
        return None
    error = cast(dict[str, object], body).get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) and _WORD.fullmatch(error) else None


def _is_token(value: object) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None
