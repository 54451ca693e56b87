"""QuickBooks Online: one company per grant, tokens, queries, faults."""

import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running
from tests.sandbox.apps import PlainApp

NAME = "quickbooks"
DAY_S = 86_400
SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "specs" / NAME


@pytest.fixture
def me(sandbox: Running) -> str:
    return sandbox.world.people[0].email


@pytest.fixture
def first(sandbox: Running) -> str:
    return sandbox.world.id_of(NAME, 0)


@pytest.fixture
def app(sandbox: Running, me: str) -> PlainApp:
    return PlainApp(sandbox.url, NAME).sign_in(me)


def company(app: PlainApp, realm: str):
    return app.get(f"/v3/company/{realm}/companyinfo/{realm}?minorversion=75")


def query(app: PlainApp, realm: str, statement: str):
    return app.get(f"/v3/company/{realm}/query?query={quote(statement)}&minorversion=75")


def code_of(answer) -> str:
    said = answer.json()
    error = said["Fault"]["Error"][0] if "Fault" in said else said["fault"]["error"][0]
    return error["code"]


def test_redirect_says_which_company_and_the_token_is_for_that_one(
    sandbox: Running, app: PlainApp, first: str
) -> None:
    assert app.realm == {"realmId": first}
    assert re.fullmatch(r"[1-9]\d{14,18}", first)
    info = company(app, first)
    assert info.json()["CompanyInfo"]["CompanyName"] == sandbox.world.named(NAME, 0).name
    assert info.headers["intuit_tid"]
    other = company(app, sandbox.world.id_of(NAME, 1))
    assert (other.status_code, code_of(other)) == (403, "3100")


def test_signing_in_again_and_again_gives_one_company_after_the_other(
    sandbox: Running, me: str, app: PlainApp
) -> None:
    ids = [sandbox.world.id_of(NAME, place) for place in range(4)]
    taken = [app.realm["realmId"]] + [app.sign_in(me).realm["realmId"] for _ in range(2)]
    assert taken == ids[:3]
    sandbox.fault("expire", software=NAME, organisation=ids[1])
    assert app.sign_in(me).realm["realmId"] == ids[1]
    assert app.sign_in(me, organisation=ids[0]).realm["realmId"] == ids[0]
    assert app.sign_in(me).realm["realmId"] == ids[3]


def test_when_every_company_has_a_grant_the_oldest_comes_again(sandboxes) -> None:
    box = sandboxes(Options(organisations=2))
    app, email = PlainApp(box.url, NAME), box.world.people[0].email
    realms = []
    for _ in range(4):
        realms.append(app.sign_in(email).realm["realmId"])
        box.advance(1)
    assert realms == [box.world.id_of(NAME, place) for place in (0, 1, 0, 1)]


def test_page_offers_one_company_to_pick(sandbox: Running, me: str) -> None:
    app = PlainApp(sandbox.url, NAME)
    form = {"request": app.link().partition("?")[2], "person": me}
    page = app.http.post(app.table["authorize_url"], data=form).text
    assert 'type="radio"' in page and 'type="checkbox"' not in page
    assert "All 40 organisations" not in page
    nothing = app.http.post(app.table["authorize_url"], data=form | {"answer": "Allow"})
    assert "Choose an organisation first." in nothing.text
    third = sandbox.world.id_of(NAME, 3)
    answer = app.http.post(app.table["authorize_url"], data=form | {"answer": "Allow", "organisation": third})
    assert f"realmId={third}" in answer.headers["location"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "openid accounting.everything"},
        {"scope": "openid profile email"},
        {"code_challenge": "x" * 43, "code_challenge_method": "S256"},
        {"redirect_uri": "https://elsewhere.example/callback"},
        {"organisation": "123456789012345"},
    ],
)
def test_wrong_link_gets_a_page_and_no_redirect(sandbox: Running, me: str, wrong: dict[str, str]) -> None:
    app = PlainApp(sandbox.url, NAME)
    answer = app.http.get(app.link(prompt="none", login_hint=me, **wrong))
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_redirect_can_be_a_page_of_the_practice(sandbox: Running, me: str) -> None:
    app = PlainApp(sandbox.url, NAME)
    answer = app.http.get(
        app.link(prompt="none", login_hint=me, redirect_uri="https://practice.example/callback")
    )
    assert answer.headers["location"].startswith("https://practice.example/callback?code=")


def test_app_must_show_its_secret(sandbox: Running, me: str) -> None:
    app = PlainApp(sandbox.url, NAME)
    refused = app.exchange(app.code(me), auth=(app.table["client_id"], "wrong"))
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


def test_token_answer_has_quickbooks_fields_and_the_hard_end_when_asked(app: PlainApp) -> None:
    assert set(app.tokens) == {
        "token_type", "access_token", "expires_in", "refresh_token", "x_refresh_token_expires_in", "id_token",
    }  # fmt: skip
    assert app.tokens["x_refresh_token_expires_in"] == 101 * DAY_S
    asked = app.refresh(headers={"x-include-refresh-token-hard-expires-in": "true"}).json()
    assert asked["x_refresh_token_hard_expires_in"] == pytest.approx(5 * 365 * DAY_S, abs=5)


def test_id_token_names_the_company_and_no_address(sandbox: Running, app: PlainApp, first: str) -> None:
    keys = KeySet.import_key_set(app.http.get(f"{app.table['issuer']}/.well-known/jwks").json())
    claims = jwt.decode(app.tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert set(claims) == {"aud", "exp", "iat", "iss", "realmid", "sub"}
    assert (claims["realmid"], claims["sub"]) == (first, sandbox.world.people[0].id)


def test_userinfo_names_the_person_in_quickbooks_fields(sandbox: Running, app: PlainApp) -> None:
    found = app.http.get(f"{app.table['issuer']}/.well-known/openid-configuration").json()
    assert found["userinfo_endpoint"] == app.table["userinfo_url"]
    person = sandbox.world.people[0]
    assert app.get("/v1/openid_connect/userinfo").json() == {
        "sub": person.id,
        "email": person.email,
        "emailVerified": True,
        "givenName": person.given_name,
        "familyName": person.family_name,
    }
    nameless = PlainApp(sandbox.url, NAME).sign_in(sandbox.world.people[4].email)
    assert set(nameless.get("/v1/openid_connect/userinfo").json()) == {"sub", "email", "emailVerified"}


def test_refresh_token_changes_once_a_day_and_the_old_one_is_refused(sandbox: Running, app: PlainApp) -> None:
    first = app.tokens["refresh_token"]
    assert app.refresh().json()["refresh_token"] == first
    sandbox.advance(DAY_S)
    second = app.refresh().json()["refresh_token"]
    assert second != first
    refused = app.refresh(first)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert app.refresh(second).status_code == 200


def test_grant_ends_after_five_years_however_it_is_used(sandbox: Running, app: PlainApp) -> None:
    for _ in range(18):
        sandbox.advance(100 * DAY_S)
        app.tokens = app.refresh().json()
    assert app.tokens["x_refresh_token_expires_in"] < 26 * DAY_S
    sandbox.advance(26 * DAY_S)
    assert app.refresh().json()["error"] == "invalid_grant"


def test_revoking_ends_this_companys_grant_alone(
    sandbox: Running, app: PlainApp, me: str, first: str
) -> None:
    other = PlainApp(sandbox.url, NAME).sign_in(me)
    said = {"token": app.tokens["refresh_token"]}
    assert app.http.post(app.table["revoke_url"], json=said).status_code == 401
    assert app.http.post(app.table["revoke_url"], json=said, auth=app.auth).status_code == 200
    assert app.http.post(app.table["revoke_url"], json=said, auth=app.auth).status_code == 400
    assert app.http.post(app.table["revoke_url"], data=said, auth=app.auth).status_code == 400
    assert app.refresh().json()["error"] == "invalid_grant"
    assert company(app, first).status_code == 401
    assert other.refresh().status_code == 200


def test_lists_in_pages(sandboxes) -> None:
    box = sandboxes(Options(organisations=1, limits=False, lines=2_100))
    app, realm = PlainApp(box.url, NAME).sign_in(box.world.people[0].email), box.world.id_of(NAME, 0)
    every = "SELECT * FROM Vendor WHERE Active IN (true, false)"
    ids: list[str] = []
    for start in (1, 1_001, 2_001):
        page = query(app, realm, f"{every} STARTPOSITION {start} MAXRESULTS 1000").json()["QueryResponse"]
        assert (page["startPosition"], page["maxResults"]) == (start, len(page["Vendor"]))
        ids += [vendor["Id"] for vendor in page["Vendor"]]
    assert len(ids) == len(set(ids)) == 2_100
    beyond = query(app, realm, f"{every} STARTPOSITION 2101 MAXRESULTS 1000").json()
    assert beyond["QueryResponse"] == {}
    assert query(app, realm, "select count(*) from Vendor").json()["QueryResponse"] == {"totalCount": 1_960}
    assert len(query(app, realm, "SELECT * FROM Vendor").json()["QueryResponse"]["Vendor"]) == 100


def test_conditions(app: PlainApp, first: str) -> None:
    def names(statement: str) -> list[str]:
        answer = query(app, first, statement)
        assert answer.status_code == 200, answer.text
        return [r["Name"] for r in answer.json()["QueryResponse"].get("Account", [])]

    active = names("SELECT * FROM Account")
    assert names("SELECT * FROM Account WHERE Active = false") == ["Furniture & Fixtures"]
    assert len(names("SELECT * FROM Account WHERE Active IN (true,false)")) == len(active) + 1
    assert names(r"SELECT * FROM Account WHERE Name = 'Sales' AND Active = true") == ["Sales"]
    assert names("SELECT * FROM Account WHERE MetaData.LastUpdatedTime > '2100-01-01T00:00:00Z'") == []
    assert names("SELECT * FROM Account ORDERBY Name DESC")[0] == "Utilities"


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "DELETE FROM Account",
        "SELECT * FROM Nothing",
        "SELECT * FROM Account WHERE shoe",
        "SELECT * FROM Account MAXRESULTS 1001",
        "SELECT * FROM Account STARTPOSITION 0",
        "SELECT * FROM Account WHERE MetaData.LastUpdatedTime > 'once'",
    ],
)
def test_invalid_statement_is_a_fault(app: PlainApp, first: str, statement: str) -> None:
    answer = query(app, first, statement)
    assert (answer.status_code, code_of(answer)) == (400, "4000")


def test_classes_are_there_or_empty_or_no_feature(sandbox: Running, me: str) -> None:
    app = PlainApp(sandbox.url, NAME)
    met = set()
    for place in range(5):
        realm = sandbox.world.id_of(NAME, place)
        answer = query(app.sign_in(me, organisation=realm), realm, "SELECT * FROM Class")
        said = answer.json()
        met.add("Class" in said["QueryResponse"] if answer.status_code == 200 else code_of(answer))
    assert met == {True, False, "5020"}


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("remove-access", 401, "120"),
        ("close", 400, "6190"),
        ("disconnect", 403, "3100"),
        ("expire", 401, "3200"),
    ],
)
def test_faults_have_quickbooks_wording(
    sandbox: Running, app: PlainApp, me: str, first: str, kind: str, status: int, code: str
) -> None:
    other = PlainApp(sandbox.url, NAME).sign_in(me)
    sandbox.fault(kind, software=NAME, organisation=first)
    answer = company(app, first)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert company(other, other.realm["realmId"]).status_code == 200
    assert app.refresh().status_code == (400 if kind in ("disconnect", "expire") else 200)
    # The selector offers neither companies where the person is no admin nor those whose subscription ended.
    offered = app.http.get(app.link(prompt="none", login_hint=me, organisation=first)).status_code
    assert offered == (303 if kind in ("disconnect", "expire") else 400)


def test_expired_token_is_refused_like_the_gateway(sandbox: Running, app: PlainApp, first: str) -> None:
    sandbox.advance(3_601)
    answer = company(app, first)
    assert answer.status_code == 401
    assert answer.json()["fault"]["error"][0]["detail"] == "Token expired"


def test_limit_is_reported_in_xml_every_other_time(sandbox: Running, app: PlainApp, first: str) -> None:
    sandbox.fault("limit", software=NAME, organisation=first, times=2, seconds=3)
    answers = [company(app, first) for _ in range(2)]
    assert {a.status_code for a in answers} == {429}
    assert {a.headers["content-type"].partition(";")[0] for a in answers} == {
        "application/xml",
        "application/json",
    }
    assert all("3001" in a.text for a in answers)
    assert company(app, first).status_code == 200


def test_ten_a_second_for_a_company(sandboxes) -> None:
    box = sandboxes(Options(organisations=1))
    app, realm = PlainApp(box.url, NAME).sign_in(box.world.people[0].email), box.world.id_of(NAME, 0)
    statuses = [company(app, realm).status_code for _ in range(11)]
    assert statuses[:10] == [200] * 10
    assert statuses[10] == 429
    box.advance(1)
    assert company(app, realm).status_code == 200


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="Intuit's schemas are not at hand")
def test_every_field_is_an_element_of_intuits_schemas(app: PlainApp, first: str) -> None:
    names: set[str] = set()
    for file in SCHEMAS.glob("*.xsd"):
        names |= {
            element.get("name", "") for element in ElementTree.parse(file).iter() if element.get("name")
        }
    fields = set(company(app, first).json()["CompanyInfo"])
    for entity in ("Account", "TaxCode", "TaxRate", "Class", "Department", "Vendor"):
        found = query(app, first, f"SELECT * FROM {entity}").json()["QueryResponse"][entity]
        fields |= {name for record in found for name in record}
    assert fields - names <= {"domain", "sparse", "CurrencyRef"}
