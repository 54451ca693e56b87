"""The OAuth 2 server shared by all apps of the sandbox: tokens, revocation, keys, discovery (RFC 6749, 7009, 7636, OpenID
Connect).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ..misbehaviour.apply_faults import unavailable, with_faults
from ..misbehaviour.limits import Allowed, Caller
from ..personality import App, Personality
from ..sandbox import Sandbox
from ..world.state import Code, Grant
from .mint import Mint, Refused

_AUTH_METHODS = {
    "body": ("client_secret_post",),
    "either": ("client_secret_basic", "client_secret_post"),
}
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def routes(sandbox: Sandbox, software: Personality) -> list[BaseRoute]:
    """The token, revocation, key and discovery endpoints of one app."""
    server = OAuth(sandbox, software)
    routes: list[BaseRoute] = [Route(software.token_path, server.token, methods=["POST"])]
    if software.revocation:
        routes.append(Route(software.revocation.path, server.revoke, methods=["POST"]))
    if software.claims:
        routes.append(Route("/.well-known/openid-configuration", server.discovery))
        routes.append(Route("/.well-known/jwks", server.jwks))
    return routes


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form (application/x-www-form-urlencoded)."""
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


async def _json_of(request: Request) -> dict[str, str]:
    """The text fields of a posted JSON object; none if it is not an object."""
    try:
        document: Any = json.loads(await request.body())
    except ValueError:
        return {}
    fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    return {name: value for name, value in fields.items() if isinstance(value, str)}


class OAuth:
    """The endpoints that programs call. The pages for people are in `consent`."""

    def __init__(self, sandbox: Sandbox, software: Personality) -> None:
        self._box = sandbox
        self._software = software
        self._mint = Mint(sandbox, software)

    async def token(self, request: Request) -> Response:
        form = await form_of(request)
        name, grant = self._software.name, self._grant_of(form)
        person = grant.person if grant else None
        request.scope["whose"] = {
            "software": name,
            "person": person,
            "organisation": grant.organisation if grant else None,
        }
        if away := unavailable(self._box, name, person) or self._box.scripts.instead("token", name, person):
            return away
        try:
            if (mark := self._software.token_mark) and mark.encode() in await request.body():
                raise Refused("invalid_request")
            app = self.app(request, form)
            if limited := self._limited(app, form, person):
                return limited
            answer = self._granted(app, form, request.headers)
        except Refused as refused:
            return self.refused(refused)
        self._box.save()
        # Any other fault strikes after the tokens have changed, which is how answers get lost in reality.
        made = JSONResponse(answer, headers=NO_STORE)
        return await with_faults(self._box, request, "token", lambda: made, name, person)

    async def revoke(self, request: Request) -> Response:
        revocation, name = self._software.revocation, self._software.name
        assert revocation
        form = await (_json_of(request) if revocation.body == "json" else form_of(request))
        token = (request.query_params if revocation.body == "query" else form).get("token", "")
        state = self._box.state
        access = state.access.get(token)
        grant = state.grants.get(state.refresh.get(token, access.grant if access else ""))
        try:
            # If the token is in the address, anyone who has it may end it.
            app = self.app(request, form).id if revocation.body != "query" else grant.app if grant else ""
        except Refused as refused:
            return self.refused(refused)
        person = grant.person if grant else None
        request.scope["whose"] = {"software": name, "person": person}
        if away := unavailable(self._box, name, person) or self._box.scripts.instead("revoke", name, person):
            return away
        if grant is None or (grant.software, grant.app) != (name, app):
            if revocation.unknown_status < 400:
                return Response(status_code=revocation.unknown_status)
            return JSONResponse({"error": "invalid_request"}, revocation.unknown_status, NO_STORE)
        self._end(grant, revocation.ends)
        self._box.save()
        return Response(status_code=200)

    def _end(self, grant: Grant, ends: Literal["grant", "person"]) -> None:
        """Ends the grant, or all of its person's. Whatever was connected only through it is disconnected."""
        box = self._box
        if ends == "grant" and grant.organisation is None:
            box.state.end(grant)
            if box.has_grants(grant.software, grant.app, grant.person):
                return
        only = grant.organisation if ends == "grant" else None
        box.revoke(grant.software, grant.app, grant.person, only)

    async def discovery(self, request: Request) -> Response:
        issuer, software = self._box.issuer(self._software), self._software
        document: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": issuer + software.authorize_path,
            "token_endpoint": issuer + software.token_path,
            "jwks_uri": f"{issuer}/.well-known/jwks",
            "scopes_supported": sorted(software.scopes),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": list(_AUTH_METHODS[software.secret_in]),
        }
        if software.revocation:
            document["revocation_endpoint"] = issuer + software.revocation.path
        if software.userinfo_path:
            document["userinfo_endpoint"] = issuer + software.userinfo_path
        if software.pkce:
            document["token_endpoint_auth_methods_supported"].append("none")
            document["code_challenge_methods_supported"] = ["S256"]
        return JSONResponse(document)

    async def jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [self._box.key.as_dict(private=False)]})

    def app(self, request: Request, form: dict[str, str]) -> App:
        """The app that makes the request. Raises Refused unless its id and secret are right."""
        name, secret = form.get("client_id", ""), form.get("client_secret")
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic" and self._software.secret_in == "either":  # noqa: S105
            try:
                name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
            except ValueError:
                raise Refused("invalid_client") from None
            name, secret = unquote_plus(name), unquote_plus(secret)
        app = self._software.apps.get(name)
        if app is None or not hmac.compare_digest((app.secret or "").encode(), (secret or "").encode()):
            raise Refused("invalid_client")
        return app

    def refused(self, refused: Refused) -> Response:
        """The answer to a refused request."""
        status, more = self._software.token_errors.get(refused.error, (400, {}))
        return JSONResponse({"error": refused.error, **more}, status, NO_STORE)

    def _grant_of(self, form: dict[str, str]) -> Code | Grant | None:
        """What the request's code or token stands for."""
        state = self._box.state
        code = state.codes.get(form.get("code", ""))
        return code or state.grants.get(state.refresh.get(form.get("refresh_token", ""), ""))

    def _limited(self, app: App, form: dict[str, str], person: str | None) -> Response | None:
        rate = self._software.renewals
        if rate is None or person is None or form.get("grant_type") != "refresh_token":
            return None
        caller = Caller(self._software.name, app.id, person, None)
        if refused := self._box.limits.enter(caller, Allowed((rate,))):
            if self._software.too_many_renewals:
                return self._software.too_many_renewals(refused.retry_after_s)
            return self._software.too_many(refused.problem, refused.retry_after_s)
        self._box.limits.leave(caller)
        return None

    def _granted(self, app: App, form: dict[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(app, form, headers)
            case "refresh_token":
                return self._refresh(app, form, headers)
            case _:
                raise Refused("unsupported_grant_type")

    def _exchange(self, app: App, form: dict[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        box, now = self._box, self._box.clock.now()
        code = box.state.codes.get(form.get("code", ""))
        if code is None or code.used or (code.software, code.app) != (self._software.name, app.id):
            raise Refused("invalid_grant")
        code.used = True
        box.save()
        stale = now - code.signed_in_at > self._software.code_s
        if (
            stale
            or code.redirect_uri != form.get("redirect_uri")
            or not _proves(code, form.get("code_verifier", ""))
        ):
            raise Refused("invalid_grant")
        grant = self._mint.granted(
            app.id,
            code.person,
            code.scopes,
            code.auth_event,
            organisation=code.organisation,
            redirect_uri=code.redirect_uri,
        )
        answer = self._mint.answer(grant, now, headers)
        if self._software.claims and "openid" in code.scopes:
            answer["id_token"] = self._mint.id_token(code, grant, answer["access_token"], now)
        return answer

    def _refresh(self, app: App, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        state, now, rotation = self._box.state, self._box.clock.now(), self._software.rotation
        token = form.get("refresh_token", "")
        grant = state.grants.get(state.refresh.get(token, ""))
        if grant is None or (grant.software, grant.app) != (self._software.name, app.id):
            raise Refused("invalid_grant")
        if self._software.redirect_at_refresh and form.get("redirect_uri") != grant.redirect_uri:
            raise Refused("invalid_request")
        if now - grant.used_at > self._software.unused_s or self._mint.ends_in_s(grant, now) == 0:
            state.end(grant)
            raise Refused("invalid_grant")
        if token != grant.refresh_token:
            if now - grant.replaced_at > rotation.grace_s:
                raise Refused("invalid_grant")
            # The newer token has not been used yet. It stops working, and only the one given here works.
            state.refresh.pop(grant.refresh_token or "")
            self._mint.renew(grant, now)
        elif rotation.after_s is not None and now - grant.issued_at >= rotation.after_s:
            if grant.replaced:
                state.refresh.pop(grant.replaced, None)
            grant.replaced, grant.replaced_at = token, now
            self._mint.renew(grant, now)
        grant.used_at = now
        return self._mint.answer(grant, now, headers, renewing=True)


def _proves(code: Code, verifier: str) -> bool:
    if code.challenge is None:
        return True
    if not 43 <= len(verifier) <= 128:
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, code.challenge)
