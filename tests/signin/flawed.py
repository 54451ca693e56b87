"""A small sign-in server over real HTTP that gives answers with one flaw at a time."""

import asyncio
import base64
import hmac
import json
import socket
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from clientsync_tui.sandbox.server import Server

ACCESS = "access-SECRET"
REFRESH = "refresh-SECRET"
CODE = "code-SECRET"


@cache
def key(_which: str = "own") -> RSAKey:
    """A signing key. Created when first used, because that takes a twentieth of a second in each process that imports this."""
    return RSAKey.generate_key(2048, {"use": "sig", "kid": "one"})


class Flawed:
    """`flaw`: what is wrong; "" for nothing. `nonce`: the one of a correct id_token. `asked`: how often tokens were requested. `more`:
    fields of a token answer that replace the correct ones.
    """

    def __init__(self, url: str, client_id: str) -> None:
        self.url = url
        self.client_id = client_id
        self.flaw = ""
        self.nonce = ""
        self.asked = 0
        self.more: dict[str, Any] = {}

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/xero/.well-known/openid-configuration", self.discovery),
                Route("/xero/jwks", self.keys),
                Route("/xero/connect/token", self.token, methods=["POST"]),
                Route("/xero/elsewhere", self.token, methods=["GET", "POST"]),
                Route("/xero/connect/revocation", self.revoke, methods=["POST"]),
            ]
        )

    async def discovery(self, request: Request) -> Response:
        issuer = f"{self.url}/xero"
        document: dict[str, Any] = {"issuer": issuer, "jwks_uri": f"{issuer}/jwks"}
        match self.flaw:
            case "discovery down":
                return PlainTextResponse("no", 500)
            case "discovery of another":
                document["issuer"] = "https://identity.example"
            case "discovery garbage":
                return PlainTextResponse("<html>")
            case "discovery without keys":
                del document["jwks_uri"]
            case "keys in the clear":
                document["jwks_uri"] = "http://keys.example/jwks"
            case _:
                pass
        return JSONResponse(document)

    async def keys(self, request: Request) -> Response:
        if self.flaw == "keys garbage":
            return JSONResponse({"keys": "none"})
        return JSONResponse(KeySet([key()]).as_dict(private=False))

    def claims(self) -> dict[str, Any]:
        now = int(time.time())
        right = {
            "iss": f"{self.url}/xero", "aud": self.client_id, "nonce": self.nonce, "sub": "s-1", "xero_userid": "u-1",
            "email": "a@example.com", "given_name": "A", "family_name": "B", "iat": now, "exp": now + 300,
        }  # fmt: skip
        wrong: dict[str, dict[str, Any]] = {
            "issuer": {"iss": "https://identity.example"},
            "audience": {"aud": "another-app"},
            "audience of several": {"aud": [self.client_id, "another-app"], "azp": "another-app"},
            "nonce": {"nonce": "replayed"},
            "nonce in a list": {"nonce": [self.nonce, "replayed"]},
            "issuer in a list": {"iss": [f"{self.url}/xero"]},
            "no nonce": {"nonce": None},
            "expired": {"iat": now - 900, "exp": now - 600},
            "not yet": {"iat": now + 900, "nbf": now + 900, "exp": now + 1800},
            "an end in words": {"exp": "soon"},
            "an end beyond all dates": {"exp": 10**400},
            "a beginning in a list": {"nbf": [now]},
            "no e-mail": {"email": None},
            "e-mail in a list": {"email": ["a@example.com"]},
            "user name alone": {"email": None, "preferred_username": "ab@example.com"},
            "from the future": {"iat": now + 900, "exp": now + 1800},
            "at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
            "at_hash number": {"at_hash": 7},
            "no person": {"sub": None, "xero_userid": None},
            "clock a little off": {"iat": now + 100, "nbf": now + 100, "exp": now - 100},
        }
        merged = right | wrong.get(self.flaw, {})
        return {name: value for name, value in merged.items() if value is not None}

    def id_token(self) -> str:
        header = {"alg": "RS256", "kid": "one"}
        match self.flaw:
            case "signature":
                return jwt.encode(header, self.claims(), key("other"))
            case "signed with the public key":
                # No library creates this any more, but an attacker can. It works if the server trusts the token's own algorithm.
                body = jwt.encode(header, self.claims(), key()).split(".")[1]
                signed = _base64(b'{"alg":"HS256","kid":"one"}') + "." + body
                secret = key().as_pem(private=False)
                return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"
            case "unsigned":
                good = jwt.encode(header, self.claims(), key())
                return "eyJhbGciOiJub25lIn0." + good.split(".")[1] + "."
            case "tampered":
                head, body, end = jwt.encode(header, self.claims(), key()).split(".")
                return f"{head}.{body[:-2]}AA.{end}"
            case "no jwt":
                return "SECRET.SECRET"
            case _:
                return jwt.encode(header, self.claims(), key())

    async def token(self, request: Request) -> Response:
        self.asked += 1
        answer: dict[str, Any] = {
            "access_token": ACCESS, "refresh_token": REFRESH, "token_type": "Bearer", "expires_in": 1800,
            "id_token": self.id_token(), "error": None, **self.more,
        }  # fmt: skip
        match self.flaw:
            case "hangs":
                await asyncio.sleep(30)
            case "drips":
                return _dripping()
            case "down":
                return PlainTextResponse(f"fault with {REFRESH}", 503)
            case "limit":
                return JSONResponse({"error": "slow_down"}, 429, {"Retry-After": "120"})
            case "html":
                return PlainTextResponse(f"<html>{REFRESH}</html>")
            case "cut off":
                return PlainTextResponse('{"access_token": "acc', media_type="application/json")
            case "a list":
                return JSONResponse([answer])
            case "empty":
                return JSONResponse({})
            case "deep":
                return PlainTextResponse("[" * 200_000, media_type="application/json")
            case "token of lines":
                answer["access_token"] = f"{ACCESS}\r\nX-Evil: 1"
            case "token no text":
                answer["refresh_token"] = {"token": REFRESH}
            case "no refresh token":
                del answer["refresh_token"]
            case "no id_token":
                del answer["id_token"]
            case "redirects":
                return RedirectResponse(f"{self.url}/xero/elsewhere", 307)
            case "invalid_client" | "unauthorized_client" | "invalid_grant":
                return JSONResponse({"error": self.flaw, "error_description": f"of {REFRESH}"}, 400)
            case _:
                pass
        # Python writes values that JSON does not have, as some servers do.
        return Response(json.dumps(answer), media_type="application/json")

    async def revoke(self, request: Request) -> Response:
        return Response(status_code={"down": 503, "limit": 429}.get(self.flaw, 200))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _dripping() -> Response:
    from starlette.responses import StreamingResponse

    async def drops() -> AsyncGenerator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    return StreamingResponse(drops(), media_type="application/json")


@asynccontextmanager
async def serving(client_id: str = "sandbox-xero") -> AsyncGenerator[Flawed]:
    """Serves until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        flawed = Flawed(f"http://127.0.0.1:{listener.getsockname()[1]}", client_id)
        async with served(flawed.app(), listener):
            yield flawed


@asynccontextmanager
async def served(app: Any, listener: socket.socket) -> AsyncGenerator[None]:
    """Serves an ASGI app on `listener`, in this event loop, until the block ends."""
    ready = asyncio.Event()
    server = Server(app, ready.set)
    task = asyncio.create_task(server.serve([listener]))
    await ready.wait()
    yield
    server.end()
    await task
