"""Authorisation codes: what a link must contain, and what a code can be used for."""

import base64

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from clientsync_tui.sandbox.server import Running
from tests.support.sandbox import SCOPES, App, arrived


@pytest.fixture
def app(sandbox: Running) -> App:
    return App(sandbox.url)


@pytest.fixture
def email(sandbox: Running) -> str:
    return sandbox.world.people[0].email


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "http://example.com:80/callback"},
        {"redirect_uri": "http://localhost:8400/callback/more"},
        {"redirect_uri": "http://localhost:8400@example.com:80/callback"},
        {"redirect_uri": "http://localhost:0/callback"},
        {"redirect_uri": "https://localhost:8400/callback"},
        {"redirect_uri": None},
        {"scope": SCOPES + " accounting.everything"},
        {"response_type": "token"},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"login_hint": "nobody@example.com"},
        {"organisations": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_wrong_link_gets_a_page_and_no_redirect(app: App, email: str, wrong: dict[str, str | None]) -> None:
    answer = app.http.get(app.link(**{"prompt": "none", "login_hint": email, **wrong}))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("redirect", ["http://127.0.0.1:1/callback", "http://localhost:65535/callback"])
def test_any_port_of_the_loopback_is_registered(app: App, email: str, redirect: str) -> None:
    answer = app.http.get(app.link(prompt="none", login_hint=email, redirect_uri=redirect))
    assert answer.headers["location"].startswith(redirect + "?")


def test_answer_carries_the_state(app: App, email: str) -> None:
    answer = app.http.get(app.link(prompt="none", login_hint=email, state="a&b=c é"))
    assert arrived(answer)["state"] == "a&b=c é"


def test_code_works_once(app: App, email: str) -> None:
    code = app.code(email)
    assert app.exchange(code).status_code == 200
    again = app.exchange(code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


def test_code_is_bound_to_verifier_redirect_and_app(app: App, email: str) -> None:
    for wrong in (
        {"code_verifier": "x" * 43},
        {"code_verifier": "short"},
        {"redirect_uri": "http://localhost:8401/callback"},
        {"client_id": "sandbox-xero-web", "client_secret": "sandbox"},
    ):
        assert app.exchange(app.code(email), **wrong).json() == {"error": "invalid_grant"}, wrong


def test_code_is_short_lived(sandbox: Running, app: App, email: str) -> None:
    code = app.code(email)
    sandbox.advance(301)
    assert app.exchange(code).json() == {"error": "invalid_grant"}


def test_app_with_a_secret_must_show_it_either_way(sandbox: Running, email: str) -> None:
    web = App(sandbox.url, client_id="sandbox-xero-web")
    assert web.exchange(web.code(email)).json() == {"error": "invalid_client"}
    assert web.exchange(web.code(email), client_secret="wrong").json() == {"error": "invalid_client"}
    assert web.exchange(web.code(email), client_secret="sandbox").status_code == 200
    web.http.headers["Authorization"] = "Basic " + base64.b64encode(b"sandbox-xero-web:sandbox").decode()
    assert web.exchange(web.code(email)).status_code == 200
    web.http.headers["Authorization"] = "Basic not-base64!"
    assert web.exchange(web.code(email)).json() == {"error": "invalid_client"}


def test_public_app_has_no_secret(app: App, email: str) -> None:
    assert app.exchange(app.code(email), client_secret="sandbox").json() == {"error": "invalid_client"}


def test_app_with_a_secret_need_not_use_pkce(sandbox: Running, email: str) -> None:
    web = App(sandbox.url, client_id="sandbox-xero-web")
    code = web.code(email, code_challenge=None, code_challenge_method=None)
    assert web.exchange(code, client_secret="sandbox", code_verifier="").status_code == 200


def test_unknown_grant_type_is_refused(app: App, email: str) -> None:
    assert app.exchange(app.code(email), grant_type="password").json() == {"error": "unsupported_grant_type"}


def test_id_token_can_be_verified_from_discovery(sandbox: Running, app: App) -> None:
    person = sandbox.world.people[1]
    app.sign_in(person.email)
    found = app.http.get(f"{app.xero}/.well-known/openid-configuration").json()
    assert found["issuer"] == app.xero
    assert found["token_endpoint"] == f"{app.xero}/connect/token"
    keys = KeySet.import_key_set(app.http.get(found["jwks_uri"]).json())
    assert "d" not in app.http.get(found["jwks_uri"]).json()["keys"][0]
    claims = jwt.decode(app.tokens["id_token"], keys, algorithms=["RS256"]).claims
    wanted = {
        "iss": app.xero,
        "aud": "sandbox-xero",
        "nonce": "the nonce",
        "xero_userid": person.id,
        "email": person.email,
        "given_name": person.given_name,
        "family_name": person.family_name,
    }
    assert wanted.items() <= claims.items()
    assert {"sub", "at_hash", "iat", "exp", "auth_time"} <= claims.keys()
    assert claims["iat"] < claims["exp"]
    access = jwt.decode(app.tokens["access_token"], keys, algorithms=["RS256"]).claims
    assert access["xero_userid"] == person.id
    assert access["client_id"] == "sandbox-xero"
    assert isinstance(access["scope"], list)
    assert access["authentication_event_id"] == app.connections()[0]["authEventId"]


def test_claims_follow_the_scopes(app: App, email: str) -> None:
    app.sign_in(email, scope="openid offline_access")
    claims = app.tokens["id_token"].split(".")[1]
    said = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).decode()
    assert email not in said
    assert "given_name" not in said
    app.sign_in(email, scope="offline_access")
    assert "id_token" not in app.tokens
    app.sign_in(email, scope="openid")
    assert "refresh_token" not in app.tokens
