"""Xero's API: connections, headers, errors, lists."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from clientsync_tui.sandbox.server import Running
from tests.support.sandbox import App

API = "/api.xro/2.0"


@pytest.fixture
def app(sandbox: Running) -> App:
    return App(sandbox.url).sign_in(sandbox.world.people[0].email)


@pytest.fixture
def first(sandbox: Running) -> str:
    return sandbox.world.id_of("xero", 0)


def records(app: App, path: str, organisation: str, **headers: str) -> list[dict]:
    answer = app.get(f"{API}/{path}", organisation, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()[path.partition("?")[0]]


def test_connections_under_both_spellings(app: App) -> None:
    listed = app.get("/Connections").json()
    assert listed == app.connections()
    assert len(listed) == 40
    assert {c["tenantType"] for c in listed} == {"ORGANISATION"}
    assert len(listed[0]["createdDateUtc"].partition(".")[2]) == 7


def test_connections_by_auth_event(sandbox: Running) -> None:
    ids = [sandbox.world.id_of("xero", place) for place in range(3)]
    app = App(sandbox.url).sign_in(sandbox.world.people[0].email, organisations=f"{ids[0]},{ids[1]}")
    app.sign_in(sandbox.world.people[0].email, organisations=ids[2])
    event = next(c["authEventId"] for c in app.connections() if c["tenantId"] == ids[2])
    assert [c["tenantId"] for c in app.get(f"/connections?authEventId={event}").json()] == [ids[2]]


def test_connections_belong_to_one_person_and_app(sandbox: Running, app: App, first: str) -> None:
    other = App(sandbox.url).sign_in(sandbox.world.people[1].email, organisations=first)
    (theirs,) = other.connections()
    mine = next(c for c in app.connections() if c["tenantId"] == first)
    assert mine["id"] != theirs["id"]
    assert app.http.delete(f"{app.xero}/connections/{theirs['id']}", headers=app.headers()).status_code == 404
    assert app.http.delete(f"{app.xero}/connections/{mine['id']}", headers=app.headers()).status_code == 204
    assert app.http.delete(f"{app.xero}/connections/{mine['id']}", headers=app.headers()).status_code == 404
    assert app.organisation(first).status_code == 403
    assert other.organisation(first).status_code == 200
    web = App(sandbox.url, client_id="sandbox-xero-web")
    code = web.code(sandbox.world.people[0].email, organisations="")
    web.tokens = web.exchange(code, client_secret="sandbox").json()
    assert web.connections() == []


def test_deleting_by_the_wrong_id_is_refused_like_xero(app: App, first: str) -> None:
    connection = next(c for c in app.connections() if c["tenantId"] == first)
    for wrong in ("tenantId", "authEventId"):
        answer = app.http.delete(f"{app.xero}/connections/{connection[wrong]}", headers=app.headers())
        assert answer.status_code == 403
        assert answer.json()["detail"] == "AuthenticationUnsuccessful"
    assert len(app.connections()) == 40


def test_without_a_good_token_401(app: App, first: str) -> None:
    for bad in ("", "Bearer", "Bearer nonsense", f"Basic {app.tokens['access_token']}"):
        answer = app.get("/connections", Authorization=bad)
        assert answer.status_code == 401
        assert answer.json()["detail"] == "AuthenticationUnsuccessful"
        assert "invalid_token" in answer.headers["www-authenticate"]


@pytest.mark.parametrize("tenant", [None, "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_missing_or_wrong_organisation_is_403(app: App, tenant: str | None) -> None:
    answer = app.get(f"{API}/Organisation", tenant)
    assert answer.status_code == 403
    assert answer.json()["title"] == "Forbidden"
    assert answer.json()["detail"] == "AuthenticationUnsuccessful"


def test_scopes_limit_the_api(sandbox: Running, first: str) -> None:
    app = App(sandbox.url, scopes="offline_access openid accounting.settings.read")
    app.sign_in(sandbox.world.people[0].email)
    assert app.organisation(first).status_code == 200
    answer = app.get(f"{API}/Contacts", first)
    assert (answer.status_code, answer.json()["detail"]) == (401, "AuthorizationUnsuccessful")


def test_organisation_is_the_one_connected(sandbox: Running, app: App) -> None:
    for connection in app.connections():
        (organisation,) = app.organisation(connection["tenantId"]).json()["Organisations"]
        assert organisation["OrganisationID"] == connection["tenantId"]
        assert organisation["Name"] == connection["tenantName"]
        assert organisation["OrganisationStatus"] == "ACTIVE"


def test_accounts_since(app: App, first: str) -> None:
    accounts = records(app, "Accounts", first)
    assert any("Code" not in account for account in accounts)
    moments = sorted(int(a["UpdatedDateUTC"][6:-7]) for a in accounts)
    middle = moments[len(moments) // 2] / 1000
    since = datetime.fromtimestamp(middle, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    newer = records(app, "Accounts", first, **{"If-Modified-Since": since})
    assert 0 < len(newer) < len(accounts)
    assert records(app, "Accounts", first, **{"If-Modified-Since": "2100-01-01T00:00:00"}) == []
    assert records(app, "Accounts", first, **{"If-Modified-Since": "Wed, 01 Jan 2100 00:00:00 GMT"}) == []
    assert records(app, "Accounts", first, **{"If-Modified-Since": "whenever"}) == accounts


def test_tracking_categories_leave_archived_ones_out_unless_asked(sandbox: Running, app: App) -> None:
    active = whole = 0
    for place in range(12):
        organisation = sandbox.world.id_of("xero", place)
        active += len(records(app, "TrackingCategories", organisation))
        whole += len(records(app, "TrackingCategories?includeArchived=true", organisation))
    assert 0 < active < whole


def test_suppliers_in_pages(sandbox: Running, app: App) -> None:
    large = sandbox.world.id_of("xero", 6)
    query = "where=" + quote("IsSupplier==true") + "&summaryOnly=true&order=" + quote("Name ASC")
    names: list[str] = []
    page, pages = 1, 1
    while page <= pages:
        answer = app.get(f"{API}/Contacts?{query}&page={page}&pageSize=100", large).json()
        names += [contact["Name"] for contact in answer["Contacts"]]
        assert all(contact["IsSupplier"] and "Addresses" not in contact for contact in answer["Contacts"])
        pages, page = answer["pagination"]["pageCount"], page + 1
    assert pages > 1
    assert len(names) == answer["pagination"]["itemCount"]
    assert names == sorted(names)
    beyond = app.get(f"{API}/Contacts?{query}&page={pages + 1}", large).json()
    assert beyond["Contacts"] == []
    everyone = records(app, "Contacts", large)
    assert len(everyone) > len(names)
    assert len(records(app, "Contacts?includeArchived=true", large)) > len(everyone)


@pytest.mark.parametrize(
    "query", ["where=Name%3D%3D1", "page=0", "page=x", "order=Shoe", "page=1&pageSize=-1"]
)
def test_query_not_understood_is_400_in_xeros_shape(app: App, first: str, query: str) -> None:
    answer = app.get(f"{API}/Contacts?{query}", first)
    assert answer.status_code == 400
    assert set(answer.json()) == {"ErrorNumber", "Type", "Message", "Elements"}


def test_users_are_the_accountants_who_reach_it(sandbox: Running, app: App) -> None:
    for place in (0, 1, 5):
        users = records(app, "Users", sandbox.world.id_of("xero", place))
        assert {u["EmailAddress"] for u in users} == {
            p.email for p in sandbox.world.people if p.reaches(place)
        }


def test_names_arrive_unchanged(app: App) -> None:
    names = [c["tenantName"] for c in app.connections()]
    assert "  Blank & Sons Ltd  " in names
    assert any("\x1b]52" in name for name in names)
    assert any(len(name) == 500 for name in names)
    assert len(set(names)) == len(names) - 1


def test_requests_for_other_host_names_are_refused(app: App) -> None:
    assert app.http.get(f"{app.url}/sandbox/people", headers={"Host": "evil.example"}).status_code == 400
