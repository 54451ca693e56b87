"""Xero's answers in shapes that the sandbox never gives: each is accepted, or raises a trouble with a message."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientsync_tui.accounting import xero as xero_module
from clientsync_tui.accounting.seam import shapes
from clientsync_tui.accounting.seam.left_out import noting
from clientsync_tui.accounting.seam.software import Answer
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.status import Fault, Reason
from clientsync_tui.practice.trouble import OrganisationTrouble, PassingTrouble, Trouble

ORGANISATION = "fe79f7dd-b6d4-4a92-ba7b-538af6289c58"
CONNECTION = {
    "id": "7cb59f93-2964-421d-bb5e-a0f7a4572a44", "authEventId": "d99ecdfe-391d-43d2-b834-17636ba90e8d",
    "tenantId": ORGANISATION, "tenantType": "ORGANISATION", "tenantName": "Demo Company (NZ)",
    "createdDateUtc": "2019-12-07T18:46:19.5165400", "updatedDateUtc": "2019-12-07T18:46:19.5187840",
}  # fmt: skip


class Answers:
    """`Calls` whose answers are given: by path without its beginning, a value, an error, or a list of these in turn."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[Mapping[str, str]] = []

    async def get(
        self, path: str, *, organisation_id: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> Any:
        self.asked.append(parameters or {})
        answer = self.answers[path.rpartition("/")[2]]
        if callable(answer):
            answer = answer(parameters or {})
        if isinstance(answer, Exception):
            raise answer
        return shapes.read(json.dumps(answer))

    async def delete(self, path: str, *, organisation_id: str | None = None) -> bool:
        self.asked.append({"deleted": path})
        return True


class New:
    """`NewSignIn` with the claims of an id_token."""

    def __init__(self, claims: Mapping[str, Any]) -> None:
        self._claims = claims

    async def claims(self) -> Mapping[str, Any]:
        return self._claims


def refused(status: int, body: Any) -> Trouble | str:
    return XERO.trouble(Answer(status, {}, body, ""), ORGANISATION)


async def test_example_of_xeros_own_documents():
    (found,) = await XERO.organisations(Answers(connections=[CONNECTION]))
    assert (found.id, found.name, found.connection_id) == (
        ORGANISATION,
        "Demo Company (NZ)",
        CONNECTION["id"],
    )
    assert found.connected_at == datetime(2019, 12, 7, 18, 46, 19, 518784, UTC)


async def test_only_organisations_are_organisations_whatever_the_case_of_the_keys():
    practice = {**CONNECTION, "tenantType": "PRACTICE", "tenantId": "a-practice"}
    shouted = {key.upper(): value for key, value in CONNECTION.items()}
    found = await XERO.organisations(Answers(connections=[practice, shouted, CONNECTION]))
    assert [organisation.id for organisation in found] == [ORGANISATION]


async def test_only_what_could_drive_a_terminal_is_removed():
    named = {**CONNECTION, "tenantName": " \x1b]52;c;aGk=\x07Ivy\u202e [red]x[/] "}
    (found,) = await XERO.organisations(Answers(connections=[named]))
    assert found.name == "]52;c;aGk=Ivy [red]x[/]"
    account = {"AccountID": "a", "Name": "Sa\x1b[2Jles", "Code": None, "Deep": [{"A\x07": "x\x00y"}], "N": 1}
    (record,) = await XERO.pull(Answers(Accounts={"Accounts": [account]}), ORGANISATION, "accounts")
    assert record == {
        "AccountID": "a", "Name": "Sa[2Jles", "Code": None, "Deep": [{"A": "xy"}], "N": 1, "id": "a", "name": "Sa[2Jles",
    }  # fmt: skip


@pytest.mark.parametrize("listed", [None, {}, "x", 7])
async def test_list_of_the_wrong_shape_is_nonsense(listed: Any):
    with pytest.raises(PassingTrouble) as caught:
        await XERO.organisations(Answers(connections=listed))
    assert caught.value.fault is Fault.NONSENSE


@pytest.mark.parametrize(
    "row", [None, [], {**CONNECTION, "tenantId": None}, {**CONNECTION, "tenantId": "a\r\nX-Evil: 1"}]
)
async def test_row_that_cannot_be_used_is_left_out_and_noted(row: Any):
    with noting() as notes:
        found = await XERO.organisations(Answers(connections=[row, CONNECTION]))
    assert [each.id for each in found] == [ORGANISATION]
    assert notes.unreadable and notes.sentences() == ("Left out 1 row of connections: no usable id.",)


@pytest.mark.parametrize("id", [7.5, None, "../../evil", "a//b", "a" * 101])
async def test_organisation_without_a_connection_id_is_listed_but_not_disconnected(id: Any):
    answers = Answers(connections=[{**CONNECTION, "id": id}])
    assert [each.connection_id for each in await XERO.organisations(answers)] == [None]
    with pytest.raises(PassingTrouble):
        await XERO.disconnect(answers, ORGANISATION)


async def test_practice_is_left_out_with_why():
    with noting() as notes:
        assert await XERO.organisations(Answers(connections=[{**CONNECTION, "tenantType": "PRACTICE"}])) == ()
    assert not notes.unreadable
    assert "tenants of type PRACTICE hold no organisation's books" in notes.sentences()[0]


async def test_organisation_without_a_name_or_a_date_is_still_listed():
    bare = {"id": "c", "tenantId": "t", "tenantType": "ORGANISATION", "updatedDateUtc": "last week"}
    (found,) = await XERO.organisations(Answers(connections=[bare]))
    assert (found.name, found.connected_at) == ("t", None)


@pytest.mark.parametrize("status", ["DELETED", "Closed", "trial_expired"])
async def test_organisation_that_is_not_active_is_closed(status: str):
    body = {"Organisations": [{"Name": "A", "OrganisationStatus": status}]}
    with pytest.raises(OrganisationTrouble) as caught:
        await XERO.details(Answers(Organisation=body), ORGANISATION)
    assert caught.value.reason is Reason.ORGANISATION_CLOSED


async def test_details_that_xero_does_not_give_are_absent():
    body = {
        "Organisations": [
            {
                "Name": "A", "LegalName": None, "FinancialYearEndDay": 30, "FinancialYearEndMonth": 6, "CountryCode": 7,
                "PeriodLockDate": "/Date(1455827393000+0000)/", "OrganisationStatus": "ACTIVE", "IsDemoCompany": True,
            }
        ]
    }  # fmt: skip
    details = await XERO.details(Answers(Organisation=body), ORGANISATION)
    assert details == {"name": "A", "year_end": "30 June", "lock_date": "2016-02-18", "demo": "yes"}
    assert XERO.link("", details) is None


@pytest.mark.parametrize(
    "date", ["/Date(x)/", "/Date(999999999999999)/", 5, None, "2016-02-18", "/Date(-1)/"]
)
async def test_invalid_date_is_left_out(date: Any):
    body = {"Organisations": [{"Name": "A", "PeriodLockDate": date}]}
    details = await XERO.details(Answers(Organisation=body), ORGANISATION)
    assert details.get("lock_date") in ((None, "1969-12-31") if date == "/Date(-1)/" else (None,))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["Organisations", "Accounts", "TaxRates", "TrackingCategories", "Contacts", "pagination", "pageCount", "Name",
             "AccountID", "TaxType", "TrackingCategoryID", "ContactID", "id", "tenantId", "tenantType", "tenantName",
             "OrganisationStatus", "FinancialYearEndDay", "FinancialYearEndMonth", "PeriodLockDate", "updatedDateUtc"]
        ),
        inner | st.just("ORGANISATION") | st.just("/Date(99999999999999)/"),
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(_JSON)
async def test_any_answer_is_read_or_is_a_trouble_with_words(value: Any):
    answers = Answers(
        connections=value, Organisation=value, Accounts=value, TaxRates=value, TrackingCategories=value, Contacts=value
    )  # fmt: skip
    for work in (
        XERO.organisations(answers),
        XERO.details(answers, ORGANISATION),
        *(XERO.pull(answers, ORGANISATION, name) for name in XERO.lists),
    ):
        try:
            await work
        except Trouble as trouble:
            assert str(trouble)


@given(st.integers(400, 499).filter(lambda status: status != 429), _JSON)
def test_any_refusal_means_something(status: int, body: Any):
    for organisation in (ORGANISATION, None):
        meaning = XERO.trouble(Answer(status, {}, body, ""), organisation)
        assert meaning == "renew" or str(meaning)
        assert organisation is not None or not isinstance(meaning, OrganisationTrouble)


@pytest.mark.parametrize("key", ["detail", "Detail", "DETAIL"])
@pytest.mark.parametrize(
    ("status", "says", "reason"),
    [
        (403, "AuthenticationUnsuccessful", Reason.ACCESS_REMOVED),
        (403, "AuthenticationUnsuccessful: the organisation is not active", Reason.ORGANISATION_CLOSED),
        (403, "The organisation was deleted", Reason.ORGANISATION_CLOSED),
        (403, "Subscription unpaid", Reason.UNPAID),
        (401, "AuthorizationUnsuccessful", Reason.PERMISSION_MISSING),
    ],
)
def test_refusal_is_read_by_its_detail(key: str, status: int, says: str, reason: Reason):
    meaning = refused(status, {key: says})
    assert isinstance(meaning, OrganisationTrouble) and meaning.reason is reason


@pytest.mark.parametrize(
    "body",
    [{"detail": "TokenExpired: token expired at 1"}, {"Detail": "AuthenticationUnsuccessful"}, None, []],
)
def test_token_that_is_refused_is_renewed(body: Any):
    assert refused(401, body) == "renew"


async def test_summary_only_is_dropped_if_it_does_not_combine_with_the_filter():
    def contacts(parameters: Mapping[str, str]) -> Any:
        if "summaryOnly" in parameters:
            return refused(400, {"Message": "no"})
        return {"Contacts": [{"ContactID": parameters["page"], "Name": "A"}], "pagination": {"pageCount": 2}}

    answers = Answers(Contacts=contacts)
    assert [s["id"] for s in await XERO.pull(answers, ORGANISATION, "suppliers")] == ["1", "2"]
    with pytest.raises(PassingTrouble, match="no"):
        await XERO.pull(Answers(Contacts=refused(400, {"Message": "no"})), ORGANISATION, "suppliers")


@pytest.mark.parametrize(
    "pagination", [{}, {"pagination": {"pageCount": 10**9}}, {"pagination": {"pageCount": "many"}}]
)
async def test_endless_pages_are_given_up(pagination: dict[str, Any]):
    page = {"Contacts": [{"ContactID": str(n), "Name": "A"} for n in range(100)], **pagination}
    answers = Answers(Contacts=page)
    assert len(await XERO.pull(answers, ORGANISATION, "suppliers")) == 100
    assert len(answers.asked) == 2


async def test_endless_pages_with_new_rows_are_given_up_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xero_module, "_MOST_PAGES", 7)
    answers = Answers(
        Contacts=lambda asked: {
            "Contacts": [{"ContactID": f"{asked['page']}-{n}", "Name": "A"} for n in range(100)]
        }
    )
    with pytest.raises(PassingTrouble):
        await XERO.pull(answers, ORGANISATION, "suppliers")
    assert len(answers.asked) == 7


async def test_connection_is_ended_by_its_own_id():
    answers = Answers(connections=[CONNECTION])
    assert await XERO.disconnect(answers, ORGANISATION) is True
    assert answers.asked[-1] == {"deleted": f"/connections/{CONNECTION['id']}"}
    assert await XERO.disconnect(answers, "another") is False


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        (
            {"xero_userid": "u", "sub": "s", "email": "a@b.example", "given_name": "A", "family_name": "B"},
            ("u", "A B", "a@b.example"),
        ),
        ({"sub": "s", "email": "a@b.example"}, ("s", "a@b.example", "a@b.example")),
        ({"xero_userid": "u", "preferred_username": "P\x1b"}, ("u", "P", "P")),
        ({"xero_userid": "u", "given_name": None, "email": 7}, ("u", "u", "")),
    ],
)
async def test_who_signed_in(claims: dict[str, Any], person: tuple[str, str, str]):
    found = await XERO.person(New(claims))
    assert (found.id, found.name, found.email) == person


@pytest.mark.parametrize("claims", [{}, {"xero_userid": 7}, {"xero_userid": "", "sub": None}])
async def test_missing_person_is_reported(claims: dict[str, Any]):
    with pytest.raises(PassingTrouble):
        await XERO.person(New(claims))
