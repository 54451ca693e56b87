"""Sage Accounting: the header X-Business, envelopes, short lines, tokens of five minutes, a lead business, the wrong country."""

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.sandbox.apps import PlainApp
from tests.support.sandbox import arrived

NAME = "sage"


@pytest.fixture
def sandbox():
    with running(Options(softwares=(NAME,), organisations=6, limits=False, lines=45)) as box:
        yield box


@pytest.fixture
def app(sandbox: Running) -> PlainApp:
    app = PlainApp(sandbox.url, NAME)
    app.credentials = {"client_id": app.table["client_id"], "client_secret": "sandbox"}
    return app.sign_in(sandbox.world.people[0].email)


def test_the_lead_business_comes_first_and_answers_where_none_is_named(
    sandbox: Running, app: PlainApp
) -> None:
    lead, *rest = app.get("/v3.1/businesses").json()["$items"]
    assert "Partner" in lead["subscriptions"][0]["displayed_as"]
    assert [each["id"] for each in rest[:6]] == list(sandbox.world.ids(NAME))
    assert rest[6]["is_demo"] and not rest[7]["subscriptions"][0]["active"]
    assert app.get("/v3.1/financial_settings").headers["x-business"] == lead["id"]
    named = app.get("/v3.1/financial_settings", **{"X-Business": rest[0]["id"]})
    assert named.headers["x-business"] == rest[0]["id"]


def test_lines_are_short_and_twenty_unless_more_is_asked_for(sandbox: Running, app: PlainApp) -> None:
    which = {"X-Business": sandbox.world.id_of(NAME, 0)}
    short = app.get("/v3.1/ledger_accounts", **which).json()
    assert len(short["$items"]) == short["$items_per_page"] == 20 and short["$next"]
    assert set(short["$items"][0]) == {"id", "displayed_as", "$path"}
    longer = app.get("/v3.1/ledger_accounts?items_per_page=200&attributes=name,nominal_code", **which).json()
    assert longer["$next"] is None and isinstance(longer["$items"][0]["nominal_code"], int)
    assert app.get("/v3.1/ledger_accounts?items_per_page=201", **which).status_code == 400
    contact = app.get("/v3.1/contacts?attributes=all", **which).json()["$items"][0]
    assert "bank_account_details" in contact, "all fields come if requested"


def test_refusals_are_arrays_and_a_closed_business_is_unpaid(sandbox: Running, app: PlainApp) -> None:
    start = {"X-Business": sandbox.world.id_of(NAME, 2)}
    assert app.get("/v3.1/analysis_types", **start).json()[0]["$dataCode"] == "MultiUserAccessDenied"
    sandbox.fault("close", software=NAME, organisation=start["X-Business"])
    refused = app.get("/v3.1/financial_settings", **start)
    assert refused.status_code == 401 and "(MSE)" in refused.json()[0]["$message"]


def test_access_ends_after_five_minutes_and_a_replaced_token_at_once(sandbox: Running, app: PlainApp) -> None:
    former = app.tokens["refresh_token"]
    assert (app.tokens["expires_in"], app.tokens["refresh_token_expires_in"]) == (300, 31 * 86_400)
    sandbox.advance(301)
    assert app.get("/v3.1/user").status_code == 401
    app.tokens = app.refresh().json()
    assert app.get("/v3.1/user").json()["email"] == sandbox.world.people[0].email
    assert app.refresh(former).json() == {"error": "invalid_grant"}


def test_the_wrong_country_comes_back_without_a_state(sandbox: Running, app: PlainApp) -> None:
    asked = {"prompt": "none", "login_hint": sandbox.world.people[0].email}
    back = arrived(app.http.get(app.link(**asked, country="fr")))
    assert back == {"error": "Invalid request", "reason": "Email already in use"}
    assert "code" in arrived(app.http.get(app.link(**asked, country="gb")))


def test_a_redirect_that_differs_in_case_is_refused(app: PlainApp) -> None:
    answer = app.http.get(app.link(redirect_uri="http://localhost:8400/Callback"))
    assert answer.status_code == 400 and "redirect_uri" in answer.text
