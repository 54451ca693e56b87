"""Zoho Books' adapter with answers that its documentation allows but the sandbox doesn't give."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from clientsync_tui.accounting.seam.left_out import noting
from clientsync_tui.accounting.seam.software import Answer
from clientsync_tui.accounting.zoho_books import SOFTWARE as ZOHO
from clientsync_tui.practice.status import Fault, Reason
from clientsync_tui.practice.trouble import (
    ListRefused,
    OrganisationTrouble,
    PassingTrouble,
    SignInFailed,
    SignInRefused,
)
from tests.accounting.calling import calling
from tests.accounting.scripted import json

ORG = "10234695"
HOME = "https://accounts.zoho.com/oauth/v2/auth"


def success(**fields: Any) -> Response:
    return json({"code": 0, "message": "success", **fields})


def error(code: Any, status: int = 400) -> Response:
    return json({"code": code, "message": "No"}, status)


LISTED = success(organizations=[{"organization_id": ORG, "name": "Larch Ltd", "is_org_active": True}])


async def test_organizations_with_odd_fields_are_read_and_inactive_ones_are_not_offered(tmp_path: Path):
    rows: list[Any] = [
        {"organization_id": 10234695, "name": "Larch Ltd", "is_org_active": True, "new": {"a": 1}},
        {"organization_id": "10234696"},
        {"organization_id": "10234697", "name": None, "is_org_active": None},
        {"organization_id": "10234698", "name": "Closed", "is_org_active": False},
        {"organization_id": "10234699", "name": "Closed too", "is_org_active": "false"},
        {"organization_id": None, "name": "Nobody"},
    ]
    async with calling(ZOHO, tmp_path, success(organizations=rows)) as (calls, server):
        with noting() as notes:
            found = await ZOHO.organisations(calls)
    closed = Reason.ORGANISATION_CLOSED
    assert [(each.id, each.name, each.problem) for each in found] == [
        ("10234695", "Larch Ltd", None), ("10234696", "10234696", None), ("10234697", "10234697", None),
        ("10234698", "Closed", closed), ("10234699", "Closed too", closed),
    ]  # fmt: skip
    assert len(notes.sentences()) == 1
    (asked,) = server.asked
    assert asked.headers["authorization"] == "Zoho-oauthtoken token" and not asked.query_params


async def test_a_person_without_organizations_reaches_none(tmp_path: Path):
    async with calling(ZOHO, tmp_path, success(organizations=[])) as (calls, _):
        assert await ZOHO.organisations(calls) == ()


@pytest.mark.parametrize(
    ("starts", "year_end"),
    [
        (0, "31 December"), (3, "31 March"), ("3", "31 March"), (2, "28 February"), (11, "30 November"),
        ("april", "31 March"), ("January", "31 December"), ("mar", "28 February"),
        (12, None), (-1, None), (None, None), ("", None), (True, None), ([], None),
    ],
)  # fmt: skip
async def test_year_end_is_the_month_before_the_first_one(tmp_path: Path, starts: Any, year_end: str | None):
    organization = {
        "name": "Larch Ltd", "currency_code": "GBP", "tax_id_value": " ", "company_id_value": None,
        "address": None, "country": "United Kingdom", "fiscal_year_start_month": starts,
    }  # fmt: skip
    async with calling(ZOHO, tmp_path, success(organization=organization)) as (calls, server):
        details = await ZOHO.details(calls, ORG)
    true = {"name": "Larch Ltd", "currency": "GBP", "country": "United Kingdom"}
    assert details == true | ({"year_end": year_end} if year_end else {})
    assert dict(server.asked[0].query_params) == {"organization_id": ORG}
    assert server.asked[0].url.path == f"/books/v3/organizations/{ORG}"


async def test_organization_without_a_name_can_be_added_under_its_number(tmp_path: Path):
    answers = (
        success(organization={"name": " "}),
        success(organizations=[{"organization_id": ORG, "name": " "}]),
    )
    async with calling(ZOHO, tmp_path, *answers) as (calls, _):
        assert (await ZOHO.details(calls, ORG))["name"] == ORG
        assert [each.name for each in await ZOHO.organisations(calls)] == [ORG]


def chart(total: int, context: Mapping[str, Any] | None = None) -> Any:
    """A chart of that many accounts, in pages of the requested size."""

    def page(request: Request) -> Response:
        number, size = int(request.query_params["page"]), int(request.query_params["per_page"])
        accounts = [{"account_id": n, "account_name": f"A{n}", "account_code": n} for n in range(total)]
        more = {} if context is None else {"page_context": context}
        return success(chartofaccounts=accounts[(number - 1) * size : number * size], **more)

    return page


@pytest.mark.parametrize(
    ("total", "context", "calls_made"),
    [
        (0, None, 1), (199, None, 1), (200, None, 2), (450, None, 3),
        (450, {"has_more_page": None}, 3), (450, {"has_more_page": "true"}, 3), (150, {"has_more_page": False}, 1),
    ],
)  # fmt: skip
async def test_chart_ends_though_it_does_not_say_where(
    tmp_path: Path, total: int, context: Any, calls_made: int
):
    async with calling(ZOHO, tmp_path, chart(total, context)) as (calls, server):
        found = await ZOHO.pull(calls, ORG, "accounts")
    assert [line["code"] for line in found] == [str(n) for n in range(total)]
    assert len(server.asked) == calls_made


async def test_pages_that_repeat_themselves_end(tmp_path: Path):
    tax = success(taxes=[{"tax_id": "1", "tax_name": "VAT"}], page_context={"has_more_page": True})
    async with calling(ZOHO, tmp_path, tax) as (calls, server):
        assert len(await ZOHO.pull(calls, ORG, "tax_rates")) == 1
    assert len(server.asked) == 2


async def test_only_needed_fields_are_saved(tmp_path: Path):
    vendor = {
        "contact_id": "7", "contact_name": "Power 1", "status": "active", "email": "a@example.com",
        "outstanding_payable_amount": 5, "bank_account_number": "00112233", "mobile": "0113",
    }  # fmt: skip
    async with calling(ZOHO, tmp_path, success(contacts=[vendor])) as (calls, _):
        (line,) = await ZOHO.pull(calls, ORG, "suppliers")
    assert line == {"id": "7", "name": "Power 1", "status": "active"}


@pytest.mark.parametrize(
    ("answers", "means"),
    [
        ([error("57", 200), LISTED], Reason.PERMISSION_MISSING),
        ([error(57, 403), success(organizations=[])], Reason.ACCESS_REMOVED),
        ([error(6041), LISTED], Reason.ACCESS_REMOVED),
        ([error(1000, 200)], Fault.SERVER_ERROR),
        ([error(1070, 200)], Fault.LIMIT),
        ([error(45, 403)], Fault.LIMIT),
        ([error(9999)], Fault.NONSENSE),
        ([json({"message": "Forbidden"}, 403)], Fault.NONSENSE),
        ([json({"code": "blocked", "message": "Blocked"}, 403)], Fault.NONSENSE),
        ([HTMLResponse("<html><body>Zoho is busy</body></html>", 400)], Fault.NONSENSE),
        ([HTMLResponse("<html><body>Zoho is busy</body></html>", 502)], Fault.SERVER_ERROR),
        ([success(organization=None)], Fault.NONSENSE),
        ([success(organization={"name": "Larch", "is_org_active": False})], Reason.ORGANISATION_CLOSED),
    ],
)
async def test_an_error_means_what_its_code_says(tmp_path: Path, answers: list[Response], means: Any):
    async with calling(ZOHO, tmp_path, *answers) as (calls, _):
        with pytest.raises((OrganisationTrouble, PassingTrouble)) as raised:
            await ZOHO.details(calls, ORG)
    found = raised.value
    assert (found.reason if isinstance(found, OrganisationTrouble) else found.fault) is means


async def test_a_refused_token_is_renewed_once_and_then_ends_the_sign_in(tmp_path: Path):
    async with calling(ZOHO, tmp_path, error(14, 401)) as (calls, server):
        with pytest.raises(SignInRefused):
            await ZOHO.organisations(calls)
    assert server.tokens() == ["Zoho-oauthtoken token", "Zoho-oauthtoken newer token"]


async def test_a_list_may_be_missing_or_refused(tmp_path: Path):
    async with calling(ZOHO, tmp_path, error(5, 404)) as (calls, _):
        assert await ZOHO.pull(calls, ORG, "tracking") == ()
    async with calling(ZOHO, tmp_path, error(57, 401), LISTED) as (calls, _):
        with pytest.raises(ListRefused):
            await ZOHO.pull(calls, ORG, "suppliers")


@pytest.mark.parametrize(
    ("redirect", "site"),
    [
        ({"location": "eu", "accounts-server": "https://accounts.zoho.eu"}, "eu"),
        ({"accounts-server": "https://accounts.zohocloud.ca/"}, "ca"),
        ({"location": "IN"}, "in"),
        ({}, "us"),
        ({"location": "gb", "accounts-server": "https://accounts.zoho.uk"}, "uk"),
        ({"accounts-server": "https://accounts.zoho.eu.elsewhere.example"}, None),
        ({"accounts-server": "https://elsewhere.example/accounts.zoho.eu"}, None),
        ({"accounts-server": "https://accounts.zoho.eu@elsewhere.example"}, None),
        ({"accounts-server": "http://accounts.zoho.eu"}, None),
        ({"accounts-server": "//accounts.zoho.eu"}, None),
        ({"accounts-server": "https://[accounts.zoho.eu"}, None),
        ({"location": "eu", "accounts-server": "https://accounts.zoho.example"}, None),
        ({"location": "moon"}, None),
    ],
)
def test_only_zohos_own_servers_are_called(redirect: Mapping[str, str], site: str | None):
    if site is None:
        with pytest.raises(SignInFailed, match="Nothing was sent there"):
            ZOHO.site_of_redirect(redirect, HOME)
        return
    assert ZOHO.site_of_redirect(redirect, HOME) == site
    token_url, api_url = ZOHO.addresses_at(site).token_url, ZOHO.addresses_at(site).api_url
    assert token_url.startswith("https://accounts.zoho") and api_url.startswith("https://www.zohoapis.")


def test_configured_server_may_name_itself():
    own = "http://127.0.0.1:9000"
    assert ZOHO.site_of_redirect({"accounts-server": own}, f"{own}/oauth/v2/auth") == ""
    assert ZOHO.site_of_redirect({"accounts-server": own, "location": "eu"}, f"{own}/oauth/v2/auth") == "eu"


def test_unknown_api_is_never_called():
    for domain in ("https://elsewhere.example", "https://www.zohoapis.eu.elsewhere.example", None, 7, ""):
        assert ZOHO.site_of_answer({"api_domain": domain}, "eu") == "eu"
        assert ZOHO.site_of_answer({"api_domain": domain}, "") == ""
    assert ZOHO.site_of_answer({"api_domain": "https://www.zohoapis.in"}, "") == "in"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"error": "invalid_code"}, "invalid_grant"),
        ({"error": "invalid_client_secret"}, "invalid_client"),
        ({"error": "expired"}, "expired_token"),
        ({"error": "authorization_pending"}, "authorization_pending"),
        ({"access_token": "a", "error": None}, None),
        ({"error": "Access Denied"}, None),
        (["invalid_code"], None),
    ],
)
def test_token_errors_are_read_in_the_words_of_the_rfc(body: Any, word: str | None):
    assert ZOHO.token_error(Answer(200, {}, body, "")) == word


def test_too_many_token_requests_are_a_limit_of_ten_minutes_and_no_refusal():
    said = {"error": "Access Denied", "error_description": "You have made too many requests continuously."}
    found = ZOHO.token_error(Answer(400, {}, said, ""))
    assert isinstance(found, PassingTrouble) and found.fault is Fault.LIMIT and found.retry_at is not None


def test_link_is_known_with_the_data_centre_alone():
    assert ZOHO.link(ORG, {"site": "au"}) == f"https://books.zoho.com.au/app/{ORG}"
    assert ZOHO.link(ORG, {}) is None


@pytest.mark.parametrize("key", ["reporting_tags", "tags"])
async def test_reporting_tags_are_read_under_either_name(tmp_path: Path, key: str):
    tags = success(**{key: [{"tag_id": "1", "tag_name": "Department", "is_active": True}]})
    async with calling(ZOHO, tmp_path, tags) as (calls, _):
        assert await ZOHO.pull(calls, ORG, "tracking") == (
            {"id": "1", "name": "Department", "is_active": True},
        )
