"""An app for any accounting app of the sandbox that does manually what a program does: plain HTTP, no redirects followed."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from clientsync_tui.sandbox.config import software_tables
from clientsync_tui.sandbox.personality import Personality
from clientsync_tui.sandbox.registry import personalities
from tests.support.sandbox import REDIRECT, arrived, plain_http


@dataclass
class PlainApp:
    """`url`: the sandbox's. `realm`: what the last redirect said beside code and state. `credentials`: the fields of a form that say who the
    app is, where it does not use Basic."""

    url: str
    software: str
    http: httpx2.Client = field(default_factory=plain_http)
    tokens: dict[str, Any] = field(default_factory=dict)
    realm: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.table = software_tables(self.url)[self.software]
        self.auth = (self.table["client_id"], "sandbox")

    @property
    def personality(self) -> Personality:
        return personalities()[self.software]

    def link(self, **changes: str | None) -> str:
        query = {
            "client_id": self.table["client_id"],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "state": "the state",
            "scope": " ".join(sorted(self.personality.scopes)) or None,
        } | changes
        return f"{self.table['authorize_url']}?{urlencode({k: v for k, v in query.items() if v is not None})}"

    def code(self, email: str, **changes: str | None) -> str:
        answer = self.http.get(self.link(prompt="none", login_hint=email, **changes))
        assert answer.status_code == 303, answer.text
        said = arrived(answer)
        self.realm = {k: v for k, v in said.items() if k not in ("code", "state")}
        return said["code"]

    def token(self, form: dict[str, str], **more: Any) -> httpx2.Response:
        return self.http.post(
            self.table["token_url"], data=form | self.credentials, **{"auth": self.auth, **more}
        )

    def exchange(self, code: str, **more: Any) -> httpx2.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        return self.token(form, **more)

    def refresh(self, token: str | None = None, **more: Any) -> httpx2.Response:
        token = self.tokens["refresh_token"] if token is None else token
        return self.token({"grant_type": "refresh_token", "refresh_token": token}, **more)

    def sign_in(self, email: str, **changes: str | None) -> "PlainApp":
        answer = self.exchange(self.code(email, **changes))
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        return self

    def get(self, path: str, **headers: str) -> httpx2.Response:
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}", "Accept": "application/json"}
        return self.http.get(self.table["api_url"] + path, headers=bearer | headers)
