"""Signing in with a short code, against a server whose answers the test chooses."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from clientsync_tui.accounting.seam.configured import Configured
from clientsync_tui.accounting.seam.device import DeviceFlow
from clientsync_tui.accounting.seam.software import Addresses, Answer, NewSignIn
from clientsync_tui.practice.model import Organisation
from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.trouble import Misconfigured, PassingTrouble, SignInFailed, UsageError
from clientsync_tui.signin.device_attempt import DeviceAttempt, begin_with_code
from tests.signin.desk import Desk, keyring, logged
from tests.signin.flawed import served
from tests.signin.unlike import SECRET, Unlike

__all__ = ["keyring"]

CODE = {
    "device_code": "device-SECRET",
    "user_code": "BDFG-HJKL",
    "verification_uri": "https://unlike.example/device",
    "interval": 0.01,
    "expires_in": 60,
}
TOKENS = {"access_token": "access-SECRET", "refresh_token": "refresh-SECRET", "expires_in": 3600}
PENDING = JSONResponse({"error": "authorization_pending"}, 400)


class Coded(Unlike):
    """Signs people in with a code, under its own names for the RFC's fields."""

    grant = replace(
        Unlike.grant,
        secret_in="body",
        https_redirect=False,
        device=DeviceFlow(
            {"grant_type": "code_please"},
            poll="tokens",
            grant_type="tokens_please",
            code_field="code",
            slower_s=0.01,
        ),
    )

    async def granted(self, new: NewSignIn) -> Organisation | None:
        return Organisation("7", "Harbour Fish Bar")

    def place_to_go_on(self, answer: Answer) -> str | None:
        return answer.body.get("place")

    def addresses_at(self, site: str) -> Addresses:
        return self.addresses


@dataclass
class Server:
    """Gives `code`, and answers requests for its tokens with `polls` in turn, the last one forever."""

    url: str
    code: dict[str, Any] = field(default_factory=lambda: dict(CODE))
    polls: list[Response] = field(default_factory=lambda: [JSONResponse(TOKENS)])
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{rest:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append((request.url.path, form))
        match request.url.path:
            case "/device/code":
                return JSONResponse(self.code)
            case "/device/tokens":
                return self.polls.pop(0) if len(self.polls) > 1 else self.polls[0]
            case "/who":
                return JSONResponse({"sub": "u-1"})
            case _:
                return PlainTextResponse("no", 404)

    def desk(self, folder: Path, software: Unlike | None = None) -> Desk:
        async def secret() -> str:
            return SECRET

        own = self.url
        addresses = Addresses(
            f"{own}/in",
            f"{own}/token",
            f"{own}/api",
            userinfo_url=f"{own}/who",
            device_url=f"{own}/device/code",
        )
        given = {name: url for name in Addresses.__slots__ if (url := getattr(addresses, name))}
        configured = Configured(
            software or Coded(), "app", 8400, addresses, ("a", "b"), secret=secret, given=given
        )
        return Desk(configured, folder)


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
        async with served(server.app(), listener):
            yield server


@asynccontextmanager
async def attempting(desk: Desk) -> AsyncGenerator[DeviceAttempt]:
    def no_calls(*_: object) -> Any:
        return None  # this app's API is not called

    async with begin_with_code(desk.configured, desk.how, desk.vault, desk.tokens, no_calls) as attempt:
        yield attempt


async def signed_in(desk: Desk, timeout_s: float = 10) -> SignIn:
    async with attempting(desk) as attempt:
        return await attempt.wait(timeout_s)


async def test_code_is_asked_for_shown_and_waited_for_as_the_app_wants_it(
    server: Server, tmp_path: Path, keyring: Path
):
    server.polls = [PENDING, JSONResponse({"error": "slow_down"}), PENDING, JSONResponse(TOKENS)]
    desk = server.desk(tmp_path)
    async with attempting(desk) as attempt:
        assert (attempt.code, attempt.address, attempt.link) == (
            "BDFG-HJKL", "https://unlike.example/device", "https://unlike.example/device",
        )  # fmt: skip
        sign_in = await attempt.wait(10)
    assert sign_in.person.email == "ann@example.com" and len(desk.held()) == 1
    (_, asked), *polls = server.asked[:-1]
    assert asked == {"grant_type": "code_please", "client_id": "app", "scope": "a b"}, (
        "the request for a code has no secret"
    )
    poll = {
        "grant_type": "tokens_please",
        "code": "device-SECRET",
        "client_id": "app",
        "client_secret": SECRET,
    }
    assert polls == [("/device/tokens", poll)] * 4


@pytest.mark.parametrize(
    ("poll", "raised", "says"),
    [
        (JSONResponse({"error": "access_denied"}, 400), SignInFailed, "Access was refused"),
        (JSONResponse({"error": "access_denied"}, 200), SignInFailed, "Access was refused"),
        (JSONResponse({"error": "expired_token"}, 400), SignInFailed, "in time"),
        (JSONResponse({"error": "invalid_client"}, 401), Misconfigured, "client id and secret"),
        (JSONResponse({"error": "invalid_grant"}, 400), Exception, "no longer accepts"),
        (JSONResponse({"error": "unheard_of"}, 400), PassingTrouble, "unheard_of"),
        (JSONResponse({"access_token": "x"}), SignInFailed, "no refresh token"),
        (PlainTextResponse("<html><body>Blocked</body></html>", 403), PassingTrouble, "HTML page"),
    ],
)
async def test_failure_that_ends_the_wait_saves_nothing(
    server: Server, tmp_path: Path, keyring: Path, poll: Response, raised: type[Exception], says: str
):
    server.polls = [PENDING, poll]
    desk = server.desk(tmp_path)
    with pytest.raises(raised, match=says) as caught:
        await signed_in(desk)
    assert desk.held() == {} and "SECRET" not in logged(caught.value)


async def test_passing_fault_does_not_end_the_waiting(server: Server, tmp_path: Path, keyring: Path):
    limit = PlainTextResponse("", 429, headers={"Retry-After": "0"})
    server.polls = [PlainTextResponse("", 503), limit, PENDING, JSONResponse(TOKENS)]
    assert (await signed_in(server.desk(tmp_path))).organisation_id == "7"


async def test_unused_device_code_expires(server: Server, tmp_path: Path, keyring: Path):
    server.code |= {"expires_in": 0.05}
    server.polls = [PENDING]
    with pytest.raises(SignInFailed, match="in time"):
        await signed_in(server.desk(tmp_path))
    server.code |= {"expires_in": 60}
    with pytest.raises(SignInFailed, match=r"within 0\.05 s"):
        await signed_in(server.desk(tmp_path), 0.05)


async def test_waiting_can_be_stopped(server: Server, tmp_path: Path, keyring: Path):
    server.polls = [PENDING]
    async with attempting(server.desk(tmp_path)) as attempt:
        waiting = asyncio.create_task(attempt.wait(10))
        attempt.end(SignInFailed("Stopped."))
        with pytest.raises(SignInFailed, match="Stopped"):
            await waiting


async def test_waiting_continues_at_the_place_that_the_answer_names(
    server: Server, tmp_path: Path, keyring: Path
):
    server.polls = [JSONResponse({"error": "other_place", "place": "eu"}), JSONResponse(TOKENS)]
    assert (await signed_in(server.desk(tmp_path))).organisation_id == "7"


@pytest.mark.parametrize(
    "changes",
    [
        {"user_code": None},
        {"user_code": ""},
        {"user_code": "\x1b[2J"},
        {"user_code": True},
        {"user_code": "X" * 100},
        {"device_code": None},
        {"verification_uri": None},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "http://unlike.example/device"},
        {"verification_uri": "https://user@unlike.example/"},
    ],
)
async def test_code_that_cannot_be_shown_is_rejected(
    server: Server, tmp_path: Path, keyring: Path, changes: dict[str, Any]
):
    server.code |= changes
    with pytest.raises(PassingTrouble, match="no usable code"):
        await signed_in(server.desk(tmp_path))


@pytest.mark.parametrize(
    ("times", "interval_s", "lives_s"),
    [
        ({"interval": 5_000, "expires_in": 300_000}, 5, 300),
        ({"interval": "5000", "expires_in": "300000"}, 5, 300),
        ({"interval": 30, "expires_in": 300}, 30, 300),
        ({"interval": None, "expires_in": None}, 30, 240),
        ({"interval": "soon", "expires_in": -1}, 30, 240),
        ({"interval": 1, "expires_in": 10**9}, 1, 3_600),
    ],
)
async def test_times_in_milliseconds_are_read_and_odd_ones_are_the_usual(
    server: Server, tmp_path: Path, keyring: Path, times: dict[str, Any], interval_s: float, lives_s: float
):
    software = Coded()
    flow = DeviceFlow({}, interval_s=30, lives_s=240, in_ms=True)
    software.grant = replace(Coded.grant, device=flow)
    server.code |= times
    async with attempting(server.desk(tmp_path, software)) as attempt:
        assert (attempt.interval_s, attempt.lives_s) == (interval_s, lives_s)


async def test_address_with_the_code_in_it_is_the_link(server: Server, tmp_path: Path, keyring: Path):
    server.code |= {"verification_uri_complete": "https://unlike.example/device?code=BDFG-HJKL"}
    async with attempting(server.desk(tmp_path)) as attempt:
        assert attempt.link == "https://unlike.example/device?code=BDFG-HJKL"


async def test_app_without_a_device_flow_says_so(server: Server, tmp_path: Path, keyring: Path):
    software = Coded()
    software.grant = replace(Coded.grant, device=None)
    with pytest.raises(UsageError, match="clientsync sign-in unlike"):
        await signed_in(server.desk(tmp_path, software))
    assert server.asked == []
