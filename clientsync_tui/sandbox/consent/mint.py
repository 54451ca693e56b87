"""Creates tokens: access tokens, refresh tokens, id_tokens (OpenID Connect), and the answer that carries them."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from joserfc import jwt

from ..personality import Issued, Personality
from ..sandbox import Sandbox
from ..world.state import Access, Code, Grant, new_token
from ..world.world import Accountant

# How long an access token is remembered after it expires, so that it counts as expired instead of unknown.
KEPT_S = 86_400


class Refused(Exception):
    """A token request is refused; `error` is the code from RFC 6749, section 5.2."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Mint:
    """Creates the tokens of one app."""

    def __init__(self, sandbox: Sandbox, software: Personality) -> None:
        self._box = sandbox
        self._software = software

    def granted(
        self,
        app: str,
        person: str,
        scopes: list[str],
        auth_event: str,
        *,
        organisation: str | None = None,
        redirect_uri: str = "",
    ) -> Grant:
        """A new grant, with a refresh token if the scopes allow one."""
        now = self._box.clock.now()
        grant = Grant(
            id=new_token(),
            software=self._software.name,
            app=app,
            person=person,
            scopes=scopes,
            auth_event=auth_event,
            organisation=organisation,
            redirect_uri=redirect_uri,
            used_at=now,
            granted_at=now,
        )
        if self._software.one_grant:
            self._box.end_grants(grant.software, grant.app, grant.person)
        if most := self._software.most_grants:
            self._box.end_oldest(grant.software, grant.app, grant.person, most - 1)
        self._box.state.grants[grant.id] = grant
        if self._software.refresh_scope is None or self._software.refresh_scope in scopes:
            self.renew(grant, now)
        return grant

    def renew(self, grant: Grant, now: float) -> None:
        """Gives the grant a new refresh token. What happens to the former one is up to the caller."""
        grant.refresh_token, grant.issued_at = new_token() + self._software.token_mark, now
        self._box.state.refresh[grant.refresh_token] = grant.id

    def ends_in_s(self, grant: Grant, now: float) -> int | None:
        """Seconds until the grant ends regardless of use; None if it doesn't."""
        if self._software.hard_s is None:
            return None
        return max(0, int(grant.granted_at + self._software.hard_s - now))

    def answer(
        self, grant: Grant, now: float, headers: Mapping[str, str], *, renewing: bool = False
    ) -> dict[str, Any]:
        """The token answer with a new access token. `headers`: the request's; `renewing`: whether it was a refresh."""
        state = self._box.state
        lives = self._software.access_s if self._box.options.access_s is None else self._box.options.access_s
        state.access = {
            token: access for token, access in state.access.items() if access.ends_at + KEPT_S > now
        }
        access = self._access_token(grant, now, lives)
        state.access[access] = Access(grant.id, now + lives)
        issued = Issued(
            grant,
            access,
            int(lives),
            int(self._software.unused_s),
            self.ends_in_s(grant, now),
            headers,
            renewing,
        )
        return self._software.token_answer(issued)

    def _access_token(self, grant: Grant, now: float, lives_s: float) -> str:
        person = self._person(grant.person)
        if self._software.access_claims is None:
            return new_token()
        standard = {
            "iss": self._box.issuer(self._software),
            "aud": f"{self._box.issuer(self._software)}/resources",
            "client_id": grant.app,
            "jti": new_token(),
            "iat": int(now),
            "exp": int(now + lives_s),
        }
        return self._signed(standard | self._software.access_claims(person, grant))

    def id_token(self, code: Code, grant: Grant, access_token: str, now: float) -> str:
        """The id_token that goes with a code's first tokens."""
        assert self._software.claims
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
        return self._signed(self._software.claims(claims, self._person(code.person), grant))

    def _person(self, email: str) -> Accountant:
        person = self._box.world.person(email)
        if person is None:
            # The state file is from a world with another seed.
            raise Refused("invalid_grant")
        return person

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self._box.key.kid}, claims, self._box.key)
