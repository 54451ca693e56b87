"""Replies that the accounting app did not write, or that are partly wrong, and what they do to a whole practice."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from clientsync_tui.practice.status import Fault
from clientsync_tui.sandbox.consent.errors import ErrorAnswer
from clientsync_tui.sandbox.consent.scripts import Script
from clientsync_tui.sandbox.misbehaviour.faults import Target
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from clientsync_tui.sync.jobs.runner import Runner
from clientsync_tui.sync.jobs.session import Session
from clientsync_tui.workplace import Workplace
from tests.support import plans
from tests.support.command import Command
from tests.support.practice import Practice, signed_in

PAGE = "<html><head><title>Request blocked</title></head><body><h1>403 ERROR</h1></body></html>"
XERO = ("xero",)


@dataclass
class Office:
    """Everyone signs in by hand; the first person reaches every organisation."""

    box: Running
    practice: Practice
    cli: Command

    def said(self, *words: str) -> str:
        result = self.cli.inside(*words)
        return result.out + result.err

    def sign_in(self, software: str, *, places: int = 1) -> None:
        """Signs in as the first person; if a sign-in covers one organisation, for the first `places`."""
        self.practice.keep_secrets()
        person = self.practice.people[0]
        if software == "quickbooks":
            for place in range(places):
                self.practice.sign_in(person, [self.box.world.id_of(software, place)], software)
        else:
            self.practice.sign_in(person, software=software)

    def answers(self, software: str, change: Callable[[Any], Any]) -> None:
        """Changes the JSON of each of the API's answers with `change`; None leaves an answer as it is."""

        def changed(response: Response) -> Response:
            if not 200 <= response.status_code < 300 or not response.body:
                return response
            new = change(json.loads(bytes(response.body)))
            if isinstance(new, Response):
                return new
            return response if new is None else JSONResponse(new)

        self.box.unscripted()
        self.box.script(Script("api", Target(software), changed))

    def links(self) -> list[dict[str, object]]:
        return [link for each in self.cli.inside("clients", "--json").json for link in each["integrations"]]


@pytest.fixture
def office(made: Callable[[Running], Practice], request: pytest.FixtureRequest) -> Iterator[Office]:
    softwares = getattr(request, "param", XERO)
    with running(Options(organisations=12, limits=False, softwares=softwares)) as box:
        practice = made(box)
        yield Office(box, practice, Command(practice.config))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_filters_page_changes_no_status(office: Office, status: int) -> None:
    office.practice.add(office.practice.people[0])
    page = ErrorAnswer("a page", "api", status, PAGE, Fault.NONSENSE)
    for link in office.links():
        office.box.script(Script("api", Target("xero", organisation=str(link["organisation_id"])), page))
    said = office.cli.inside("check", "--json")
    assert said.code == 1 and {item["reason"] for item in said.json["items"]} == {"nonsense"}
    links = office.links()
    assert [link["status"] for link in links] == ["connected"] * 12
    assert all("nonsense" in str(link["last_fault"]) for link in links)
    assert "an HTML page; a proxy or filter may be in the way" in office.said("check")


def one_bad(software: str, body: Any) -> Any:
    """The third row of a list of organisations, or the first of the tax rates, lacks its id."""
    if software == "freeagent" and body.get("clients"):
        body["clients"][3]["subdomain"] = None
    elif software == "xero" and isinstance(body, list):
        body[2]["tenantId"] = None
    elif software == "xero" and "TaxRates" in body:
        body["TaxRates"][0]["TaxType"] = None
    return body


@pytest.mark.parametrize("office", [("xero", "freeagent")], indirect=True)
def test_one_bad_row_costs_neither_the_list_nor_the_clients(office: Office) -> None:
    for software, why in (
        ("xero", "connections: no usable id"),
        ("freeagent", "clients: no usable id"),
    ):
        office.sign_in(software)
        office.answers(software, lambda body, software=software: one_bad(software, body))
        listed = office.cli.inside("organisations", software, "--json")
        assert (listed.code, len(listed.json)) == (0, 11)
        assert f"Left out 1 row of {why}." in listed.err
        added = office.cli.inside("add", software, "--all", "--json")
        assert (added.code, added.json["done"]) == (0, 11)
        assert f"Left out 1 row of {why}." in added.err
        if software == "xero":
            assert "11 done: Left out 1 row of TaxRates: no usable id." in added.err
            client = office.cli.inside("clients", "--json").json[0]["id"]
            assert office.cli.inside("client", client, "--json").json["lists"]["tax_rates"] > 0


def test_unreadable_row_in_a_list_makes_no_client_look_gone(office: Office) -> None:
    office.sign_in("xero")
    assert office.cli.inside("add", "xero", "--all", "--json").json["done"] == 12
    office.answers("xero", lambda body: one_bad("xero", body))
    said = office.cli.inside("check", "--quick", "--json")
    assert said.code == 1 and [i["reason"] for i in said.json["items"] if i["reason"]] == ["nonsense"]
    assert {link["status"] for link in office.links()} == {"connected"}


def test_list_without_a_readable_row_is_a_fault(office: Office) -> None:
    office.sign_in("xero")
    office.answers("xero", lambda body: [{**row, "tenantId": None} for row in body])
    said = office.cli.inside("organisations", "xero")
    assert said.code == 1 and "Left out 12 rows of connections: no usable id" in said.err


def test_practices_are_no_organisations_and_it_is_reported(office: Office) -> None:
    office.sign_in("xero")
    office.answers("xero", lambda body: [{**row, "tenantType": "PRACTICE"} for row in body])
    said = office.cli.inside("organisations", "xero", "--json")
    assert (said.code, said.json) == (0, [])
    why = "Left out 12 rows of connections: tenants of type PRACTICE hold no organisation's books."
    assert why in said.err


def in_capitals(body: Any) -> Any:
    return [{**row, "tenantId": row["tenantId"].upper()} for row in body] if isinstance(body, list) else None


async def as_release_0_2_added_them(person: str, workplace: Workplace, session: Session) -> None:
    """Under ids in capitals, as Xero once wrote them."""
    sign_in = await signed_in(session, person)
    reach = await session.reach(sign_in)
    capitals = {id.upper(): replace(each, id=id.upper()) for id, each in reach.items()}
    plan = plans.add(workplace.store, "xero", sign_in, capitals, list(capitals))
    await Runner(session, workplace.store.jobs.create(plan, person)).run()
    assert workplace.store.clients.total() == 12


@pytest.mark.parametrize("first", ["small", "capitals"])
def test_guids_in_capitals_neither_double_nor_disconnect_a_client(office: Office, first: str) -> None:
    if first == "capitals":
        office.practice.do(partial(as_release_0_2_added_them, office.practice.people[0]))
    else:
        office.sign_in("xero")
        assert office.cli.inside("add", "xero", "--all", "--json").json["done"] == 12
        office.answers("xero", in_capitals)
    assert office.cli.inside("check", "--quick").code == 0
    assert office.cli.inside("check").code == 0
    listed = office.cli.inside("organisations", "xero", "--json").json
    assert [each["state"] for each in listed] == ["added"] * 12
    again = office.cli.inside("add", "xero", "--all", "--json").json
    assert (again["done"], again["skipped"]) == (0, 12)
    typed = office.cli.inside("add", "xero", "--organisation", listed[0]["id"].swapcase(), "--json").json
    assert (typed["done"], typed["skipped"]) == (0, 1)
    assert {link["status"] for link in office.links()} == {"connected"} and len(office.links()) == 12


def quickbooks_fault(
    entity: str, code: str, message: str = "Permission Denied Error"
) -> Callable[[Any], Any]:
    """A 400 in place of the result of a query for this entity."""

    def change(body: Any) -> Any:
        if entity not in body.get("QueryResponse", {}):
            return None
        error = {
            "Message": message,
            "Detail": "You do not have the access rights to use this feature.",
            "code": code,
        }
        return JSONResponse({"Fault": {"Error": [error], "type": "ValidationFault"}}, 400)

    return change


@pytest.mark.parametrize("office", [("quickbooks",)], indirect=True)
def test_list_that_may_not_be_read_costs_neither_the_client_nor_what_was_pulled(office: Office) -> None:
    office.sign_in("quickbooks")
    office.answers("quickbooks", quickbooks_fault("Vendor", "5020"))
    added = office.cli.inside("add", "quickbooks", "--all", "--json")
    assert (added.code, added.json["done"]) == (0, 1)
    assert (
        "1 done: QuickBooks Online refused the list Vendors (Permission Denied Error: You do not have"
        in added.err
    )
    client = office.cli.inside("clients", "--json").json[0]
    assert client["integrations"][0]["status"] == "connected"
    seen = office.cli.inside("client", client["id"], "--json").json
    assert seen["refused_lists"].keys() == {"suppliers"} and "suppliers" not in seen["lists"]
    printed = office.said("client", client["id"])
    assert "Lists in QuickBooks Online" in printed
    assert "QuickBooks Online refused the list Vendors (Permission Denied Error: You do not" in printed
    assert "so the next refresh asks for it again." in printed
    assert "; refused by the accounting app: suppliers" in printed
    # A later refresh tries again.
    office.box.unscripted()
    assert office.cli.inside("refresh", "--all").code == 0
    seen = office.cli.inside("client", client["id"], "--json").json
    assert seen["refused_lists"] == {} and seen["lists"]["suppliers"] > 0
    # If it is refused again, the pulled list stays.
    office.answers("quickbooks", quickbooks_fault("Vendor", "5020"))
    assert office.cli.inside("refresh", "--all").code == 0
    assert office.cli.inside("client", client["id"], "--json").json["lists"] == seen["lists"]


@pytest.mark.parametrize("office", [("quickbooks",)], indirect=True)
def test_only_not_in_this_plan_empties_a_list(office: Office) -> None:
    office.sign_in("quickbooks")
    assert office.cli.inside("add", "quickbooks", "--all").code == 0
    client = office.cli.inside("clients", "--json").json[0]["id"]
    before = office.cli.inside("client", client, "--json").json["lists"]
    entity = next(e for e, name in (("Class", "tracking"), ("Department", "locations")) if before[name])
    for code, message in (
        ("500", "Unsupported Operation"),
        ("4000", "Error parsing query"),
        ("610", "Object Not Found"),
    ):
        office.answers("quickbooks", quickbooks_fault(entity, code, message))
        assert office.cli.inside("refresh", "--all").code == 1
        assert office.cli.inside("client", client, "--json").json["lists"] == before
    office.answers("quickbooks", quickbooks_fault(entity, "5030", "Feature Not Supported Error"))
    assert office.cli.inside("refresh", "--all").code == 0
    after = office.cli.inside("client", client, "--json").json["lists"]
    assert sorted(after) == sorted(before) and sum(after.values()) < sum(before.values())


@pytest.mark.parametrize("office", [("quickbooks",)], indirect=True)
def test_company_without_a_name_is_called_by_its_legal_name(office: Office) -> None:
    office.sign_in("quickbooks")

    def unnamed(body: Any) -> Any:
        if "CompanyInfo" not in body:
            return None
        return {**body, "CompanyInfo": {**body["CompanyInfo"], "CompanyName": "", "LegalName": "Legal & Co"}}

    office.answers("quickbooks", unnamed)
    assert office.cli.inside("add", "quickbooks", "--all").code == 0
    assert office.cli.inside("clients", "--json").json[0]["name"] == "Legal & Co"
