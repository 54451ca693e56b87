"""FreshBooks: memberships, three ids for one business, pages, errors in several forms, and one grant per person."""

import pytest

from clientsync_tui.sandbox.consent.authorise_request import HTTPS_REDIRECT
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.sandbox.apps import PlainApp
from tests.support.sandbox import REDIRECT

NAME, ME = "freshbooks", "/auth/api/v1/users/me"


@pytest.fixture
def sandbox():
    with running(Options(softwares=(NAME,), organisations=6, limits=False, lines=130)) as box:
        yield box


@pytest.fixture
def app(sandbox: Running) -> PlainApp:
    app = PlainApp(sandbox.url, NAME)
    app.credentials = {"client_id": app.table["client_id"], "client_secret": "sandbox"}
    return app.sign_in(sandbox.world.people[0].email)


def of_account(app: PlainApp, account: str, path: str):
    return app.get(f"/accounting/account/{account}/{path}")


def test_memberships_include_unusable_ones(sandbox: Running, app: PlainApp) -> None:
    me = app.get(ME).json()["response"]
    listed = [each["business"]["account_id"] for each in me["business_memberships"]]
    assert listed[:6] == list(sandbox.world.ids(NAME)) and listed[6:] == ["EMPL1", None, "", "PAST1"]
    assert {each["role"] for each in me["roles"]} == {"admin", "client"}
    assert me["subscription_statuses"]["PAST1"] == "cancelled"


def test_ids_are_numbers_and_pages_are_cut_silently(sandbox: Running, app: PlainApp) -> None:
    account = sandbox.world.id_of(NAME, 0)
    first = of_account(app, account, "bill_vendors/bill_vendors?page=1&per_page=500").json()["response"][
        "result"
    ]
    assert (first["pages"], first["per_page"], first["total"]) == (2, 100, 130)
    assert all(isinstance(vendor["vendorid"], int) for vendor in first["bill_vendors"])
    usual = of_account(app, account, "taxes/taxes").json()["response"]["result"]
    assert len(usual["taxes"]) == usual["per_page"] == 15


def test_each_area_has_its_own_errors(sandbox: Running, app: PlainApp) -> None:
    account = sandbox.world.id_of(NAME, 0)
    other = account.swapcase()
    assert of_account(app, other, "taxes/taxes").json()["response"]["errors"][0]["errno"] == 1012
    wrong = of_account(app, account, "taxes/taxes?page=0")
    assert wrong.status_code == 200 and "errors" in wrong.json()["response"]
    app.tokens["access_token"] = "none"
    assert app.get(ME).json()["error"] == "unauthenticated"


def test_renewal_must_repeat_the_redirect(app: PlainApp) -> None:
    assert app.refresh().json() == {"error": "invalid_request"}
    form = {"grant_type": "refresh_token", "refresh_token": app.tokens["refresh_token"]}
    renewed = app.token(form | {"redirect_uri": REDIRECT})
    assert renewed.status_code == 200 and renewed.json()["refresh_token"] != form["refresh_token"]
    assert app.token(form | {"redirect_uri": REDIRECT}).json() == {"error": "invalid_grant"}


def test_a_second_sign_in_ends_the_first(sandbox: Running, app: PlainApp) -> None:
    former = dict(app.tokens)
    app.sign_in(sandbox.world.people[0].email)
    form = {"grant_type": "refresh_token", "refresh_token": former["refresh_token"], "redirect_uri": REDIRECT}
    assert app.token(form).json() == {"error": "invalid_grant"}
    assert app.get(ME).status_code == 200


def test_one_of_its_apps_accepts_only_https_redirects(sandbox: Running, app: PlainApp) -> None:
    email = sandbox.world.people[0].email
    asked = {"client_id": "sandbox-freshbooks-https", "prompt": "none", "login_hint": email}
    assert app.http.get(app.link(**asked)).status_code == 400
    there = app.http.get(app.link(**asked, redirect_uri=HTTPS_REDIRECT))
    assert there.headers["location"].startswith(f"{HTTPS_REDIRECT}?code=")


def test_basic_credentials_are_not_looked_at(app: PlainApp) -> None:
    app.credentials = {}
    assert app.refresh().json() == {"error": "invalid_client"}
