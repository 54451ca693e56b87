"""A sandbox for tests, and an app that signs in to it manually over plain HTTP."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running

SCOPES = "offline_access openid profile email accounting.settings.read accounting.contacts.read"
REDIRECT = "http://localhost:8400/callback"


@pytest.fixture
def sandbox() -> Iterator[Running]:
    """Forty organisations, without rate limits."""
    with running(Options(limits=False, hostile=True)) as box:
        yield box


@pytest.fixture
def sandboxes() -> Iterator[Callable[[Options], Running]]:
    """Sandboxes with the options that the test needs. All are stopped at its end."""
    started: list[Running] = []

    def start(options: Options) -> Running:
        started.append(running(options))
        return started[-1]

    yield start
    for box in started:
        box.stop()


def plain_http() -> httpx2.Client:
    """A client for the loopback, without certificates, which take 50 ms to read."""
    return httpx2.Client(trust_env=False, verify=False, timeout=10)


@dataclass
class App:
    """A practice's app at `url` (the sandbox's) that does manually what Client Sync does. Redirects are not followed."""

    url: str
    client_id: str = "sandbox-xero"
    scopes: str = SCOPES
    http: httpx2.Client = field(default_factory=plain_http)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def xero(self) -> str:
        return f"{self.url}/xero"

    def link(self, **changes: str | None) -> str:
        """The sign-in link. `changes` replace or (None) remove parameters."""
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        )
        query = {
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": self.scopes,
            "state": "the state",
            "nonce": "the nonce",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        return f"{self.xero}/identity/connect/authorize?{urlencode({k: v for k, v in query.items() if v is not None})}"

    def code(self, email: str, **changes: str | None) -> str:
        """A code for this person, who signs in without pages."""
        answer = self.http.get(self.link(prompt="none", login_hint=email, **changes))
        assert answer.status_code == 303, answer.text
        return arrived(answer)["code"]

    def exchange(self, code: str, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": self.verifier,
        }
        return self.http.post(f"{self.xero}/connect/token", data=form | changes)

    def refresh(self, token: str | None = None, **changes: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "client_id": self.client_id}
        form["refresh_token"] = self.tokens["refresh_token"] if token is None else token
        return self.http.post(f"{self.xero}/connect/token", data=form | changes)

    def sign_in(self, email: str, **changes: str | None) -> "App":
        """Signs this person in and keeps the tokens."""
        answer = self.exchange(self.code(email, **changes))
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return self

    def get(self, path: str, organisation: str | None = None, **headers: str) -> httpx2.Response:
        """GET below `/xero` with the access token."""
        return self.http.get(self.xero + path, headers=self.headers(organisation) | headers)

    def organisation(self, organisation: str) -> httpx2.Response:
        return self.get("/api.xro/2.0/Organisation", organisation)

    def connections(self) -> list[dict[str, str]]:
        return self.get("/connections").json()

    def headers(self, organisation: str | None = None) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}", "Accept": "application/json"}
        return bearer | ({"xero-tenant-id": organisation} if organisation else {})


def arrived(answer: httpx2.Response) -> dict[str, str]:
    """The parameters of a redirect back to the app."""
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
