"""The OAuth 2 server that every software of the sandbox shares: tokens, revocation, keys, discovery (RFC 6749, 7009, 7636, OpenID Connect)."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from joserfc import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .misbehave import misbehaving, turned_away
from .personality import App, Personality
from .sandbox import Sandbox
from .state import Access, Code, Grant, new_token
from .world import Accountant

#: How long an access token is remembered after its end, so that it can be called expired and not unknown.
KEPT_S = 86_400
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Refused(Exception):
    """A token request is refused; `error` is the code of RFC 6749, section 5.2."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def routes(sandbox: Sandbox, software: Personality) -> list[BaseRoute]:
    """The token, revocation, key and discovery endpoints of one software."""
    server = OAuth(sandbox, software)
    return [
        Route(software.token_path, server.token, methods=["POST"]),
        Route(software.revoke_path, server.revoke, methods=["POST"]),
        Route("/.well-known/openid-configuration", server.discovery),
        Route("/.well-known/jwks", server.jwks),
    ]


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form (application/x-www-form-urlencoded)."""
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


class OAuth:
    """The endpoints that programs call; the pages that people see are in `consent`."""

    def __init__(self, sandbox: Sandbox, software: Personality) -> None:
        self._box = sandbox
        self._software = software

    async def token(self, request: Request) -> Response:
        form = await form_of(request)
        whose: dict[str, str | None] = {"software": self._software.name, "person": self._person_of(form)}
        request.scope["whose"] = whose
        if away := turned_away(self._box, self._software.name, whose["person"]):
            return away
        try:
            answer = self._granted(self._app(request, form), form)
        except Refused as refused:
            return JSONResponse({"error": refused.error}, 400, NO_STORE)
        self._box.save()
        # Whatever else goes wrong does so after the tokens were changed: that is how an answer is lost in life.
        if answered := await misbehaving(self._box, request, self._software.name, whose["person"]):
            return answered
        return JSONResponse(answer, headers=NO_STORE)

    async def revoke(self, request: Request) -> Response:
        form = await form_of(request)
        try:
            app = self._app(request, form)
        except Refused as refused:
            return JSONResponse({"error": refused.error}, 400)
        grant = self._box.state.grants.get(self._box.state.refresh.get(form.get("token", ""), ""))
        person = grant.person if grant else None
        request.scope["whose"] = {"software": self._software.name, "person": person}
        if away := turned_away(self._box, self._software.name, person):
            return away
        if grant and (grant.software, grant.app) == (self._software.name, app.id):
            self._box.revoke(grant.software, grant.app, grant.person)
            self._box.save()
        return Response(status_code=200)

    async def discovery(self, request: Request) -> Response:
        issuer, software = self._box.issuer(self._software), self._software
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": issuer + software.authorize_path,
                "token_endpoint": issuer + software.token_path,
                "revocation_endpoint": issuer + software.revoke_path,
                "jwks_uri": f"{issuer}/.well-known/jwks",
                "scopes_supported": sorted(software.scopes),
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                    "none",
                ],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [self._box.key.as_dict(private=False)]})

    def _app(self, request: Request, form: dict[str, str]) -> App:
        name, secret = form.get("client_id", ""), form.get("client_secret")
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
            except ValueError:
                raise Refused("invalid_client") from None
            name, secret = unquote_plus(name), unquote_plus(secret)
        app = self._software.apps.get(name)
        if app is None or not hmac.compare_digest((app.secret or "").encode(), (secret or "").encode()):
            raise Refused("invalid_client")
        return app

    def _person_of(self, form: dict[str, str]) -> str | None:
        state = self._box.state
        code = state.codes.get(form.get("code", ""))
        grant = state.grants.get(state.refresh.get(form.get("refresh_token", ""), ""))
        return code.person if code else grant.person if grant else None

    def _granted(self, app: App, form: dict[str, str]) -> dict[str, Any]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(app, form)
            case "refresh_token":
                return self._refresh(app, form.get("refresh_token", ""))
            case _:
                raise Refused("unsupported_grant_type")

    def _exchange(self, app: App, form: dict[str, str]) -> dict[str, Any]:
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
        grant = Grant(
            id=new_token(),
            software=code.software,
            app=app.id,
            person=code.person,
            scopes=code.scopes,
            auth_event=code.auth_event,
            organisation=code.organisation,
            used_at=now,
        )
        box.state.grants[grant.id] = grant
        if "offline_access" in code.scopes:
            grant.refresh_token = self._new_refresh_token(grant)
        answer = self._answer(grant, now)
        if "openid" in code.scopes:
            answer["id_token"] = self._id_token(code, answer["access_token"], now)
        return answer

    def _refresh(self, app: App, token: str) -> dict[str, Any]:
        state, now = self._box.state, self._box.clock.now()
        grant = state.grants.get(state.refresh.get(token, ""))
        if grant is None or (grant.software, grant.app) != (self._software.name, app.id):
            raise Refused("invalid_grant")
        if now - grant.used_at > self._software.unused_s:
            state.end(grant)
            raise Refused("invalid_grant")
        if token == grant.refresh_token:
            if grant.replaced:
                state.refresh.pop(grant.replaced)
            grant.replaced, grant.replaced_at = token, now
        elif now - grant.replaced_at > self._software.grace_s:
            raise Refused("invalid_grant")
        else:
            # Whoever got the newer token has not used it yet; from now on only the one given here works.
            state.refresh.pop(grant.refresh_token or "")
        grant.used_at = now
        grant.refresh_token = self._new_refresh_token(grant)
        return self._answer(grant, now)

    def _new_refresh_token(self, grant: Grant) -> str:
        token = new_token()
        self._box.state.refresh[token] = grant.id
        return token

    def _answer(self, grant: Grant, now: float) -> dict[str, Any]:
        state = self._box.state
        lives = self._software.access_s if self._box.options.access_s is None else self._box.options.access_s
        state.access = {
            token: access for token, access in state.access.items() if access.ends_at + KEPT_S > now
        }
        person = self._person(grant.person)
        claims = self._software.claims(person, frozenset()) | {
            "iss": self._box.issuer(self._software),
            "aud": f"{self._box.issuer(self._software)}/resources",
            "client_id": grant.app,
            "jti": new_token(),
            "iat": int(now),
            "exp": int(now + lives),
            "authentication_event_id": grant.auth_event,
            "scope": grant.scopes,
        }
        access = self._signed(claims)
        state.access[access] = Access(grant.id, now + lives)
        answer = {
            "access_token": access,
            "expires_in": int(lives),
            "token_type": "Bearer",
            "scope": " ".join(grant.scopes),
        }
        return answer | ({"refresh_token": grant.refresh_token} if grant.refresh_token else {})

    def _id_token(self, code: Code, access_token: str, now: float) -> str:
        person = self._person(code.person)
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": self._box.issuer(self._software),
            "aud": code.app,
            "iat": int(now),
            "exp": int(now) + 300,
            "auth_time": int(code.signed_in_at),
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        if code.nonce is not None:
            claims["nonce"] = code.nonce
        return self._signed(claims | self._software.claims(person, frozenset(code.scopes)))

    def _person(self, email: str) -> Accountant:
        person = self._box.world.person(email)
        if person is None:
            # The state file is of another seed's world.
            raise Refused("invalid_grant")
        return person

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self._box.key.kid}, claims, self._box.key)


def _proves(code: Code, verifier: str) -> bool:
    if code.challenge is None:
        return True
    if not 43 <= len(verifier) <= 128:
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, code.challenge)
