"""Xero's adapter over real HTTP against the sandbox."""

import time
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from clientsync_tui.accounting import xero as xero_module
from clientsync_tui.accounting.seam.calls import HttpCalls
from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.accounting.seam.network.transport import http_client
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.model import DETAIL_TITLES
from clientsync_tui.practice.status import Reason
from clientsync_tui.practice.text import clean
from clientsync_tui.practice.trouble import OrganisationTrouble, PassingTrouble, SignInRefused
from clientsync_tui.sandbox.server import Running
from tests.signin.desk import Desk, answered, desk, first_person, keyring
from tests.support.sandbox import sandbox

__all__ = ["desk", "keyring", "sandbox"]


@pytest.fixture
async def http(desk: Desk):
    async with http_client() as client:
        yield client


@pytest.fixture
async def calls(desk: Desk, sandbox: Running, http) -> AsyncGenerator[HttpCalls]:
    """Calls by the accountant who reaches everything. Each is made once, because one test covers retries for all apps."""
    signed_in = await desk.sign_in(first_person(sandbox))
    desk.how = replace(desk.how, attempts=1)
    limiter = Limiter(desk.folder / "limits")
    yield desk.calls(http, limiter, signed_in.id)
    limiter.close()


async def broken(calls: HttpCalls, organisation: str) -> Reason:
    with pytest.raises(OrganisationTrouble) as caught:
        await XERO.details(calls, organisation)
    assert str(caught.value)
    return caught.value.reason


async def test_every_organisation_of_the_person_is_listed_once(calls: HttpCalls, sandbox: Running):
    listed = await XERO.organisations(calls)
    assert sorted(o.id for o in listed) == sorted(sandbox.sandbox.people()[0]["organisations"]["xero"])
    for organisation in listed:
        assert organisation.name and organisation.name == clean(organisation.name).strip()
        assert organisation.connection_id and organisation.connection_id != organisation.id
        assert organisation.connected_at is not None and organisation.connected_at.tzinfo is not None


async def test_details_and_lists_come_in_our_words(calls: HttpCalls):
    for organisation in (await XERO.organisations(calls))[:10]:
        details = await XERO.details(calls, organisation.id)
        assert details.keys() <= DETAIL_TITLES.keys() and details["name"] == organisation.name
        assert all(isinstance(value, str) and value == clean(value) for value in details.values())
        assert len(details["currency"]) == 3 and details["demo"] in {"yes", "no"}
        assert XERO.link("", details) == (
            f"https://go.xero.com/organisationlogin/default.aspx?shortcode={details['short_code']}&redirecturl=/Dashboard/"
        )
    pulled = {name: await XERO.pull(calls, organisation.id, name) for name in XERO.lists}
    for records in pulled.values():
        ids = [record["id"] for record in records]
        assert ids and len(set(ids)) == len(ids)
        assert all(record["name"] for record in records)
    assert any(account.get("code") for account in pulled["accounts"])
    assert all(supplier["IsSupplier"] for supplier in pulled["suppliers"])


async def test_suppliers_are_pulled_page_by_page(
    calls: HttpCalls, sandbox: Running, monkeypatch: pytest.MonkeyPatch
):
    organisation = (await XERO.organisations(calls))[0]
    whole = await XERO.pull(calls, organisation.id, "suppliers")
    monkeypatch.setattr(xero_module, "_PAGE_SIZE", 5)
    before = await answered(sandbox, "/Contacts")
    assert await XERO.pull(calls, organisation.id, "suppliers") == whole
    assert await answered(sandbox, "/Contacts") - before == -(-len(whole) // 5) > 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("remove-access", Reason.ACCESS_REMOVED),
        ("disconnect", Reason.DISCONNECTED_THERE),
        ("close", Reason.ORGANISATION_CLOSED),
    ],
)
async def test_refusal_is_distinguished(calls: HttpCalls, sandbox: Running, kind: str, reason: Reason):
    one, other = (await XERO.organisations(calls))[:2]
    sandbox.fault(kind, organisation=one.id, person=first_person(sandbox) if kind != "close" else None)
    assert await broken(calls, one.id) is reason
    with pytest.raises(OrganisationTrouble):
        await XERO.pull(calls, one.id, "accounts")
    assert await XERO.details(calls, other.id)


async def test_many_refusals_ask_for_the_list_once(calls: HttpCalls, sandbox: Running):
    listed = await XERO.organisations(calls)
    before = await answered(sandbox, "/connections")
    for organisation in listed[:10]:
        sandbox.fault("disconnect", organisation=organisation.id)
    started = time.monotonic()
    for organisation in listed[:10]:
        assert await broken(calls, organisation.id) is Reason.DISCONNECTED_THERE
    assert await answered(sandbox, "/connections") - before <= 1 + (time.monotonic() - started)


async def test_organisation_never_connected_is_no_access_of_ours(calls: HttpCalls):
    assert await broken(calls, "00000000-0000-0000-0000-000000000000") is Reason.DISCONNECTED_THERE


async def test_missing_scope_is_a_missing_permission(desk: Desk, sandbox: Running, http):
    scopes = tuple(scope for scope in desk.configured.scopes if "contacts" not in scope)
    narrow = desk.with_configured(scopes=scopes)
    signed_in = await narrow.sign_in(first_person(sandbox))
    limiter = Limiter(desk.folder / "limits")
    calls = narrow.calls(http, limiter, signed_in.id)
    organisation = (await XERO.organisations(calls))[0]
    assert await XERO.details(calls, organisation.id)
    with pytest.raises(OrganisationTrouble) as caught:
        await XERO.pull(calls, organisation.id, "suppliers")
    assert caught.value.reason is Reason.PERMISSION_MISSING
    limiter.close()


async def test_disconnecting_ends_this_one_link_and_no_other(
    desk: Desk, calls: HttpCalls, sandbox: Running, http
):
    second = (await desk.sign_in(sandbox.world.people[1].email)).id
    limiter = Limiter(desk.folder / "limits")
    colleague = desk.calls(http, limiter, second)
    theirs = await XERO.organisations(colleague)
    listed = await XERO.organisations(calls)
    shared = next(o for o in theirs if o.id in {mine.id for mine in listed})
    assert await XERO.disconnect(calls, shared.id) is True
    assert {o.id for o in await XERO.organisations(calls)} == {o.id for o in listed} - {shared.id}
    assert await XERO.organisations(colleague) == theirs
    assert await XERO.details(colleague, shared.id)
    assert await broken(calls, shared.id) is Reason.DISCONNECTED_THERE
    assert await XERO.disconnect(calls, shared.id) is False
    limiter.close()


@pytest.mark.parametrize(
    ("kind", "fault"), [("unavailable", "server_error"), ("garbage", "nonsense"), ("limit", "limit")]
)
async def test_passing_fault_is_no_reason(calls: HttpCalls, sandbox: Running, kind: str, fault: str):
    organisation = (await XERO.organisations(calls))[0]
    sandbox.fault(kind, organisation=organisation.id, seconds=600 if kind == "limit" else None)
    for _ in range(3):
        with pytest.raises(PassingTrouble) as caught:
            await XERO.details(calls, organisation.id)
        assert caught.value.fault == fault
    assert await XERO.details(calls, (await XERO.organisations(calls))[1].id)


async def test_sign_in_that_was_refused_is_reported_as_that(calls: HttpCalls, sandbox: Running):
    organisation = (await XERO.organisations(calls))[0]
    sandbox.fault("expire", person=first_person(sandbox))
    with pytest.raises(SignInRefused):
        await XERO.details(calls, organisation.id)
