"""An app as different from Xero as possible, and its server: one organisation per sign-in, a secret, no id_token, ends stated in answers."""

import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from clientsync_tui.accounting.seam import shapes
from clientsync_tui.accounting.seam.configured import Configured
from clientsync_tui.accounting.seam.software import Addresses, Grant, NewSignIn
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.model import Organisation
from clientsync_tui.practice.people import Person
from clientsync_tui.practice.trouble import SignInFailed
from clientsync_tui.sandbox.config import free_ports

from .flawed import served

SECRET = "hush"
LATER_S = 20 * 86_400


class Unlike(type(XERO)):
    """`Software`; see there."""

    name = "unlike"
    title = "Unlike"
    organisations_per_sign_in: Literal["many", "one"] = "one"
    addresses = Addresses(
        "https://unlike.example/in", "https://unlike.example/token", "https://api.unlike.example",
        "https://unlike.example/revoke", "https://unlike.example", "https://who.unlike.example/v1/userinfo",
    )  # fmt: skip
    grant = Grant(
        scopes={},
        pkce=False,
        secret="required",
        https_redirect=True,
        life_fields=("ends_in", "ends_hard_in"),
        token_headers={"x-tell-the-end": "true"},
        revoke_body="json",
    )
    limits = replace(XERO.limits)
    disconnecting: Literal["connection", "sign_in", "nowhere"] = "sign_in"

    async def person(self, new: NewSignIn) -> Person:
        answer = await new.userinfo()
        if not (sub := shapes.words(answer.get("sub"))):
            raise shapes.nonsense("who signed in")
        return Person(sub, "Ann Lee", "ann@example.com")

    async def granted(self, new: NewSignIn) -> Organisation | None:
        realm = new.redirect.get("realm")
        if not realm:
            raise SignInFailed("The address does not say which company. Nothing was saved.")
        found = await new.calls.get(f"/companies/{realm}", organisation_id=realm)
        return Organisation(realm, shapes.words(shapes.under(found, "name")) or realm)


class Server:
    """Unlike's server. `port`: where sign-ins listen; `token`, `who`, `company`, `revoked`: what it answers; `asked`: the requests, `bodies` their bodies."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.port = free_ports(1)[0]
        self.endpoint: str | None = f"{url}/elsewhere/userinfo"
        self.lives: Mapping[str, Any] = {"ends_in": LATER_S, "ends_hard_in": LATER_S * 9}
        self.token: Response | None = None
        self.who: Response = JSONResponse({"sub": "u-1"})
        self.company: Response = JSONResponse({"name": "Harbour Fish Bar"})
        self.revoked: Response = JSONResponse({})
        self.asked: list[Request] = []
        self.bodies: list[bytes] = []

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/{rest:path}", self._answer, methods=["GET", "POST"]),
            ]
        )

    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]

    async def _discovery(self, request: Request) -> Response:
        document = {"issuer": self.url, "userinfo_endpoint": self.endpoint}
        return JSONResponse({name: value for name, value in document.items() if value is not None})

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request)
        self.bodies.append(await request.body())
        match request.url.path.rpartition("/")[2]:
            case "token":
                tokens = {
                    "access_token": "access-SECRET",
                    "refresh_token": "refresh-SECRET",
                    "expires_in": 3600,
                }
                return self.token or JSONResponse({**tokens, **self.lives})
            case "userinfo":
                return self.who
            case "revoke":
                return self.revoked
            case "7":
                return self.company
            case _:
                return PlainTextResponse("no", 404)

    def configured(self, **changes: Any) -> Configured:
        """Unlike set up to use this server."""

        async def secret() -> str:
            return SECRET

        addresses = Addresses(
            f"{self.url}/in", f"{self.url}/token", f"{self.url}/api", f"{self.url}/revoke", self.url
        )
        made = Configured(Unlike(), "app", self.port, addresses, (), secret=secret)
        return replace(made, **changes)


@asynccontextmanager
async def unlike() -> AsyncGenerator[Server]:
    """Serves until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
        async with served(server.app(), listener):
            yield server
