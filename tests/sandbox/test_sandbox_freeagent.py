"""FreeAgent: one grant for all clients, subdomains, pages, errors and limits."""

import re
from datetime import date

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running
from tests.sandbox.apps import PlainApp
from tests.support.sandbox import arrived

NAME = "freeagent"


@pytest.fixture
def me(sandbox: Running) -> str:
    return sandbox.world.people[0].email


@pytest.fixture
def first(sandbox: Running) -> str:
    return sandbox.world.id_of(NAME, 0)


@pytest.fixture
def app(sandbox: Running, me: str) -> PlainApp:
    return PlainApp(sandbox.url, NAME).sign_in(me)


def clients(app: PlainApp, query: str = "") -> list[str]:
    answer = app.get(f"/clients?per_page=100{query}")
    assert answer.status_code == 200, answer.text
    return [client["subdomain"] for client in answer.json()["clients"]]


def company(app: PlainApp, subdomain: str):
    return app.get("/company", **{"X-Subdomain": subdomain})


def message(answer) -> str:
    return answer.json()["errors"]["error"]["message"]


def test_one_grant_reaches_every_client_of_the_manager(sandbox: Running, app: PlainApp) -> None:
    world = sandbox.world
    for person in world.people[:2]:
        signed_in = PlainApp(sandbox.url, NAME).sign_in(person.email)
        assert clients(signed_in) == [world.id_of(NAME, place) for place in world.reach(person)]
    form = {"request": app.link().partition("?")[2], "person": world.people[0].email}
    page = app.http.post(app.table["authorize_url"], data=form).text
    assert "Allow" in page and 'name="organisation"' not in page and "asks for" not in page
    by_page = PlainApp(sandbox.url, NAME)
    back = app.http.post(app.table["authorize_url"], data={**form, "answer": "Allow"})
    by_page.tokens = by_page.exchange(arrived(back)["code"]).json()
    assert clients(by_page) == [world.id_of(NAME, place) for place in world.reach(world.people[0])]


def test_there_is_no_revocation_and_no_id_token(app: PlainApp) -> None:
    assert set(app.table) == {"client_id", "redirect_port", "authorize_url", "token_url", "api_url"}
    assert app.table["api_url"].endswith("/freeagent/v2")
    assert set(app.tokens) == {
        "access_token", "token_type", "expires_in", "refresh_token", "refresh_token_expires_in",
    }  # fmt: skip
    assert app.tokens["refresh_token_expires_in"] == 631_151_957


@pytest.mark.parametrize("wrong", [{"scope": "openid"}, {"code_challenge": "x" * 43}, {"client_id": "x"}])
def test_wrong_link_gets_a_page_and_no_redirect(sandbox: Running, me: str, wrong: dict[str, str]) -> None:
    app = PlainApp(sandbox.url, NAME)
    answer = app.http.get(app.link(prompt="none", login_hint=me, **wrong))
    assert answer.status_code == 400 and "location" not in answer.headers


def test_secret_is_also_accepted_in_the_body(sandbox: Running, me: str) -> None:
    app = PlainApp(sandbox.url, NAME)
    form = {
        "grant_type": "authorization_code",
        "code": app.code(me),
        "redirect_uri": "http://localhost:8400/callback",
    }
    assert app.token(form, auth=None).json() == {"error": "invalid_client"}
    form |= {"client_id": "sandbox-freeagent", "client_secret": "sandbox"}
    assert app.token(form, auth=None).status_code == 200


def test_each_use_gives_a_new_refresh_token_and_ends_the_old_one(sandbox: Running, app: PlainApp) -> None:
    newer = app.refresh().json()["refresh_token"]
    assert newer != app.tokens["refresh_token"]
    assert app.refresh().json() == {"error": "invalid_grant"}
    sandbox.advance(19 * 365 * 86_400)
    assert app.refresh(newer).status_code == 200


def test_fifteen_renewals_a_minute(sandboxes) -> None:
    box = sandboxes(Options(organisations=1))
    app = PlainApp(box.url, NAME).sign_in(box.world.people[0].email)
    for _ in range(15):
        app.tokens |= app.refresh().json()
    refused = app.refresh()
    assert (refused.status_code, refused.text) == (429, "You must not exceed 15 requests per 60 seconds")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    box.advance(60)
    assert app.refresh().status_code == 200


def test_who_signed_in(sandbox: Running, app: PlainApp) -> None:
    me = app.get("/account_managers/me").json()["account_manager"]
    person = sandbox.world.people[0]
    assert (me["email"], me["first_name"], me["last_name"]) == (
        person.email, person.given_name, person.family_name,
    )  # fmt: skip
    number = me["url"].rpartition("/")[2]
    assert app.get(f"/account_managers/{number}").json()["account_manager"] == me
    everybody = app.get("/account_managers").json()["account_managers"]
    assert len(everybody) == 5 and sum("name" in each for each in everybody) == 1
    assert app.get("/account_managers/1").status_code == 404


def test_clients_in_pages(sandboxes) -> None:
    box = sandboxes(Options(organisations=230, limits=False))
    app = PlainApp(box.url, NAME).sign_in(box.world.people[0].email)
    assert len(app.get("/clients").json()["clients"]) == 25
    found: list[str] = []
    address = "/clients?view=all&per_page=100"
    while address:
        answer = app.get(address)
        assert answer.headers["X-Total-Count"] == "230"
        found += [client["subdomain"] for client in answer.json()["clients"]]
        links = dict(re.findall(r"<[^>]*(/clients[^>]*)>; rel='(\w+)'", answer.headers["Link"]))
        address = next((url for url, rel in links.items() if rel == "next"), "")
    assert len(found) == len(set(found)) == 230
    assert len(app.get("/clients?per_page=500").json()["clients"]) == 100
    minimal = app.get("/clients?per_page=500&minimal_data=true").json()["clients"]
    assert len(minimal) == 230 and set(minimal[0]) == {"id", "name", "subdomain"}


def test_views_and_order(sandbox: Running, app: PlainApp) -> None:
    every, linked = clients(app), clients(app, "&view=linked")
    assert 0 < len(linked) < len(every)
    assert sorted(linked + clients(app, "&view=practice")) == sorted(every)
    assert clients(app, "&view=active") == every
    assert clients(app, "&view=closed") == clients(app, "&view=inactive") == []
    by_name = [c["name"] for c in app.get("/clients?per_page=100&sort=-name").json()["clients"]]
    assert by_name == sorted(by_name, reverse=True)
    assert clients(app, "&updated_since=2100-01-01T00:00:00Z") == []
    for wrong in ("view=shoe", "sort=shoe", "updated_since=once"):
        assert app.get(f"/clients?{wrong}").status_code == 400


def test_company_is_the_client_that_the_header_names(sandbox: Running, app: PlainApp, first: str) -> None:
    details = company(app, first).json()["company"]
    assert details["name"] == sandbox.world.named(NAME, 0).name
    assert details["subdomain"] == first and isinstance(details["id"], str)
    period = details["annual_accounting_periods"][-1]
    assert period["starts_on"] <= date.today().isoformat() <= period["ends_on"]
    for missing in ("", "nobody"):
        assert company(app, missing).status_code == 404


def test_lists(sandboxes) -> None:
    box = sandboxes(Options(organisations=1, limits=False, lines=230))
    app = PlainApp(box.url, NAME).sign_in(box.world.people[0].email)
    subdomain = {"X-Subdomain": box.world.id_of(NAME, 0)}

    def get(path: str):
        return app.get(path, **subdomain)

    plain, whole = (get(f"/categories{query}").json() for query in ("", "?sub_accounts=true"))
    assert set(plain) == {
        f"{each}_categories" for each in ("admin_expenses", "cost_of_sales", "income", "general")
    }
    assert len(plain["general_categories"]) < len(whole["general_categories"])
    assert "602-1" in [category["nominal_code"] for category in whole["general_categories"]]
    suppliers, everyone = (
        int(get(f"/contacts?view={view}").headers["X-Total-Count"]) for view in ("suppliers", "all")
    )
    assert 0 < suppliers < everyone == 230
    assert get("/projects?view=active&per_page=100&page=2").json()["projects"]
    assert get("/projects?view=shoe").status_code == get("/contacts?view=shoe").status_code == 400


@pytest.mark.parametrize(
    ("kind", "status", "listed"),
    [("remove-access", 403, []), ("disconnect", 404, []), ("close", 403, ["all", "closed"])],
)
def test_faults_show_in_the_lists(
    sandbox: Running, app: PlainApp, me: str, first: str, kind: str, status: int, listed: list[str]
) -> None:
    sandbox.fault(kind, software=NAME, organisation=first)
    assert company(app, first).status_code == status
    assert company(app, sandbox.world.id_of(NAME, 1)).status_code == 200
    views = [
        view for view in ("all", "active", "closed", "practice") if first in clients(app, f"&view={view}")
    ]
    assert views == listed
    sandbox.fault("clear")
    assert (first in clients(app.sign_in(me))) is True


def test_expired_and_revoked(sandbox: Running, app: PlainApp, me: str, first: str) -> None:
    for kind in ("expire", "revoke"):
        sandbox.fault(kind, software=NAME, person=me)
        refused = company(app, first)
        assert (refused.status_code, message(refused)) == (401, "Access token not recognised")
        assert app.refresh().json() == {"error": "invalid_grant"}
        assert company(app.sign_in(me), first).status_code == 200


def test_user_agent_is_required(app: PlainApp) -> None:
    del app.http.headers["User-Agent"]
    assert app.get("/clients").status_code == 400


def test_limits_count_for_each_client_and_in_test_for_five(sandboxes) -> None:
    box = sandboxes(Options(organisations=2))
    app = PlainApp(box.url, NAME).sign_in(box.world.people[0].email)
    one, two = (box.world.id_of(NAME, place) for place in range(2))
    assert {company(app, one).status_code for _ in range(120)} == {200}
    refused = company(app, one)
    assert (refused.status_code, refused.text) == (429, "You must not exceed 120 requests per 60 seconds")
    assert company(app, two).status_code == 200
    statuses = [app.get("/clients", **{"X-RateLimit-Test": "true"}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_limit_on_demand(sandbox: Running, app: PlainApp, first: str) -> None:
    sandbox.fault("limit", software=NAME, organisation=first, times=1, seconds=7)
    refused = company(app, first)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert refused.headers["content-type"].startswith("text/plain")
    assert company(app, first).status_code == 200
