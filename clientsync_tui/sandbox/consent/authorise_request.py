"""What an app requests when it sends a person to sign in: the link, parsed and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..personality import App, Personality

_REDIRECT = re.compile(r"http://(localhost|127\.0\.0\.1):\d{1,5}/callback")

# A page on the practice's website, registered with every app of the sandbox for redirects that are pasted.
HTTPS_REDIRECT = "https://practice.example/callback"


class Unacceptable(Exception):
    """The link itself is wrong: the person sees this on a page and is not redirected (RFC 6749, section 4.1.2.1)."""


@dataclass(frozen=True, slots=True)
class AuthoriseRequest:
    """What an app requests on the person's behalf: the link's query, checked."""

    query: str
    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    challenge: str | None
    at_once: bool
    login_hint: str | None
    organisations: tuple[str, ...] | None
    says_realm: bool

    @classmethod
    def read(cls, query: str, software: Personality) -> Self:
        """Raises Unacceptable if the app, redirect, scope or PKCE is not as registered."""
        given = dict(parse_qsl(query, keep_blank_values=True))
        app = software.apps.get(given.get("client_id", ""))
        if app is None:
            raise Unacceptable("unauthorized_client: no app with this client id is registered")
        redirect = given.get("redirect_uri", "")
        local = not app.https_only and _REDIRECT.fullmatch(redirect) and _port_is_one(redirect)
        if redirect != HTTPS_REDIRECT and not local:
            others = (
                "" if app.https_only else "http://localhost:PORT/callback, http://127.0.0.1:PORT/callback or "
            )
            raise Unacceptable(f"invalid redirect_uri: it must be {others}{HTTPS_REDIRECT}")
        if given.get("response_type") != "code":
            raise Unacceptable("unsupported_response_type: only code")
        asked = given.get("scope", "").split(software.scope_separator)
        scopes = tuple(dict.fromkeys(scope for scope in asked if scope))
        if unknown := [scope for scope in scopes if scope not in software.scopes]:
            raise Unacceptable(f"invalid_scope: {' '.join(unknown)}")
        challenge = given.get("code_challenge")
        if challenge and (not software.pkce or (software.pkce == "public" and app.secret is not None)):
            raise Unacceptable(
                "invalid_request: code_challenge is not known here, because this app has a secret: "
                f"clientsync setup {software.name} --secret-stdin"
            )
        if (challenge is None and app.secret is None) or (
            challenge and given.get("code_challenge_method") != "S256"
        ):
            raise Unacceptable("invalid_request: code_challenge with code_challenge_method=S256 is required")
        named = given.get("organisations", given.get("organisation"))
        return cls(
            query=query,
            app=app,
            redirect_uri=redirect,
            scopes=scopes,
            state=given.get("state"),
            nonce=given.get("nonce"),
            challenge=challenge,
            at_once=given.get("prompt") == "none",
            login_hint=given.get("login_hint"),
            organisations=None if named is None else tuple(filter(None, named.split(","))),
            says_realm=set(software.link_needs.items()) <= set(parse_qsl(query)),
        )

    def back(self, *, more: Mapping[str, str] | None = None, **answer: str) -> str:
        """The redirect with the answer, the state, and `more`."""
        state = {} if self.state is None else {"state": self.state}
        return f"{self.redirect_uri}?{urlencode(answer | state | dict(more or {}))}"


def _port_is_one(url: str) -> bool:
    try:
        return bool(urlsplit(url).port)
    except ValueError:
        return False
