"""Sage's adapter against answers from its documents and OpenAPI, and against odd ones."""

from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from clientsync_tui.accounting.sage import SOFTWARE as SAGE
from clientsync_tui.accounting.seam.left_out import noting
from clientsync_tui.practice.status import Fault, Reason
from clientsync_tui.practice.trouble import (
    ListRefused,
    OrganisationTrouble,
    PassingTrouble,
    SignInRefused,
    Trouble,
)
from tests.accounting.written import New, written

BUSINESSES, SETTINGS, CONTACTS = "/v3.1/businesses", "/v3.1/financial_settings", "/v3.1/contacts"
ACCOUNTS, ANALYSIS = "/v3.1/ledger_accounts", "/v3.1/analysis_types"
ID = "8f2c6a54d1d34f0c9a7b"


def business(
    id: Any = ID, plan: str = "Accounting Plus", active: Any = True, **fields: Any
) -> dict[str, Any]:
    plans = [{"id": "s", "displayed_as": plan, "active": active}]
    said = {
        "id": id,
        "displayed_as": "Larch Ltd",
        "name": "Larch Ltd",
        "country": {"id": "gb"},
        "is_demo": False,
    }
    return said | {"subscriptions": plans} | fields


def items(*rows: Any, **fields: Any) -> dict[str, Any]:
    return {"$total": len(rows), "$page": 1, "$next": None, "$items_per_page": 200, "$items": list(rows)} | fields  # fmt: skip


def error(status: int, code: str, message: str) -> Response:
    body = [{"$severity": "error", "$dataCode": code, "$message": message, "$source": ""}]
    return JSONResponse(body, status)


SETTLED = {"year_end_date": "2026-04-05", "base_currency": {"id": "GBP"}, "tax_number": "GB123456789"}


async def test_the_person_and_what_is_offered(tmp_path: Path):
    rows = (
        business("lead", "Accounting Partner Edition"), business(), business("demo", is_demo=True), business("late", active=False),
        business("bare", subscriptions=None, name=None, country=None), business(77, name="Numbered"),
    )  # fmt: skip
    says = {
        BUSINESSES: items(*rows),
        "/v3.1/user": {"id": "u1", "first_name": "Ada", "last_name": None, "email": "ada@practice.example"},
    }
    async with written(SAGE, tmp_path, says) as server:
        assert await SAGE.person(New(server.calls)) == ("u1", "Ada", "ada@practice.example")
        with noting() as notes:
            found = await SAGE.organisations(server.calls)
    assert [(each.id, each.name, each.problem) for each in found] == [
        (ID, "Larch Ltd", None), ("late", "Larch Ltd", Reason.UNPAID), ("bare", "Larch Ltd", None), ("77", "Numbered", None),
    ]  # fmt: skip
    assert not notes.sentences()


async def test_businesses_over_pages_are_followed_by_number_and_never_by_address(tmp_path: Path):
    def page(request: Request) -> Any:
        number = int(request.query_params["page"])
        following = "https://elsewhere.example/v3.1/businesses?page=2" if number == 1 else None
        return items(business(f"b{number}"), **{"$next": following})

    async with written(SAGE, tmp_path, {BUSINESSES: page}) as server:
        assert [each.id for each in await SAGE.organisations(server.calls)] == ["b1", "b2"]
        assert all("x-business" not in request.headers for request in server.asked)


async def test_details_of_the_business_that_was_asked_for(tmp_path: Path):
    says = {BUSINESSES: items(business()), SETTINGS: SETTLED}
    async with written(SAGE, tmp_path, says) as server:
        assert await SAGE.details(server.calls, ID) == {
            "name": "Larch Ltd", "country": "GB", "currency": "GBP", "tax_number": "GB123456789", "year_end": "5 April",
            "edition": "Accounting Plus",
        }  # fmt: skip
        assert server.asked[-1].headers["x-business"] == ID
        server.says[SETTINGS] = {"year_end_date": None, "base_currency": None, "tax_number": None}
        assert set(await SAGE.details(server.calls, ID)) == {"name", "country", "edition"}


@pytest.mark.parametrize(("echo", "right"), [(ID, True), (ID.upper(), True), ("another", False)])
async def test_an_answer_for_another_business_is_not_used(tmp_path: Path, echo: str, right: bool):
    says = {BUSINESSES: items(business()), SETTINGS: JSONResponse(SETTLED, headers={"X-Business": echo})}
    async with written(SAGE, tmp_path, says) as server:
        if right:
            assert (await SAGE.details(server.calls, ID))["currency"] == "GBP"
            return
        with pytest.raises(PassingTrouble) as raised:
            await SAGE.details(server.calls, ID)
        assert raised.value.fault is Fault.NONSENSE


async def test_business_itself_gives_the_country_if_the_list_does_not(tmp_path: Path):
    short = {"id": ID, "displayed_as": "Larch Ltd", "$path": f"/businesses/{ID}"}
    says = {BUSINESSES: items(short), SETTINGS: SETTLED, f"{BUSINESSES}/{ID}": business()}
    async with written(SAGE, tmp_path, says) as server:
        details = await SAGE.details(server.calls, ID)
        assert (details["name"], details["country"], "edition" in details) == ("Larch Ltd", "GB", False)


async def test_a_french_businesss_number_is_where_only_france_has_it(tmp_path: Path):
    settings = "/v3.1/business_settings"
    says = {
        BUSINESSES: items(business(country={"id": "FR"})),
        SETTINGS: SETTLED,
        settings: {"siret": 73282932000074},
    }
    async with written(SAGE, tmp_path, says) as server:
        assert (await SAGE.details(server.calls, ID))["registration_number"] == "73282932000074"
        server.says[settings] = error(403, "MultiUserAccessDenied", "No.")
        assert "registration_number" not in await SAGE.details(server.calls, ID)
    async with written(SAGE, tmp_path, says | {BUSINESSES: items(business())}) as server:
        await SAGE.details(server.calls, ID)
        assert settings not in server.paths()


@pytest.mark.parametrize(
    ("answer", "listed", "means"),
    [
        (error(401, "AuthorizationFailure", "No active subscription. (MSE)"), True, Reason.UNPAID),
        (error(401, "AuthenticationFailure", "Ended."), True, Reason.PERMISSION_MISSING),
        (error(401, "AuthenticationFailure", "Ended."), False, Reason.ACCESS_REMOVED),
        (error(403, "MultiUserAccessDenied", "No."), True, Reason.PERMISSION_MISSING),
        (error(404, "RecordNotFound", "None."), True, Fault.NONSENSE),
        (JSONResponse({"$severity": "error", "$dataCode": "X", "$message": "No."}, 403), True, Reason.PERMISSION_MISSING),
        (JSONResponse({"message": "Forbidden"}, 403), True, Fault.NONSENSE),
        (HTMLResponse("<html><body>Blocked</body></html>", 403), True, Fault.NONSENSE),
        (HTMLResponse("<html><body>Sign in</body></html>"), True, Fault.NONSENSE),
        (JSONResponse({"$items": []}), True, Fault.NONSENSE),
    ],
)  # fmt: skip
async def test_a_refusal_means_what_the_list_says(tmp_path: Path, answer: Response, listed: bool, means: Any):
    said = items(business()) if listed else items()
    async with written(SAGE, tmp_path, {BUSINESSES: said, SETTINGS: answer}) as server:
        with pytest.raises((OrganisationTrouble, PassingTrouble)) as raised:
            await SAGE.details(server.calls, ID)
    assert getattr(raised.value, "reason", None) == means or getattr(raised.value, "fault", None) == means


async def test_no_subscription_costs_no_renewal(tmp_path: Path):
    unpaid = error(401, "AuthorizationFailure", "No active subscription. (MSE)")
    async with written(SAGE, tmp_path, {BUSINESSES: items(business()), SETTINGS: unpaid}) as server:
        with pytest.raises(OrganisationTrouble):
            await SAGE.details(server.calls, ID)
        assert server.renewals == []


@pytest.mark.parametrize("status", [401, 403])
async def test_a_list_of_businesses_that_is_refused_ends_the_sign_in(tmp_path: Path, status: int):
    async with written(SAGE, tmp_path, {BUSINESSES: error(status, "AuthorizationFailure", "No.")}) as server:
        with pytest.raises(SignInRefused):
            await SAGE.organisations(server.calls)


@pytest.mark.parametrize(
    ("plan", "answer", "found"),
    [
        ("Accounting Start", error(403, "MultiUserAccessDenied", "No."), []),
        ("Accounting Start", error(404, "RecordNotFound", "None."), []),
        ("Accounting Plus", error(404, "RecordNotFound", "None."), ListRefused),
        ("Accounting Plus", error(403, "MultiUserAccessDenied", "No."), ListRefused),
        ("Accounting Plus", items({"id": "t1", "displayed_as": "Department"}), ["Department"]),
        ("Accounting Plus", items(), []),
    ],
)
async def test_analysis_types_are_there_where_the_plan_has_them(
    tmp_path: Path, plan: str, answer: Any, found: Any
):
    async with written(SAGE, tmp_path, {BUSINESSES: items(business(plan=plan)), ANALYSIS: answer}) as server:
        if isinstance(found, list):
            assert [line["name"] for line in await SAGE.pull(server.calls, ID, "tracking")] == found
            return
        with pytest.raises(Trouble) as raised:
            await SAGE.pull(server.calls, ID, "tracking")
        assert isinstance(raised.value, found)


async def test_lines_are_complete_over_pages_and_have_no_bank_details(tmp_path: Path):
    bank = {
        "bank_account_details": {"account_number": "12345678", "iban": "GB00"},
        "email": "a@b.example",
        "balance": 3,
    }

    def page(request: Request) -> Any:
        asked = request.query_params
        assert asked["contact_type_id"] == "VENDOR" and asked["items_per_page"] == "200"
        assert "bank" not in asked["attributes"] and "name" in asked["attributes"]
        number = int(asked["page"])
        rows = [
            {
                "id": number,
                "displayed_as": f"Vendor {number}",
                "reference": None,
                "is_active": number != 2,
                **bank,
            }
        ]
        return items(*rows, **({"$next": f"/v3.1/contacts?page={number + 1}"} if number < 3 else {}))

    async with written(SAGE, tmp_path, {BUSINESSES: items(business()), CONTACTS: page}) as server:
        found = await SAGE.pull(server.calls, ID, "suppliers")
        assert [(line["id"], line["name"]) for line in found] == [("1", "Vendor 1"), ("3", "Vendor 3")]
        assert all(not {*bank} & {*line} for line in found)


async def test_a_nominal_code_that_is_a_number_is_a_code(tmp_path: Path):
    rows = [
        {"id": "a", "name": "Sales", "nominal_code": 4000},
        {"id": "b", "name": None, "displayed_as": "Rent (7100)"},
    ]
    async with written(SAGE, tmp_path, {BUSINESSES: items(business()), ACCOUNTS: items(*rows)}) as server:
        found = await SAGE.pull(server.calls, ID, "accounts")
    assert [(line["name"], line.get("code")) for line in found] == [("Sales", "4000"), ("Rent (7100)", None)]


@pytest.mark.parametrize("total", [3, "3", None])
async def test_without_a_next_address_the_total_or_a_short_page_ends_a_list(tmp_path: Path, total: Any):
    def page(request: Request) -> Any:
        number = int(request.query_params["page"])
        rows = [{"id": f"{number}-{n}", "name": "x"} for n in range(2 if number == 1 else 1)]
        said = items(*rows, **{"$total": total, "$items_per_page": 2})
        del said["$next"]
        return said

    async with written(SAGE, tmp_path, {BUSINESSES: items(business()), ACCOUNTS: page}) as server:
        assert len(await SAGE.pull(server.calls, ID, "accounts")) == 3


@pytest.mark.parametrize("redirect", [{"error": "Invalid request"}, {"error": "invalid  Request", "reason": "Email already in use"}])  # fmt: skip
def test_the_wrong_country_is_explained(redirect: dict[str, str]):
    assert "country" in (SAGE.refusal(redirect) or "")


@pytest.mark.parametrize("error", ["access_denied", "invalid_request", ""])
def test_other_refusals_are_left_to_others(error: str):
    assert SAGE.refusal({"error": error}) is None
