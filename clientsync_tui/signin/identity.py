"""Who signed in: the id_token, verified (OpenID Connect Core 1.0, section 3.1.3.7), and the userinfo endpoint (section 5.3)."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
from authlib.oidc.core.util import create_half_hash  # pyright: ignore[reportMissingTypeStubs]
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet

from ..accounting.seam.configured import Configured, check_address
from ..accounting.seam.network.foreign import unreadable
from ..accounting.seam.network.transport import http_client
from ..accounting.seam.network.unreachable import EXPECTED, no_answer
from ..practice.possessive import possessive
from ..practice.trouble import PassingTrouble, SignInFailed, UsageError
from .remarks import CLOCK_LEEWAY_S, clock
from .token_endpoint import Granted

_LATEST = 253_402_300_800  # the year 10000; a date holds no later one
#: Asymmetric ones only: with `none` or an HMAC anyone could sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


async def verified(
    id_token: str, granted: Granted, configured: Configured, nonce: str, timeout_s: float
) -> Mapping[str, Any]:
    """The claims of `id_token`, after checking its signature, issuer, audience, nonce, times and at_hash.

    Raises SignInFailed. `granted`: what it came with. `timeout_s`: for each of the two documents that lead to the keys.
    """
    issuer = configured.addresses.issuer
    if issuer is None:
        raise ValueError("this app signs no id_token")
    title = configured.software.title
    async with http_client() as http:
        keys = await _keys(http, issuer, title, timeout_s)
    try:
        token = jwt.decode(id_token, KeySet.import_key_set(cast(Any, keys)), algorithms=ALGORITHMS)
        claims = token.claims
        # The times are checked below.
        untimed = {name: value for name, value in claims.items() if name not in {"iat", "nbf", "exp"}}
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": configured.client_id},
            nonce={"essential": True, "value": nonce},
        ).validate(untimed)
    except ClaimError as error:
        raise _wrong(title, f"its {error.claim} is missing or wrong") from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        # The error's text may contain the token; its type says enough.
        raise _wrong(title, f"{type(error).__name__} in its signature or claims") from None
    # joserfc accepts a list that contains the right value.
    if claims["nonce"] != nonce or claims["iss"] != issuer:
        raise _wrong(title, "its nonce or issuer is not text")
    _check_times(claims, granted.ahead_s, title)
    audience = claims["aud"]
    if (
        isinstance(audience, list)
        and len(cast(list[Any], audience)) > 1
        and claims.get("azp") != configured.client_id
    ):
        raise _wrong(title, "it was made for another app")
    if (hashed := claims.get("at_hash")) is not None:
        algorithm = str(token.header.get("alg"))
        expected = create_half_hash(granted.access_token, algorithm)
        if expected is None or expected.decode() != hashed:
            raise _wrong(title, "it belongs to another access token")
    return claims


def ahead_s(claims: Mapping[str, Any], by_date_s: float | None) -> float | None:
    """The server's clock minus this host's, from the answer's Date or the id_token's issue time, whichever differs more."""
    issued = _time(claims.get("iat"))
    differences = (by_date_s, None if issued is None else issued - time.time())
    return max((difference for difference in differences if difference is not None), key=abs, default=None)


def _check_times(claims: Mapping[str, Any], by_date_s: float | None, title: str) -> None:
    """Raises SignInFailed outside the token's times. The time of issue doesn't matter, because the nonce is fresh."""
    now, ends, begins = time.time(), _time(claims.get("exp")), _time(claims.get("nbf", 0))
    if ends is None or begins is None:
        raise _wrong(title, "its times are not valid")
    if begins - CLOCK_LEEWAY_S <= now < ends + CLOCK_LEEWAY_S:
        return
    problem = "is not valid yet" if now < begins else "is no longer valid"
    differs = ahead_s(claims, by_date_s)
    why = "The server sent an old or future one."
    if differs is not None and abs(differs) > CLOCK_LEEWAY_S:
        why = f"{clock(title, differs)} Set this host's clock, then sign in again."
    raise SignInFailed(
        f"{possessive(title)} proof of who signed in (id_token) {problem} by this host's clock. {why} Nothing was saved."
    )


def _time(value: object) -> float | None:
    """A NumericDate (RFC 7519, section 2); None if it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _LATEST else None


async def userinfo(access_token: str, configured: Configured, timeout_s: float) -> Mapping[str, Any]:
    """What the userinfo endpoint says about the owner of the access token. Raises SignInFailed.

    If the configuration names another issuer but no endpoint, the issuer's discovery document is asked for it; if that doesn't
    say, it is where the app's own is. `timeout_s`: for each call.
    """
    title = configured.software.title
    async with http_client() as http:
        address = configured.addresses.userinfo_url or await _userinfo_url(http, configured, timeout_s)
        bearer = {
            "Authorization": configured.software.grant.authorization(access_token),
            "Accept": "application/json",
        }
        try:
            return await _document(http, title, address, timeout_s, bearer)
        except PassingTrouble as trouble:
            raise SignInFailed(
                f"{title} did not say who signed in ({address}). {trouble} Nothing was saved."
            ) from None


async def _userinfo_url(http: httpx2.AsyncClient, configured: Configured, timeout_s: float) -> str:
    issuer, usual = configured.addresses.issuer, configured.software.addresses.userinfo_url
    if issuer is None or usual is None:
        raise ValueError("this app has no userinfo endpoint")
    try:
        document = await _document(http, configured.software.title, _discovery(issuer), timeout_s)
    except PassingTrouble:
        document = {}
    address = document.get("userinfo_endpoint") if document.get("issuer") == issuer else None
    if address is None:
        return (
            urlsplit(usual)._replace(scheme=urlsplit(issuer).scheme, netloc=urlsplit(issuer).netloc).geturl()
        )
    try:
        check_address(str(address), "userinfo_endpoint")
    except UsageError as trouble:
        raise SignInFailed(
            f"{possessive(configured.software.title)} issuer has no safe address: {trouble} Nothing was saved."
        ) from None
    return str(address)


def _discovery(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


async def _keys(http: httpx2.AsyncClient, issuer: str, title: str, timeout_s: float) -> dict[str, Any]:
    """The issuer's public keys, found through its discovery document (OpenID Connect Discovery 1.0, section 4)."""
    document = await _json(http, _discovery(issuer), title, timeout_s)
    address = document.get("jwks_uri")
    if document.get("issuer") != issuer or not isinstance(address, str):
        raise _wrong(title, "its issuer does not say where its keys are")
    try:
        check_address(address, "jwks_uri")
    except UsageError:
        raise _wrong(title, "its issuer keeps the keys where anyone could change them") from None
    return await _json(http, address, title, timeout_s)


async def _json(http: httpx2.AsyncClient, address: str, title: str, timeout_s: float) -> dict[str, Any]:
    try:
        return await _document(http, title, address, timeout_s)
    except PassingTrouble as trouble:
        raise SignInFailed(
            f"{possessive(title)} keys could not be read from {address}, so it is not certain who signed in. {trouble} Nothing was saved."
        ) from None


async def _document(
    http: httpx2.AsyncClient,
    title: str,
    address: str,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object at an address. Raises PassingTrouble if there is none."""
    try:
        async with asyncio.timeout(timeout_s):
            response = await http.get(address, headers=headers)
    except EXPECTED as error:
        raise no_answer(error, title, address, timeout_s) from None
    try:
        found: object = json.loads(response.content) if response.status_code == 200 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise unreadable(title, response.status_code, response.text)
    return cast(dict[str, Any], found)


def _wrong(title: str, why: str) -> SignInFailed:
    return SignInFailed(
        f"{possessive(title)} proof of who signed in (id_token) is wrong: {why}. Nothing was saved."
    )
