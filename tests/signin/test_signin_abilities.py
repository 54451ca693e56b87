"""What only some accounting apps do at sign-in, against a server that does it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from starlette.responses import JSONResponse

from clientsync_tui.accounting.seam.configured import Http
from clientsync_tui.accounting.seam.faults import limited
from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.accounting.seam.network.transport import http_client
from clientsync_tui.accounting.seam.software import Addresses, Answer, NewSignIn, Rate
from clientsync_tui.host import this_user
from clientsync_tui.practice.people import Person, SignIn
from clientsync_tui.practice.status import Fault
from clientsync_tui.practice.trouble import PassingTrouble, SignInFailed, SignInRefused
from clientsync_tui.signin.token_endpoint import TokenEndpoint
from clientsync_tui.signin.tokens import Tokens
from tests.signin.desk import Desk, keyring, name_of
from tests.signin.unlike import Server, Unlike, unlike

__all__ = ["keyring"]


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    async with unlike() as server:
        yield server


async def signed_in(desk: Desk, **more: str) -> SignIn:
    async with desk.begin() as attempt:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(attempt.link).query).items()}
        further = "".join(f"&{name}={value}" for name, value in more.items())
        attempt.paste(f"{asked['redirect_uri']}?code=c&state={asked['state']}&realm=7{further}")
        return await attempt.wait(10)


class Refusing(Unlike):
    """Refuses without a state, in its own words."""

    def refusal(self, redirect: Mapping[str, str]) -> str | None:
        no = redirect.get("error", "").replace(" ", "").casefold() == "invalidrequest"
        return "Unlike wants the country of the company. Choose it there." if no else None


NO = {"error": "Invalid request", "reason": "E-mail already in use"}


@pytest.mark.parametrize(
    "text", ["?{}", "https://practice.example/in?error=Invalid request&reason=x", "{}&state={state}"]
)
async def test_refusal_without_a_state_is_explained_when_it_is_pasted(
    server: Server, tmp_path: Path, keyring: Path, text: str
):
    desk = Desk(server.configured(software=Refusing()), tmp_path)
    async with desk.begin() as attempt:
        state = parse_qs(urlsplit(attempt.link).query)["state"][0]
        attempt.paste(text.format(urlencode(NO), state=state))
        with pytest.raises(SignInFailed, match="wants the country"):
            await attempt.wait(5)
    assert server.asked == []


async def test_refusal_without_a_state_ends_nothing_when_it_only_comes_in(
    server: Server, tmp_path: Path, keyring: Path
):
    messages: list[str] = []
    desk = Desk(server.configured(software=Refusing()), tmp_path)
    async with desk.begin() as attempt:
        attempt.say = messages.append
        asked = {name: values[0] for name, values in parse_qs(urlsplit(attempt.link).query).items()}
        async with httpx2.AsyncClient(trust_env=False, verify=False) as browser:
            page = await browser.get(f"{asked['redirect_uri']}?{urlencode(NO)}")
        assert page.status_code == 400 and "wants the country" in page.text
        attempt.paste(f"{asked['redirect_uri']}?code=c&state={asked['state']}&realm=7")
        assert await attempt.wait(5)
    assert messages == ["Unlike wants the country of the company. Choose it there. Still waiting."]


async def test_scopes_and_tokens_are_written_as_the_app_wants_them(
    server: Server, tmp_path: Path, keyring: Path
):
    software = Unlike()
    software.grant = replace(Unlike.grant, scheme="Unlike-token", scope_separator=",")
    async with Desk(
        server.configured(software=software, scopes=("books", "people")), tmp_path
    ).begin() as attempt:
        asked = parse_qs(urlsplit(attempt.link).query)
        attempt.paste(f"{asked['redirect_uri'][0]}?code=c&state={asked['state'][0]}&realm=7")
        await attempt.wait(10)
    assert asked["scope"] == ["books,people"]
    _, who, company = server.asked
    assert who.headers["authorization"] == company.headers["authorization"] == "Unlike-token access-SECRET"


class OwnWords(Unlike):
    """Says `invalid_code` for a refused token, and `busy` for too many requests, with whatever status."""

    limits = replace(Unlike.limits, renewals=Rate(10, 600, "person"))

    def token_error(self, answer: Answer) -> str | PassingTrouble | None:
        word = answer.body.get("error") if isinstance(answer.body, dict) else None
        if word == "busy":
            return limited(self.title, 600, datetime.now(UTC))
        return "invalid_grant" if word == "invalid_code" else word


async def test_parameters_that_the_address_has_already_are_not_sent_twice(
    server: Server, tmp_path: Path, keyring: Path
):
    at = server.configured().addresses
    addresses = replace(at, authorize_url=f"{at.authorize_url}?filter=v3")
    made = server.configured(addresses=addresses, parameters={"filter": "v3", "prompt": "consent"})
    async with Desk(made, tmp_path).begin() as attempt:
        query = parse_qs(urlsplit(attempt.link).query)
    assert (query["filter"], query["prompt"]) == (["v3"], ["consent"])


@pytest.mark.parametrize("status", [200, 400])
async def test_own_error_word_is_read_whatever_its_status(server: Server, status: int):
    server.token = JSONResponse({"error": "invalid_code"}, status)
    with pytest.raises(SignInRefused):
        await TokenEndpoint(server.configured(software=OwnWords()), 10).renew("refresh-SECRET")


async def test_unknown_token_is_not_revoked_again(server: Server):
    server.revoked = JSONResponse({"error": "invalid_code"})
    assert await TokenEndpoint(server.configured(software=OwnWords()), 10).revoke("refresh-SECRET") is False
    server.revoked = JSONResponse({"error": "unheard_of"})
    with pytest.raises(PassingTrouble, match="did not end the sign-in"):
        await TokenEndpoint(server.configured(software=OwnWords()), 10).revoke("refresh-SECRET")


@pytest.mark.parametrize("status", [200, 400])
async def test_no_process_renews_before_the_app_allows_it(
    server: Server, tmp_path: Path, keyring: Path, status: int
):
    desk = Desk(server.configured(software=OwnWords()), tmp_path)
    sign_in = await signed_in(desk)
    server.token = JSONResponse({"error": "busy"}, status)
    before = len(server.asked)
    for _ in range(2):
        limiter = Limiter(tmp_path / "limits")
        tokens = Tokens(
            desk.configured, desk.how, desk.vault, tmp_path / "locks", name_of, lambda *_: None, limiter
        )
        with pytest.raises(PassingTrouble) as raised:
            await tokens.access(sign_in.id)
        assert raised.value.fault is Fault.LIMIT and raised.value.retry_at is not None
        limiter.close()
    assert len(server.asked) == before + 1, "the second process did not ask"


def sharing(server: Server, folder: Path) -> Desk:
    software = Unlike()
    software.grant = replace(Unlike.grant, shares_access=True)
    return Desk(server.configured(software=software), folder)


async def test_another_process_uses_the_access_token_that_the_keyring_holds(
    server: Server, tmp_path: Path, keyring: Path
):
    desk = sharing(server, tmp_path)
    sign_in = await signed_in(desk)
    server.token = JSONResponse({"access_token": "newer-SECRET", "expires_in": 3600})
    assert await desk.new_tokens().access(sign_in.id) == "access-SECRET"
    assert await desk.new_tokens().access(sign_in.id, "access-SECRET") == "newer-SECRET"
    assert await desk.new_tokens().access(sign_in.id, "access-SECRET") == "newer-SECRET"
    assert server.paths().count("/token") == 2, "the sign-in, and one renewal for all who had the old token"


async def test_access_token_that_ended_is_not_shared(server: Server, tmp_path: Path, keyring: Path):
    desk = sharing(server, tmp_path)
    sign_in = await signed_in(desk)
    (held,) = desk.held().values()
    for until in (0, 1, "soon", None, True, 1e400):
        await desk.vault.write(name_of(sign_in.id), json.dumps(json.loads(held) | {"access_until": until}))
        before = server.paths().count("/token")
        assert await desk.new_tokens().access(sign_in.id) == "access-SECRET"
        assert server.paths().count("/token") == before + 1, until


async def test_other_apps_access_tokens_stay_out_of_the_keyring(
    server: Server, tmp_path: Path, keyring: Path
):
    desk = Desk(server.configured(), tmp_path)
    await signed_in(desk)
    assert "access-SECRET" not in str(desk.held())


async def test_token_answer_may_say_who_signed_in(server: Server, tmp_path: Path, keyring: Path):
    class Says(Unlike):
        async def person(self, new: NewSignIn) -> Person:
            assert not {"access_token", "refresh_token", "id_token"} & set(new.token_answer)
            return Person(new.token_answer["user"]["uid"], "Ann Lee", "ann@example.com")

    server.lives = {"user": {"uid": "u-\u200b9"}}
    sign_in = await signed_in(Desk(server.configured(software=Says()), tmp_path))
    assert sign_in.person.id == "u-9"


class Sited(Unlike):
    """An app with two places. The redirect names the right one."""

    grant = replace(Unlike.grant, https_redirect=False)
    places: Mapping[str, str] = {"eu": "unlike.eu.example", "au": "unlike.au.example"}

    def site_of_redirect(self, redirect: Mapping[str, str], authorize_url: str) -> str:
        if redirect["place"] not in self.places:
            raise SignInFailed("That is no place of Unlike's.")
        return redirect["place"]

    def site_of_answer(self, answer: Mapping[str, Any], site: str) -> str:
        return answer.get("api_place", site)

    def addresses_at(self, site: str) -> Addresses:
        usual = asdict(self.addresses)
        hosts = {name: url.replace("unlike.example", self.places[site]) for name, url in usual.items() if url}
        return Addresses(**hosts)


@asynccontextmanager
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[list[str]]:
    """The hosts that this machine tries to call through a proxy, in order. The proxy refuses them all."""
    asked: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.decode().split()[1].removesuffix(":443"))
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as listening:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        yield asked


async def test_code_goes_to_the_server_of_the_place_that_the_redirect_names(
    server: Server, tmp_path: Path, keyring: Path, monkeypatch: pytest.MonkeyPatch
):
    software = Sited()
    desk = Desk(server.configured(software=software, addresses=software.addresses), tmp_path)
    async with proxy(monkeypatch) as asked:
        for place, raised in (("eu", PassingTrouble), ("evil", SignInFailed)):
            with pytest.raises(raised):
                await signed_in(desk, place=place)
    assert asked == ["unlike.eu.example"]


async def test_renewals_calls_and_revocation_use_the_same_data_centre(
    server: Server, tmp_path: Path, keyring: Path, monkeypatch: pytest.MonkeyPatch
):
    software = Sited()
    addresses = server.configured().addresses
    desk = Desk(server.configured(software=software, given=asdict(addresses)), tmp_path)
    server.lives = {"api_place": "au"}
    sign_in = await signed_in(desk, place="eu")
    assert (await desk.new_tokens().access(sign_in.id), desk.tokens.site(sign_in.id)) == (
        "access-SECRET",
        "au",
    )
    assert set(server.paths()) == {"/token", "/elsewhere/userinfo", "/api/companies/7"}, "as configured"
    away = server.configured(software=software, addresses=software.addresses)
    elsewhere = Desk(away, tmp_path, Http(timeout_s=5, attempts=1))
    async with proxy(monkeypatch) as asked:
        with pytest.raises(PassingTrouble):
            await elsewhere.new_tokens().access(sign_in.id)
        with pytest.raises(PassingTrouble):
            await elsewhere.tokens.revoke(sign_in.id)
        limiter = Limiter(tmp_path / "limits")
        async with http_client() as http:
            elsewhere.tokens = desk.tokens
            with pytest.raises(PassingTrouble):
                await elsewhere.calls(http, limiter, sign_in.id).get("/x")
        limiter.close()
    assert asked[:2] == ["unlike.au.example"] * 2 and set(asked[2:]) == {"api.unlike.au.example"}


async def test_challenge_is_sent_only_by_an_app_without_a_secret(
    server: Server, tmp_path: Path, keyring: Path
):
    software = Unlike()
    software.grant = replace(Unlike.grant, pkce="public", secret="optional")
    for secret, challenged in ((None, True), ("hush", False)):

        async def its_secret(secret: str | None = secret) -> str | None:
            return secret

        async with Desk(server.configured(software=software, secret=its_secret), tmp_path).begin() as attempt:
            asked = parse_qs(urlsplit(attempt.link).query)
            assert ("code_challenge" in asked) is challenged
            attempt.paste(f"{asked['redirect_uri'][0]}?code=c&state={asked['state'][0]}&realm=7")
            await attempt.wait(10)
        token = next(
            body for path, body in zip(server.paths(), server.bodies, strict=True) if path == "/token"
        )
        assert (b"code_verifier" in token) is challenged
        server.asked.clear()
        server.bodies.clear()


async def test_new_sign_in_revokes_the_one_it_replaces_where_the_app_counts_them(
    server: Server, tmp_path: Path, keyring: Path
):
    software = Unlike()
    for most, revoked in ((None, []), (20, ["refresh-SECRET"])):
        software.grant = replace(Unlike.grant, sign_ins_per_person=most, revoke_body="query")
        server.token, desk = None, Desk(server.configured(software=software), tmp_path)
        await signed_in(desk)
        tokens = {"access_token": "a", "refresh_token": "newer-SECRET", "expires_in": 3600}
        server.token = JSONResponse(tokens)
        server.asked.clear()
        sign_in = await signed_in(desk)
        asked = [request.query_params["token"] for request in server.asked if request.url.path == "/revoke"]
        assert asked == revoked
        await desk.tokens.forget(sign_in.id)


async def test_sign_in_is_saved_although_its_predecessor_could_not_be_revoked(
    server: Server, tmp_path: Path, keyring: Path
):
    software = Unlike()
    software.grant = replace(Unlike.grant, sign_ins_per_person=20)
    desk = Desk(server.configured(software=software), tmp_path)
    await signed_in(desk)
    server.token = JSONResponse({"access_token": "a", "refresh_token": "newer-SECRET", "expires_in": 3600})
    for server.revoked in (JSONResponse({}, 503), JSONResponse({"error": "invalid_client"}, 400)):
        sign_in = await signed_in(desk)
        assert "newer-SECRET" in desk.held()[name_of(sign_in.id)]


async def test_end_counted_from_the_consent_is_not_postponed(server: Server, tmp_path: Path, keyring: Path):
    software = Unlike()
    software.grant = replace(
        Unlike.grant, life_fields=(), unused_life=timedelta(days=7), consent_life=timedelta(days=365)
    )
    desk = Desk(server.configured(software=software), tmp_path)
    sign_in = await signed_in(desk)
    now = datetime.now(UTC)
    assert sign_in.ends_at is not None and abs(sign_in.ends_at - now - timedelta(days=7)) < timedelta(
        minutes=1
    )
    # As if the consent had been given long ago.
    held = json.loads(desk.held()[name_of(sign_in.id)])
    consented = now - timedelta(days=360)
    await desk.vault.write(name_of(sign_in.id), json.dumps(held | {"consented_at": consented.timestamp()}))
    server.token = JSONResponse({"access_token": "a", "refresh_token": "newer", "expires_in": 3600})
    for _ in range(2):
        await desk.new_tokens().access(sign_in.id)
        _, ends_at = desk.used[-1]
        assert ends_at is not None
        assert abs(ends_at - consented - timedelta(days=365)) < timedelta(minutes=1)
    assert json.loads(desk.held()[name_of(sign_in.id)])["refresh_token"] == "newer"


async def test_login_name_is_used_if_the_app_does_not_say_who_signed_in(
    server: Server, tmp_path: Path, keyring: Path
):
    class Silent(Unlike):
        async def person(self, new: NewSignIn) -> Person:
            return Person("", "", "")

    sign_in = await signed_in(Desk(server.configured(software=Silent()), tmp_path))
    login = this_user.login() or f"user {this_user.uid()}"
    assert (sign_in.person.id, sign_in.person.name, sign_in.person.email) == (login, login, login)
    assert sign_in.organisation_id == "7"
