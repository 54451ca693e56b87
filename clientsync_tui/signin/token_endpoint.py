"""Requests to an accounting app's token endpoint, through Authlib."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx2
from authlib.integrations.base_client.errors import (  # pyright: ignore[reportMissingTypeStubs]
    OAuthError,
)
from authlib.integrations.httpx_client import AsyncOAuth2Client  # pyright: ignore[reportMissingTypeStubs]

from ..accounting.seam import shapes
from ..accounting.seam.abilities import site_of_answer, token_error
from ..accounting.seam.configured import Configured
from ..accounting.seam.faults import internal_error, of_status, passing
from ..accounting.seam.network.foreign import is_page, unreadable
from ..accounting.seam.network.transport import client_settings
from ..accounting.seam.network.unreachable import EXPECTED, no_answer
from ..accounting.seam.software import Answer
from ..practice.possessive import possessive
from ..practice.status import Fault
from ..practice.text import clean
from ..practice.trouble import Misconfigured, PassingTrouble, SignInRefused

_TOKEN = re.compile(r"[\x21-\x7e]+")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
_APP_REFUSED = frozenset({
    "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request", "invalid_scope", "access_denied",
    "redirect_uri_mismatch", "invalid_redirect_uri",
})  # fmt: skip
"""Errors (RFC 6749, section 5.2, and others in wide use) that signing in again would not fix."""
_CREDENTIALS_REFUSED = frozenset({"invalid_client", "unauthorized_client"})
_AUTH_METHODS = ("token_endpoint_auth_method", "revocation_endpoint_auth_method")  # Authlib's settings
_TOKEN_REFUSED = frozenset({"invalid_grant", "invalid_token"})
_SECRETS = frozenset({"access_token", "refresh_token", "id_token"})
_LONGEST_LIFE_S = 3e9  # nearly a century; more is nonsense, and no date could hold it
_SHORT_LIFE_S = 300  # used if the answer doesn't say how long an access token lives


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint granted.

    `lives_s`: for how many seconds the access token works. `ends_in_s`: in how many seconds the sign-in itself ends, if the answer
    says so. `scopes`: what was granted, if it says so. `ahead_s`: the server's clock minus this host's, from the answer's Date.
    `further`: the answer's other fields, cleaned. `site`: the adapter's word for where the app is for this sign-in.
    """

    access_token: str = field(repr=False)
    lives_s: float
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)
    ends_in_s: float | None = None
    scopes: frozenset[str] | None = None
    ahead_s: float | None = None
    further: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    site: str = ""


class TokenEndpoint:
    """An app's token endpoint. Differences between apps are in `Grant`, and in `token_error` of `seam/abilities.py`.

    Every method raises PassingTrouble, SignInRefused (`invalid_grant`) or Misconfigured. No exception contains a token, or is chained to
    one that does. `timeout_s`: for a request as a whole.
    """

    def __init__(self, configured: Configured, timeout_s: float) -> None:
        self._configured = configured
        self._timeout_s = timeout_s

    async def exchange(self, code: str, redirect_uri: str, verifier: str | None) -> Granted:
        """The tokens for an authorisation code (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""
        proof = {} if verifier is None else {"code_verifier": verifier}
        return await self.granted(
            lambda client, url: client.fetch_token(
                url, grant_type="authorization_code", code=code, redirect_uri=redirect_uri, **proof
            ),
            refusal=lambda error, _: (
                self._code_refused() if error == "invalid_grant" else self.refusal(error)
            ),
        )

    def _code_refused(self) -> SignInRefused:
        return SignInRefused(
            f"{self._title} did not accept the code of this sign-in: it was already used, it came too late, or the redirect differs from "
            "the one registered with the app. Sign in again."
        )

    async def renew(self, refresh_token: str) -> Granted:
        """New tokens for a refresh token (RFC 6749, section 6)."""
        configured = self._configured
        again: dict[str, str] = {}
        if configured.software.grant.redirect_at_refresh:
            again["redirect_uri"] = configured.redirect_uri(configured.redirect_port)
        return await self.granted(
            lambda client, url: client.refresh_token(url, refresh_token=refresh_token, **again)
        )

    async def revoke(self, refresh_token: str) -> bool:
        """Ends the grant (RFC 7009). In some apps this ends everything the person connected with this app.

        False if it had already ended, or the app has no way to end it from here.
        """
        url = self._configured.addresses.revoke_url
        if url is None:
            return False
        async with await self._client() as client:
            how = self._configured.software.grant.revoke_body
            if how == "json":
                call = self._posted_as_json(client, url, {"token": refresh_token})
            elif how == "query":
                call = client.post(httpx2.URL(url).copy_merge_params({"token": refresh_token}), auth=None)
            else:
                call = client.revoke_token(url, token=refresh_token, token_type_hint="refresh_token")  # noqa: S106
            response: httpx2.Response = await self._within(call, url)
        error = self._check(response)
        if error in _CREDENTIALS_REFUSED or response.status_code == 401:
            raise self.refusal(error)
        if response.status_code == 400 or error in _TOKEN_REFUSED:
            return False
        if not response.is_success or error:
            raise self._passing(Fault.NONSENSE, f"did not end the sign-in ({error or response.status_code})")
        return True

    def _posted_as_json(self, client: Any, url: str, fields: Mapping[str, str]) -> Awaitable[httpx2.Response]:
        """A request that Authlib can't make, because it only writes forms."""
        name, secret = client.client_id, client.client_secret or ""
        if self._configured.software.grant.secret_in == "body":  # noqa: S105  (a word, not a secret)
            named = {"client_id": name} | ({"client_secret": secret} if secret else {})
            return client.post(url, json={**named, **fields}, auth=None)
        return client.post(url, json=fields, auth=httpx2.BasicAuth(name, secret))

    async def posted(self, url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object that answers a form, sent without the secret."""
        async with await self._client() as client:
            response: httpx2.Response = await self._within(client.post(url, data=fields, auth=None), url)
        if (error := self._check(response)) is not None:
            raise self.refusal(error)
        answer = _json_or_none(response.text)
        if not isinstance(answer, dict):
            raise unreadable(self._server, response.status_code, response.text)
        return cast(dict[str, Any], answer)

    async def granted(
        self,
        call: Callable[[Any, str], Awaitable[Any]],
        *,
        url: str | None = None,
        refusal: Callable[[str, httpx2.Response], Exception] | None = None,
    ) -> Granted:
        """The result of a request for tokens. `call`: makes it with Authlib's client. `url`: if it is not the token
        endpoint. `refusal`: what an error word in the answer means, if not what the method `refusal` says.
        """
        answers: list[httpx2.Response] = []

        def arrived(response: httpx2.Response) -> httpx2.Response:
            error = self._check(response)
            if error is not None:
                raise refusal(error, response) if refusal else self.refusal(error)
            answers.append(response)
            return _for_authlib(response)

        async with await self._client() as client:
            for kind in ("access_token_response", "refresh_token_response"):
                client.register_compliance_hook(kind, arrived)
            url = url or self._configured.addresses.token_url
            await self._within(call(client, url), url)
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
        grant = self._configured.software.grant
        if not grant.accepts(token.get("token_type", "bearer")):
            raise self._passing(Fault.NONSENSE, "gave an access token of an unknown type")
        further = _further(answers[-1])
        return Granted(
            cast(str, access),
            seconds(token.get("expires_in")) or _SHORT_LIFE_S,
            cast(str | None, refresh),
            cast(str | None, identity),
            self._ends_in_s(token),
            grant.granted_scopes(token.get("scope")),
            _ahead_s(answers[-1]),
            further,
            site_of_answer(self._configured.software, further, self._configured.site),
        )

    def _ends_in_s(self, token: Mapping[str, Any]) -> float | None:
        ends = (seconds(token.get(name)) for name in self._configured.software.grant.life_fields)
        return min((s for s in ends if s is not None), default=None)

    async def _client(self) -> Any:
        """The client that makes the requests: how the app identifies itself, and with which headers."""
        settings, grant = client_settings(), self._configured.software.grant
        settings["headers"] = {**settings["headers"], **grant.token_headers}
        secret = await self._configured.secret()
        if secret and grant.secret_in == "body":  # noqa: S105  (a word, not a secret)
            settings |= dict.fromkeys(_AUTH_METHODS, "client_secret_post")
        return AsyncOAuth2Client(client_id=self._configured.client_id, client_secret=secret, **settings)

    def _check(self, response: httpx2.Response) -> str | None:
        """The answer's error word; None for a success.

        Raises PassingTrouble for anything that no token endpoint writes, before Authlib reads it: only an error in the app's own format
        says something about the app or the sign-in.
        """
        software, status = self._configured.software, response.status_code
        if (fault := of_status(self._server, status, response.headers, software.limits)) is not None:
            raise fault
        error = token_error(
            software, Answer(status, response.headers, _json_or_none(response.text), response.text)
        )
        if isinstance(error, PassingTrouble):
            raise error
        if is_page(response.text) or not (response.is_success or error):
            raise unreadable(self._server, status, response.text)
        return error

    async def _within(self, call: Awaitable[Any], address: str) -> Any:
        """The result of a request to this address, or the reason why there is none."""
        # `from None` throughout, because these exceptions hold the request, and the request holds the token.
        try:
            async with asyncio.timeout(self._timeout_s):
                return await call
        except OAuthError as error:
            raise self.refusal(error.error) from None
        except EXPECTED as error:
            raise no_answer(error, self._server, address, self._timeout_s) from None
        except (ValueError, TypeError, RecursionError) as error:
            raise self._passing(
                Fault.NONSENSE, f"sent a reply we could not read ({type(error).__name__})"
            ) from None

    def refusal(self, code: object) -> Exception:
        """What an error code of RFC 6749, section 5.2, means."""
        error = clean(str(code))[:60]
        if error == "invalid_grant":
            one = self._configured.software.grant.one_per_person
            why = (
                f" {self._title} keeps one sign-in per person. Did you sign in on another computer?"
                if one
                else ""
            )
            return SignInRefused(f"{self._title} no longer accepts this sign-in.{why} Sign in again.")
        if error in {"temporarily_unavailable", "server_error"}:
            return internal_error(self._server, error)
        if error not in _APP_REFUSED:
            return self._passing(Fault.NONSENSE, f"refused the request ({error})")
        check = f"`clientsync setup {self._configured.software.name}`"
        if error == "invalid_scope":
            return Misconfigured(
                f"{self._title} does not allow the app a scope that it asks for (invalid_scope). Compare the app's scopes there with "
                f"those that {check} lists."
            )
        if error in _CREDENTIALS_REFUSED:
            return Misconfigured(
                f"{self._title} rejected the app's credentials ({error}). Check the client id and secret: {check}."
            )
        return Misconfigured(
            f"{self._title} rejected the app's request ({error}). Check how the app is registered: {check}."
        )

    @property
    def _title(self) -> str:
        return self._configured.software.title

    def _passing(self, fault: Fault, what: str) -> PassingTrouble:
        return passing(self._server, fault, what)

    @property
    def _server(self) -> str:
        return f"{possessive(self._title)} sign-in server"


def _for_authlib(response: httpx2.Response) -> httpx2.Response:
    """The answer without what trips up Authlib: it adds any `expires_in` to the clock, and treats `error: null` as an
    error.
    """
    try:
        body: Any = json.loads(response.content)
    except (ValueError, RecursionError):
        return response  # Authlib reports this itself
    if not isinstance(body, dict):
        return response
    fields = cast(dict[str, Any], body)
    safe = {
        name: value
        for name, value in fields.items()
        if name not in {"expires_in", "expires_at"} and (name, value) != ("error", None)
    }
    return httpx2.Response(response.status_code, content=json.dumps(safe))


def _further(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        answer: Any = shapes.read(response.text)
    except (ValueError, RecursionError, PassingTrouble):
        return {}  # the caller checks the answer and reports what is wrong
    fields = cast(dict[str, Any], answer) if isinstance(answer, dict) else {}
    return {name: value for name, value in fields.items() if name not in _SECRETS}


def seconds(value: object) -> float | None:
    """A duration in seconds, which some servers write as text; None if it can't be one."""
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # This excludes NaN and numbers that don't fit a float.
    return float(value) if 0 < value < _LONGEST_LIFE_S else None


def _ahead_s(response: httpx2.Response) -> float | None:
    """The server's clock minus this host's; None if it doesn't send its time."""
    try:
        server_time = parsedate_to_datetime(response.headers.get("date", ""))
        return (server_time.replace(tzinfo=server_time.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_token(value: object) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None
