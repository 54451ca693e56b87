"""FreshBooks' adapter against answers from its documents and SDKs, and against odd ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from clientsync_tui.accounting.freshbooks import SOFTWARE as FRESHBOOKS
from clientsync_tui.accounting.seam.left_out import noting
from clientsync_tui.practice.status import Fault, Reason
from clientsync_tui.practice.trouble import OrganisationTrouble, PassingTrouble, SignInRefused
from tests.accounting.written import New, written

ME = "/auth/api/v1/users/me"
LEDGER = "/accounting/businesses/a_uuid1/ledger_accounts/accounts"
ACCOUNT = "/accounting/account/ABC123"
TAXES, VENDORS = f"{ACCOUNT}/taxes/taxes", f"{ACCOUNT}/bill_vendors/bill_vendors"
OLD_ACCOUNTS = f"{ACCOUNT}/journal_entry_accounts/journal_entry_accounts"


def membership(account: Any = "ABC123", role: Any = "owner", **business: Any) -> dict[str, Any]:
    known = {"id": 439000, "business_uuid": "a_uuid1", "name": "Commonwealth", "account_id": account}
    return {"id": 140130, "role": role, "business": known | {"address": {"country": "Canada"}} | business}


def me(*memberships: Any, **fields: Any) -> dict[str, Any]:
    """An answer from the SDKs' fixture, with the fields that matter and some that do not."""
    said = {
        "id": 12345, "identity_id": 12345, "identity_uuid": "a_uuid", "first_name": "Simon", "last_name": "Kovalic",
        "email": "skovalic@cis.com", "language": "en", "addresses": [None], "permissions": {"ABC123": {}},
        "subscription_statuses": {"ABC123": "active", "ABC124": "cancelled"},
        "business_memberships": list(memberships or [membership()]),
        "roles": [{"id": 61270, "role": "admin", "systemid": 654654, "accountid": "ABC123"},
                  {"id": 60280, "role": "client", "systemid": 866543, "accountid": "GAF54"}],
    }  # fmt: skip
    return {"response": said | fields}


def result(key: str, rows: Any, **more: Any) -> dict[str, Any]:
    return {"response": {"result": {key: rows, "page": 1, "pages": 1, "per_page": 15, "total": 1, **more}}}  # fmt: skip


def denied(number: int = 1003) -> dict[str, Any]:
    return {"response": {"errors": [{"errno": number, "message": "No access.", "object": "account"}]}}


async def test_the_person_and_the_businesses_of_the_sdks_own_example(tmp_path: Path):
    bayern = membership("ABC124", "business_employee", id=438000, business_uuid="a_uuid2", name="Bayern")
    async with written(FRESHBOOKS, tmp_path, {ME: me(membership(), bayern)}) as server:
        person = await FRESHBOOKS.person(New(server.calls))
        assert person == ("a_uuid", "Simon Kovalic", "skovalic@cis.com")
        found, unpaid = await FRESHBOOKS.organisations(server.calls)
        assert (found.id, found.name, found.problem) == ("ABC123", "Commonwealth", None)
        assert (unpaid.id, unpaid.problem) == ("ABC124", Reason.UNPAID)
        with pytest.raises(OrganisationTrouble) as raised:
            await FRESHBOOKS.details(server.calls, "ABC124")
        assert raised.value.reason is Reason.UNPAID


@pytest.mark.parametrize(
    ("rows", "offered"),
    [
        ([membership(role=role) for role in ("business_employee", "contractor", "client")], []),
        ([membership(role="business_partner")], ["ABC123"]),
        ([membership(role="Business_Accountant")], ["ABC123"]),
        ([membership(None), membership(""), membership("XYZ1", id=7)], ["XYZ1"]),
        ([membership("0123"), membership(4321)], ["0123", "4321"]),
        ([membership(name=None, address=None, business_uuid=None)], ["ABC123"]),
        (None, []),
        ([], []),
    ],
)
async def test_memberships_are_offered_as_their_role_and_account_allow(
    tmp_path: Path, rows: Any, offered: list[str]
):
    async with written(FRESHBOOKS, tmp_path, {ME: me(business_memberships=rows)}) as server:
        with noting() as notes:
            found = await FRESHBOOKS.organisations(server.calls)
    assert [each.id for each in found if each.problem is None] == offered and not notes.sentences()


async def test_capitals_of_an_account_matter(tmp_path: Path):
    statuses = {"abC1": "active", "ABC1": "cancelled"}
    memberships = [membership("abC1"), membership("ABC1")]
    said = me(*memberships, subscription_statuses=statuses)
    async with written(FRESHBOOKS, tmp_path, {ME: said}) as server:
        problems = {each.id: each.problem for each in await FRESHBOOKS.organisations(server.calls)}
        assert problems == {"abC1": None, "ABC1": Reason.UNPAID}
        with pytest.raises(OrganisationTrouble) as raised:
            await FRESHBOOKS.details(server.calls, "ABC1")
        assert raised.value.reason is Reason.UNPAID


@pytest.mark.parametrize(
    ("status", "problem"),
    [("active", None), ("active_trial", None), ("grace", None), (None, None),
     ("Cancelled", Reason.UNPAID), ("expired_trial", Reason.UNPAID), ("suspended", Reason.UNPAID)],
)  # fmt: skip
async def test_only_ended_subscriptions_are_left_out(tmp_path: Path, status: Any, problem: Reason | None):
    async with written(FRESHBOOKS, tmp_path, {ME: me(subscription_statuses={"ABC123": status})}) as server:
        assert [each.problem for each in await FRESHBOOKS.organisations(server.calls)] == [problem]


async def test_details_come_from_the_membership_its_taxes_and_its_settings(tmp_path: Path):
    system = {"response": {"result": {"system": {"currency_code": "CAD"}}}}
    taxes = result("taxes", [{"taxid": 1, "name": "None", "number": None}, {"taxid": 2, "number": 123456789}])
    says = {ME: me(), TAXES: taxes, f"{ACCOUNT}/systems/systems/654654": system}
    async with written(FRESHBOOKS, tmp_path, says) as server:
        assert await FRESHBOOKS.details(server.calls, "ABC123") == {
            "name": "Commonwealth", "country": "Canada", "currency": "CAD", "tax_number": "123456789", "number_there": "439000",
        }  # fmt: skip
        for useless in (JSONResponse(denied(), 403), HTMLResponse("<html>no</html>"), {"response": {}}):
            server.says[f"{ACCOUNT}/systems/systems/654654"] = useless
            assert "currency" not in await FRESHBOOKS.details(server.calls, "ABC123")
        server.says[TAXES] = JSONResponse(denied(), 403)
        with pytest.raises(OrganisationTrouble) as raised:
            await FRESHBOOKS.details(server.calls, "ABC123")
        assert raised.value.reason is Reason.PERMISSION_MISSING and "No access." in str(raised.value)


async def test_a_membership_that_cannot_be_read_may_be_the_one_that_is_missing(tmp_path: Path):
    said = me({"id": 1, "role": "owner", "business": None})
    async with written(FRESHBOOKS, tmp_path, {ME: said}) as server:
        with pytest.raises(PassingTrouble) as raised:
            await FRESHBOOKS.details(server.calls, "ABC123")
    assert raised.value.fault is Fault.NONSENSE


async def test_memberships_are_asked_for_once_for_many_businesses(tmp_path: Path):
    async with written(FRESHBOOKS, tmp_path, {ME: me(roles=None), TAXES: result("taxes", [])}) as server:
        for _ in range(5):
            await FRESHBOOKS.details(server.calls, "ABC123")
        assert server.paths().count(ME) == 1
        await FRESHBOOKS.organisations(server.calls)
        assert server.paths().count(ME) == 2, "the offered list is always a new answer"


def paged(*pages: list[Any], **more: Any) -> Callable[[Request], Any]:
    def answer(request: Request) -> Any:
        number = int(request.query_params["page"])
        assert request.query_params["per_page"] == "100"
        rows = pages[min(number, len(pages)) - 1]
        return result("bill_vendors", rows, **{"page": number, "pages": len(pages), **more})

    return answer


def vendor(number: Any, **more: Any) -> dict[str, Any]:
    return {"vendorid": number, "vendor_name": f"Vendor {number}", "vis_state": 0} | more


async def test_vendors_come_in_pages_without_unneeded_fields(tmp_path: Path):
    private = {
        "phone": "4158859378", "primary_contact_email": "someone@ikea.com", "street": "332 Carlton Ave.", "note": "owes us",
        "outstanding_balance": [{"amount": {"amount": "12.00"}}], "account_number": "V1", "country": "Canada",
    }  # fmt: skip
    pages = paged(
        [vendor(1, **private), vendor("2")], [vendor(3, vis_state="1"), vendor(4, vis_state=None)], pages="2"
    )
    async with written(FRESHBOOKS, tmp_path, {ME: me(), VENDORS: pages}) as server:
        found = await FRESHBOOKS.pull(server.calls, "ABC123", "suppliers")
    assert [line["id"] for line in found] == ["1", "2", "4"]
    assert found[0] == {
        "vendorid": 1, "vendor_name": "Vendor 1", "account_number": "V1", "country": "Canada", "vis_state": 0,
        "id": "1", "name": "Vendor 1", "code": "V1",
    }  # fmt: skip


@pytest.mark.parametrize("pages", [None, "many", 0])
async def test_pages_that_are_not_counted_end_with_a_short_one(tmp_path: Path, pages: Any):
    answer = paged([vendor(1), vendor(2)], [vendor(3)], pages=pages, per_page=2)
    async with written(FRESHBOOKS, tmp_path, {ME: me(), VENDORS: answer}) as server:
        found = await FRESHBOOKS.pull(server.calls, "ABC123", "suppliers")
    assert [line["id"] for line in found] == ["1", "2", "3"]


async def test_server_that_repeats_the_first_page_is_no_trap(tmp_path: Path):
    def first(request: Request) -> Any:
        return result("bill_vendors", [vendor(1)], pages=50)

    async with written(FRESHBOOKS, tmp_path, {ME: me(), VENDORS: first}) as server:
        assert len(await FRESHBOOKS.pull(server.calls, "ABC123", "suppliers")) == 1
        assert server.paths().count(VENDORS) == 2


async def test_plan_without_ledger_accounts_uses_the_older_list(tmp_path: Path):
    sub = {
        "account_sub_name": "Petty Cash",
        "account_sub_number": "1",
        "sub_accountid": 635972,
        "balance": "340.54",
    }
    old = {"account_name": "Cash", "account_number": "1000", "account_type": "asset", "accountid": 545882,
           "balance": "340.54", "currency_code": "USD", "id": 545882, "sub_accounts": [sub, None, {"id": None}]}  # fmt: skip
    refusal = {"errors": {"message": "Request failed with status code 404", "status": 404, "details": []}}
    says = {
        ME: me(),
        LEDGER: JSONResponse(refusal, 404),
        OLD_ACCOUNTS: result("journal_entry_accounts", [old]),
    }
    async with written(FRESHBOOKS, tmp_path, says) as server:
        assert await FRESHBOOKS.pull(server.calls, "ABC123", "accounts") == [
            {"accountid": 545882, "account_type": "asset", "currency_code": "USD", "id": "545882", "name": "Cash", "code": "1000"},
            {"id": "545882/635972", "name": "Petty Cash", "code": "1000-1"},
        ]  # fmt: skip
        # Without the other id, only the older list can be read.
        server.says[ME] = me(membership(business_uuid=None))
        assert len(await FRESHBOOKS.pull(server.calls, "ABC123", "accounts")) == 2
        server.says[OLD_ACCOUNTS] = JSONResponse(denied(), 403)
        with pytest.raises(OrganisationTrouble) as raised:
            await FRESHBOOKS.pull(server.calls, "ABC123", "accounts")
        assert raised.value.reason is Reason.PERMISSION_MISSING


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"error": "unauthenticated", "error_description": "Sign in."}, 401),
        JSONResponse({"errno": 401, "message": "invalid_token: ended"}, 401),
        JSONResponse({"code": 16, "message": "Request failed", "details": []}),
    ],
)
async def test_a_token_that_is_refused_again_ends_the_sign_in(tmp_path: Path, answer: Response):
    async with written(FRESHBOOKS, tmp_path, {ME: me(), TAXES: answer}) as server:
        with pytest.raises(SignInRefused):
            await FRESHBOOKS.details(server.calls, "ABC123")
        assert len(server.renewals) == 1


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"message": "Forbidden"}, 403),
        JSONResponse({"error": "forbidden"}, 403),
        JSONResponse({"errors": [{"code": "blocked"}]}, 403),
        JSONResponse({"code": 403, "message": "Blocked"}, 403),
        HTMLResponse("<html><body>Sign in to the hotel's network</body></html>"),
    ],
)
async def test_foreign_answers_change_nothing(tmp_path: Path, answer: Response):
    async with written(FRESHBOOKS, tmp_path, {ME: me(), TAXES: answer}) as server:
        with pytest.raises(PassingTrouble) as raised:
            await FRESHBOOKS.details(server.calls, "ABC123")
    assert raised.value.fault is Fault.NONSENSE
