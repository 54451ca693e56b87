"""Where accounting apps differ at sign-in: the adapter says how, the core does it."""

import base64
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from clientsync_tui.accounting.seam.configured import Http
from clientsync_tui.accounting.seam.limiter import Lane, Limiter
from clientsync_tui.accounting.seam.software import Rate
from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.status import Fault
from clientsync_tui.practice.trouble import Misconfigured, PassingTrouble, SignInFailed, SignInRefused
from clientsync_tui.signin import tokens as tokens_module
from clientsync_tui.signin.token_endpoint import TokenEndpoint
from clientsync_tui.signin.tokens import Tokens
from tests.signin.desk import Desk, keyring, logged, name_of
from tests.signin.unlike import LATER_S, SECRET, Server, Unlike, unlike

__all__ = ["keyring"]

PAGE = "https://practice.example/signed-in"
BASIC = "Basic " + base64.b64encode(f"app:{SECRET}".encode()).decode()
CREDENTIALS = {"client_id": "app", "client_secret": SECRET}
OWN = "unlike:u-1:7"


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    async with unlike() as server:
        yield server


async def attempted(desk: Desk, **parameters: str) -> SignIn:
    async with desk.begin() as attempt:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(attempt.link).query).items()}
        assert "scope" not in asked and "code_challenge" not in asked
        more = "".join(f"&{name}={value}" for name, value in parameters.items())
        attempt.paste(f"{asked['redirect_uri']}?code=code-SECRET&state={asked['state']}{more}")
        return await attempt.wait(10)


async def test_sign_in_for_one_organisation_has_an_id_of_its_own(
    server: Server, tmp_path: Path, keyring: Path
):
    desk = Desk(server.configured(), tmp_path)
    sign_in = await attempted(desk, realm="7")
    assert (sign_in.id, sign_in.organisation_id, sign_in.organisation_name) == (OWN, "7", "Harbour Fish Bar")
    assert list(desk.held()) == [name_of(OWN)]
    token, who, company = server.asked
    assert (token.headers["authorization"], token.headers["x-tell-the-end"]) == (BASIC, "true")
    assert who.headers["authorization"] == company.headers["authorization"] == "Bearer access-SECRET"
    assert sign_in.ends_at is not None
    assert abs(sign_in.ends_at - datetime.now(UTC) - timedelta(seconds=LATER_S)) < timedelta(seconds=10)


@pytest.mark.parametrize("nonsense", ["soon", True, -1, 0, 1e300, None, [5]])
async def test_nonsensical_end_is_ignored(server: Server, tmp_path: Path, keyring: Path, nonsense: Any):
    server.lives = {"ends_in": nonsense, "ends_hard_in": nonsense}
    assert (await attempted(Desk(server.configured(), tmp_path), realm="7")).ends_at is None


@pytest.mark.parametrize(
    ("who", "company", "realm"),
    [
        (JSONResponse({"sub": None}), None, "7"),
        (JSONResponse(["u-1"]), None, "7"),
        (PlainTextResponse("{", 200), None, "7"),
        (JSONResponse({}, 500), None, "7"),
        (None, JSONResponse({}, 400), "7"),
        (None, JSONResponse({}, 401), "7"),
        (None, None, ""),
        (None, None, "8"),
    ],
)
async def test_unknown_person_or_organisation_saves_nothing(
    server: Server, tmp_path: Path, keyring: Path, who: Response | None, company: Response | None, realm: str
):
    server.who, server.company = who or server.who, company or server.company
    desk = Desk(server.configured(), tmp_path)
    with pytest.raises(SignInFailed, match=r"Nothing was saved") as caught:
        await attempted(desk, realm=realm)
    assert desk.held() == {} and "SECRET" not in logged(caught.value)


async def test_userinfo_address_is_found(server: Server, tmp_path: Path, keyring: Path):
    addresses = server.configured().addresses
    for number, (endpoint, configured, path) in enumerate(
        (
            (server.endpoint, None, "/elsewhere/userinfo"),
            (None, None, "/v1/userinfo"),
            (server.endpoint, f"{server.url}/told/userinfo", "/told/userinfo"),
        )
    ):
        server.endpoint = endpoint
        desk = Desk(server.configured(addresses=replace(addresses, userinfo_url=configured)), tmp_path)
        await attempted(desk, realm="7")
        assert server.paths()[3 * number + 1] == path
    server.endpoint = "http://who.example/userinfo"
    with pytest.raises(SignInFailed, match="no safe address"):
        await attempted(Desk(server.configured(), tmp_path), realm="7")


async def test_redirect_to_a_page_elsewhere_is_pasted(server: Server, tmp_path: Path, keyring: Path):
    desk = Desk(server.configured(redirect_url=PAGE), tmp_path)
    async with desk.begin() as attempt:
        assert not attempt.listening and attempt.short_link is None
        assert PAGE in (attempt.trouble or "") and "paste" in (attempt.trouble or "")
    assert (await attempted(desk, realm="7")).id == OWN
    with pytest.raises(SignInFailed, match="paste"):
        async with desk.begin(pasting=False):
            pass


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        (JSONResponse({}), True),
        (PlainTextResponse("", 200), True),
        (JSONResponse({"error": "x"}, 400), False),
    ],
)
async def test_revoking_as_the_software_wants_it(
    server: Server, tmp_path: Path, keyring: Path, answer: Response, ended: bool
):
    desk = Desk(server.configured(), tmp_path)
    await attempted(desk, realm="7")
    server.revoked = answer
    assert await desk.tokens.revoke(OWN) is ended
    assert json.loads(server.bodies[-1]) == {"token": "refresh-SECRET"}
    assert server.asked[-1].headers["authorization"] == BASIC
    assert desk.held() == {}
    assert await desk.tokens.revoke(OWN) is False


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (JSONResponse({"error": "invalid_client"}, 400), Misconfigured),
        (PlainTextResponse("", 401), PassingTrouble),
        (PlainTextResponse("", 302), PassingTrouble),
        (PlainTextResponse("", 404), PassingTrouble),
    ],
)
async def test_refused_app_ends_no_sign_in(
    server: Server, tmp_path: Path, keyring: Path, answer: Response, kind: type[Exception]
):
    desk = Desk(server.configured(), tmp_path)
    await attempted(desk, realm="7")
    server.revoked = answer
    with pytest.raises(kind):
        await desk.tokens.revoke(OWN)
    assert list(desk.held()) == [name_of(OWN)]


async def test_renewals_keep_to_their_limit(server: Server, tmp_path: Path, keyring: Path):
    class Slow(Unlike):
        limits = replace(Unlike.limits, renewals=Rate(2, 1, "person"))

    desk = Desk(server.configured(software=Slow()), tmp_path)
    await attempted(desk, realm="7")
    limiter = Limiter(tmp_path / "limits")
    tokens = Tokens(
        desk.configured, desk.how, desk.vault, tmp_path / "locks", name_of, lambda *_: None, limiter
    )
    began = datetime.now(UTC)
    refused: str | None = None
    for _ in range(3):
        refused = await tokens.access(OWN, refused)
    assert datetime.now(UTC) - began >= timedelta(seconds=0.9)
    limiter.close()


async def test_app_is_not_asked_to_renew_again_before_it_said_to_come_back(
    server: Server, tmp_path: Path, keyring: Path
):
    desk = Desk(server.configured(), tmp_path)
    await attempted(desk, realm="7")
    server.token = PlainTextResponse("", 429, headers={"Retry-After": "600"})
    tokens, before = desk.new_tokens(), len(server.asked)
    for _ in range(3):
        with pytest.raises(PassingTrouble) as raised:
            await tokens.access(OWN)
        assert raised.value.fault is Fault.LIMIT and raised.value.retry_at is not None
    assert len(server.asked) == before + 1


async def test_renewal_waits_for_limits_no_longer_than_configured_in_all(
    server: Server, tmp_path: Path, keyring: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tokens_module, "_ROUNDING_S", 0.0)
    desk = Desk(server.configured(), tmp_path, Http(timeout_s=5, attempts=1, longest_wait_s=0.3))
    await attempted(desk, realm="7")
    tokens, before = desk.new_tokens(), len(server.asked)
    lane = Lane(desk.configured.software.name, desk.configured.client_id, person=f"renewals of {OWN}")
    desk.limiter.block(lane, 0.2)
    server.token = PlainTextResponse("", 429, headers={"Retry-After": "0.2"})
    with pytest.raises(PassingTrouble):
        await tokens.access(OWN)
    assert len(server.asked) == before + 1, "it waited for one limit, and would wait too long for the other"


@pytest.mark.parametrize(
    ("word", "reads", "raised"),
    [
        ("invalid_code", False, PassingTrouble),
        ("invalid_code", True, SignInRefused),
        ("invalid_grant", False, SignInRefused),
    ],
)
async def test_adapter_may_read_its_apps_own_token_errors(
    server: Server, word: str, reads: bool, raised: type[Exception]
):
    software = Unlike()
    if reads:
        software.token_error = lambda answer: "invalid_grant" if answer.body["error"] == word else None
    server.token = JSONResponse({"error": word}, 400)
    with pytest.raises(raised):
        await TokenEndpoint(server.configured(software=software), 10).renew("refresh-SECRET")


@pytest.mark.parametrize("revoke_body", ["form", "json"])
async def test_secret_travels_in_the_body_where_the_app_wants_it(
    server: Server, revoke_body: Literal["form", "json"]
):
    software = Unlike()
    software.grant = replace(Unlike.grant, secret_in="body", revoke_body=revoke_body)
    endpoint = TokenEndpoint(server.configured(software=software), 10)
    await endpoint.exchange("a-code", PAGE, None)
    await endpoint.renew("refresh-SECRET")
    assert await endpoint.revoke("refresh-SECRET") is True
    assert all("authorization" not in request.headers for request in server.asked)
    *forms, revoked = (body.decode() for body in server.bodies)
    read = [dict(parse_qsl(form)) for form in forms]
    read.append(json.loads(revoked) if revoke_body == "json" else dict(parse_qsl(revoked)))
    assert all(fields.items() >= CREDENTIALS.items() for fields in read)
    assert read[-1]["token"] == "refresh-SECRET"


@pytest.mark.parametrize("page", ["", PAGE])
async def test_renewal_repeats_the_redirect_where_the_app_wants_it(server: Server, page: str):
    software = Unlike()
    await TokenEndpoint(server.configured(software=software, redirect_url=page), 10).renew("refresh-SECRET")
    software.grant = replace(Unlike.grant, redirect_at_refresh=True)
    await TokenEndpoint(server.configured(software=software, redirect_url=page), 10).renew("refresh-SECRET")
    usual, repeated = (dict(parse_qsl(body.decode())) for body in server.bodies)
    assert "redirect_uri" not in usual
    assert repeated["redirect_uri"] == (page or f"http://localhost:{server.port}/callback")


@pytest.mark.parametrize(
    ("word", "check"),
    [
        ("invalid_client", "Check the client id and secret: `clientsync setup unlike`"),
        ("invalid_scope", "Compare the app's scopes there"),
        ("redirect_uri_mismatch", "Check how the app is registered"),
    ],
)
async def test_refusal_of_the_app_says_what_to_check(server: Server, word: str, check: str):
    server.token = JSONResponse({"error": word}, 400)
    with pytest.raises(Misconfigured, match=check):
        await TokenEndpoint(server.configured(), 5).renew("former")


async def test_sign_in_server_that_is_down_saves_nothing_and_says_so(
    server: Server, tmp_path: Path, keyring: Path
):
    server.token = PlainTextResponse("down", 503)
    desk = Desk(server.configured(), tmp_path)
    with pytest.raises(PassingTrouble, match=r"internal error.*Nothing was saved"):
        await attempted(desk, realm="7")
    assert desk.held() == {}
