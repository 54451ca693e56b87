"""MYOB Business's adapter with answers that its documentation allows but the sandbox doesn't give."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from clientsync_tui.accounting.myob import SOFTWARE as MYOB
from clientsync_tui.accounting.seam.software import Answer
from clientsync_tui.practice.model import Organisation
from clientsync_tui.practice.status import Fault, Reason
from clientsync_tui.practice.trouble import ListRefused, Misconfigured, OrganisationTrouble, PassingTrouble
from tests.accounting.calling import calling
from tests.accounting.scripted import json

FILE = "0f4a2b1c-9d3e-4f5a-8b6c-7d8e9f0a1b2c"
COMPANY: Mapping[str, Any] = {
    "CompanyName": "Larch Pty Ltd", "SerialNumber": "612345678901", "ABNOrTFN": "123 456 782", "ACN": None,
    "GSTRegistrationNumber": "51 824 753 556", "CompanyRegistrationNumber": "12345", "ReadOnly": True, "New": [],
}  # fmt: skip


def error(name: str | None, status: int, message: str | None = None, code: Any = 0) -> Response:
    return json({"Errors": [{"Name": name, "Message": message, "ErrorCode": code}]}, status)


def answering(**by_name: Response) -> Any:
    """Answers by the last part of the address; any other address is not found."""

    def answer(request: Request) -> Response:
        return by_name.get(request.url.path.rpartition("/")[2]) or error("ResourceNotFound", 404)

    return answer


async def test_every_call_says_the_key_and_the_version_and_no_file_is_named_twice(tmp_path: Path):
    properties = json({"LastMonthFinancialYear": 6})
    server_says = answering(Company=json(COMPANY), AccountingProperties=properties)
    async with calling(MYOB, tmp_path, server_says) as (calls, server):
        await MYOB.details(calls, FILE)
    company, _ = server.asked
    assert company.url.path == f"/accountright/{FILE}/Company"
    assert (
        company.headers["x-myobapi-key"] == "the-client-id" and company.headers["x-myobapi-version"] == "v2"
    )
    assert "x-myobapi-cftoken" not in company.headers


@pytest.mark.parametrize(
    ("changes", "month", "details"),
    [
        ({}, 6, {"country": "AU", "currency": "AUD", "registration_number": "12345", "year_end": "30 June"}),
        ({"SerialNumber": 640000000001}, "3", {"country": "NZ", "currency": "NZD", "year_end": "31 March"}),
        ({"SerialNumber": "990000000001", "ACN": "004 028 077"}, 13, {"registration_number": "004 028 077"}),
        ({"SerialNumber": None, "GSTRegistrationNumber": None}, None, {}),
    ],
)
async def test_details_are_read_and_the_tax_file_number_is_not(
    tmp_path: Path, changes: Mapping[str, Any], month: Any, details: Mapping[str, str]
):
    server_says = answering(
        Company=json({**COMPANY, **changes}), AccountingProperties=json({"LastMonthFinancialYear": month})
    )
    async with calling(MYOB, tmp_path, server_says) as (calls, _):
        found = await MYOB.details(calls, FILE)
    assert found["name"] == "Larch Pty Ltd" and details.items() <= found.items()
    assert ("country" in found) is ("country" in details) and ("year_end" in found) is ("year_end" in details)
    assert "123 456 782" not in repr(found)


async def test_details_do_without_the_accounting_properties(tmp_path: Path):
    for refusal in (error("OAuthTokenIsInvalid", 401, code="31001"), error("ResourceNotFound", 404)):
        says = answering(Company=json(COMPANY), AccountingProperties=refusal)
        async with calling(MYOB, tmp_path, says) as (calls, _):
            assert "year_end" not in await MYOB.details(calls, FILE)


def pages(total: int, *, link: str = "https://api.myob.com/x?$top={top}&$skip={skip}") -> Any:
    """That many jobs, in pages of the requested size, each with a link to the next."""

    def page(request: Request) -> Response:
        skip, top = int(request.query_params["$skip"]), int(request.query_params["$top"])
        items = [{"UID": f"u{n}", "Name": f"Job {n}", "Number": n} for n in range(total)][skip : skip + top]
        more = skip + top < total
        return json({"Items": items, "NextPageLink": link.format(top=top, skip=skip + top) if more else None})

    return page


@pytest.mark.parametrize(
    "link",
    [
        "https://api.myob.com/x?$top={top}&$skip={skip}",
        "https://elsewhere.example/?%24skip={skip}",
        "/accountright/x/GeneralLedger/Job?$skip={skip}&$top={top}&$orderby=Name",
    ],
)
async def test_pages_follow_the_links_numbers_and_never_the_link(tmp_path: Path, link: str):
    async with calling(MYOB, tmp_path, pages(1_000, link=link)) as (calls, server):
        found = await MYOB.pull(calls, FILE, "jobs")
    assert [line["code"] for line in found] == [str(n) for n in range(1_000)]
    assert [request.query_params["$skip"] for request in server.asked] == ["0", "400", "800"]


@pytest.mark.parametrize("link", [None, "", "nonsense", "https://api.myob.com/x?$skip=0", 7, []])
async def test_a_link_that_leads_nowhere_ends_a_list(tmp_path: Path, link: Any):
    page = json({"Items": [{"UID": "u", "Name": "Job"}], "NextPageLink": link, "Count": "1"})
    async with calling(MYOB, tmp_path, page) as (calls, server):
        assert len(await MYOB.pull(calls, FILE, "jobs")) == 1
    assert len(server.asked) == 1


async def test_suppliers_are_named_and_their_bank_and_tax_details_are_dropped(tmp_path: Path):
    items = [
        {"UID": "1", "CompanyName": "Power Pty Ltd", "DisplayID": "S1", "PaymentDetails": {"BankAccountNumber": "1"}},
        {"UID": "2", "FirstName": "Norma", "LastName": "Timber", "IsIndividual": True, "BuyingDetails": {"ABN": "9"}},
        {"UID": "3", "CompanyName": None, "LastName": None},
    ]  # fmt: skip
    async with calling(MYOB, tmp_path, json({"Items": items})) as (calls, _):
        found = await MYOB.pull(calls, FILE, "suppliers")
    assert [line["name"] for line in found] == ["Power Pty Ltd", "Norma Timber", ""]
    assert {key for line in found for key in line} == {"id", "name", "code", "IsIndividual"}


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (error("RateLimitError", 403, "API key has exceeded the per second rate limit"), Fault.LIMIT),
        (error("ratelimiterror", 400), Fault.LIMIT),
        (error("DeveloperInactive", 403), "misconfigured"),
        (error("AccessDenied", 403), Reason.ACCESS_REMOVED),
        (error("Other", 403), Reason.PERMISSION_MISSING),
        (error(None, 401, "Invalid user name"), Reason.PERMISSION_MISSING),
        (error("OAuthTokenIsInvalid", 401, code="31001"), Reason.PERMISSION_MISSING),
        (error("ResourceNotFound", 404), Reason.ORGANISATION_CLOSED),
        (error("CompanyFileOffline", 403), Fault.UNREACHABLE),
        (error(None, 400, "The company file is checked out"), Fault.UNREACHABLE),
        (error("Whatever", 400, "No"), Fault.NONSENSE),
        (json({"Errors": []}, 403), Fault.NONSENSE),
        (json({"Message": "Forbidden"}, 403), Fault.NONSENSE),
        (HTMLResponse("<html><body>Maintenance</body></html>", 404), Fault.NONSENSE),
        (HTMLResponse("<html><body>Maintenance</body></html>", 503), Fault.SERVER_ERROR),
        (json({"CompanyName": None}), Fault.NONSENSE),
        (json([]), Fault.NONSENSE),
    ],
)
async def test_an_error_means_what_its_name_says(tmp_path: Path, answer: Response, means: Any):
    async with calling(MYOB, tmp_path, answer) as (calls, _):
        with pytest.raises((OrganisationTrouble, PassingTrouble, Misconfigured)) as raised:
            await MYOB.details(calls, FILE)
    match raised.value:
        case OrganisationTrouble():
            assert raised.value.reason is means
        case PassingTrouble():
            assert raised.value.fault is means
        case _:
            assert means == "misconfigured"


async def test_a_refused_token_is_renewed_once(tmp_path: Path):
    async with calling(MYOB, tmp_path, error("OAuthTokenIsInvalid", 401)) as (calls, server):
        with pytest.raises(OrganisationTrouble):
            await MYOB.details(calls, FILE)
    assert server.tokens() == ["token", "newer token"]


async def test_a_list_that_was_not_consented_to_is_refused_alone(tmp_path: Path):
    for refusal in (error("OAuthTokenIsInvalid", 401), error("ResourceNotFound", 404), error("Other", 403)):
        async with calling(MYOB, tmp_path, refusal) as (calls, _):
            with pytest.raises(ListRefused):
                await MYOB.pull(calls, FILE, "suppliers")
    async with calling(MYOB, tmp_path, error("AccessDenied", 403)) as (calls, _):
        with pytest.raises(OrganisationTrouble):
            await MYOB.pull(calls, FILE, "suppliers")


async def test_one_limit_stops_every_company_file(tmp_path: Path):
    async with calling(MYOB, tmp_path, error("RateLimitError", 403)) as (calls, server):
        for organisation in (FILE, FILE.replace("0", "1")):
            with pytest.raises(PassingTrouble):
                await MYOB.details(calls, organisation)
    assert len(server.asked) == 1


async def test_the_sign_ins_own_company_file_is_the_one_it_reaches(tmp_path: Path):
    own = Organisation(FILE, "Larch")
    async with calling(MYOB, tmp_path, answering(Company=json(COMPANY)), organisation=own) as (calls, _):
        (found,) = await MYOB.organisations(calls)
    assert (found.id, found.name) == (FILE, "Larch Pty Ltd")


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (400, {"error": "invalid_grant"}, "invalid_grant"),
        (400, {"error": "invalid_client"}, "invalid_client"),
        (403, {"Errors": [{"Name": "DeveloperInactive"}]}, "unauthorized_client"),
        (200, {"access_token": "a"}, None),
        (400, ["invalid_grant"], None),
    ],
)
def test_token_errors_are_read(status: int, body: Any, word: str | None):
    assert MYOB.token_error(Answer(status, {}, body, "")) == word


def test_a_request_that_could_not_be_read_is_no_refusal():
    found = MYOB.token_error(Answer(400, {}, {"error": "invalid_request"}, ""))
    assert isinstance(found, PassingTrouble) and found.fault is Fault.NONSENSE


def test_a_refusal_says_that_only_administrators_may_consent():
    assert "Administrator" in (MYOB.refusal({"error": "access_denied", "state": "s"}) or "")
    assert MYOB.refusal({"error": "server_error"}) is None and MYOB.refusal({}) is None


def test_link_needs_the_country():
    assert MYOB.link(FILE, {"country": "NZ"}) == f"https://app.myob.com/#/nz/{FILE}/dashboard"
    assert MYOB.link(FILE, {"country": "GB"}) is None and MYOB.link(FILE, {}) is None
