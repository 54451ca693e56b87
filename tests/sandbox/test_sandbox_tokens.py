"""Refresh tokens: rotation, the grace period for a lost answer, the end after sixty days, revocation."""

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running
from tests.support.sandbox import App

GONE = {"error": "invalid_grant"}


@pytest.fixture
def app(sandbox: Running) -> App:
    return App(sandbox.url).sign_in(sandbox.world.people[0].email)


def test_each_refresh_gives_a_new_refresh_token(app: App) -> None:
    first = app.tokens["refresh_token"]
    answer = app.refresh().json()
    assert answer["refresh_token"] != first
    assert answer["expires_in"] == 1800
    assert answer["token_type"] == "Bearer"
    assert app.refresh(answer["refresh_token"]).status_code == 200


def test_lost_answer_can_be_repeated_for_half_an_hour(sandbox: Running, app: App) -> None:
    first = app.tokens["refresh_token"]
    app.refresh()
    sandbox.advance(29 * 60)
    second = app.refresh(first)
    assert second.status_code == 200
    app.tokens = second.json()
    assert app.connections()
    assert app.refresh().status_code == 200


def test_after_the_grace_period_only_the_newer_token_works(
    sandbox: Running,
    app: App,
) -> None:
    first = app.tokens["refresh_token"]
    newer = app.refresh().json()["refresh_token"]
    sandbox.advance(31 * 60)
    assert app.refresh(first).json() == GONE
    assert app.refresh(newer).status_code == 200


def test_only_one_of_two_that_refresh_one_token_continues(app: App) -> None:
    first = app.tokens["refresh_token"]
    mine, theirs = app.refresh(first).json(), app.refresh(first).json()
    assert app.refresh(mine["refresh_token"]).json() == GONE
    assert app.refresh(theirs["refresh_token"]).status_code == 200


def test_using_the_newer_token_ends_the_grace_period(app: App) -> None:
    first = app.tokens["refresh_token"]
    assert app.refresh(app.refresh(first).json()["refresh_token"]).status_code == 200
    assert app.refresh(first).json() == GONE


def test_sign_in_lives_sixty_days_from_its_last_use(sandbox: Running, app: App) -> None:
    sandbox.advance(59 * 86_400)
    app.tokens = app.refresh().json()
    sandbox.advance(59 * 86_400)
    app.tokens = app.refresh().json()
    sandbox.advance(61 * 86_400)
    assert app.refresh().json() == GONE


def test_refresh_token_works_only_for_its_app(app: App) -> None:
    assert app.refresh(client_id="sandbox-xero-web", client_secret="sandbox").json() == GONE
    assert app.refresh("no such token").json() == GONE
    assert app.refresh(client_id="nobody").json() == {"error": "invalid_client"}


def test_access_token_ends(sandbox: Running, app: App) -> None:
    sandbox.advance(1799)
    assert app.get("/connections").status_code == 200
    sandbox.advance(2)
    refused = app.get("/connections")
    assert refused.status_code == 401
    assert refused.json()["detail"].startswith("TokenExpired")


def test_lifetime_of_access_tokens_can_be_shortened(sandboxes) -> None:
    box = sandboxes(Options(access_s=5))
    app = App(box.url).sign_in(box.world.people[0].email)
    assert app.tokens["expires_in"] == 5
    box.advance(6)
    assert app.get("/connections").status_code == 401


def test_revoking_ends_every_token_and_connection_of_the_person_and_of_no_one_else(
    sandbox: Running,
    app: App,
) -> None:
    same = App(sandbox.url).sign_in(sandbox.world.people[0].email)
    other = App(sandbox.url).sign_in(sandbox.world.people[1].email)
    answer = app.http.post(
        f"{app.xero}/connect/revocation",
        data={"client_id": "sandbox-xero", "token": app.tokens["refresh_token"]},
    )
    assert answer.status_code == 200
    for gone in (app, same):
        assert gone.refresh().json() == GONE
        assert gone.get("/connections").status_code == 401
    assert other.connections()
    app.sign_in(sandbox.world.people[0].email, organisations="")
    assert app.connections() == []


def test_revoking_an_unknown_token_is_fine_and_needs_the_app(app: App) -> None:
    url = f"{app.xero}/connect/revocation"
    assert app.http.post(url, data={"client_id": "sandbox-xero", "token": "x"}).status_code == 200
    assert app.http.post(url, data={"client_id": "nobody", "token": "x"}).json() == {
        "error": "invalid_client"
    }
    assert app.refresh().status_code == 200
