"""A client that moves to another organisation or accounting app keeps one history. The program first says what is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clientsync_tui.practice.entries import Kind, NewEntry
from clientsync_tui.practice.model import Client, Integration, Organisation
from clientsync_tui.practice.people import SignIn
from clientsync_tui.practice.status import Fault, Reason, Status
from clientsync_tui.practice.trouble import PassingTrouble, Trouble, UsageError
from clientsync_tui.sync.reach.change_integration import Change, change_integration, entails, planned
from clientsync_tui.sync.reach.matching import best
from tests.sync.books import ANN, BEN, Books, Practice, practice_of

NEW = Organisation("9", "Beta 9")


class Tracking(Books):
    """An app with a list that the others do not have."""

    lists = {**Books.lists, "classes": "Classes"}  # noqa: RUF012


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    made = practice_of(tmp_path, Tracking("alpha"), Books("beta", one=True), Books("gamma"))
    yield made
    made.store.close()


def found(practice: Practice, id: str) -> Client:
    return practice.store.clients.by_id([id], datetime.now(UTC))[id]


def plan(
    practice: Practice, client: str, sign_in: SignIn, to: str = "beta", organisation: Organisation = NEW
) -> Change:
    it = found(practice, client)
    (link,) = [each for each in it.integrations if each.problem is not Reason.DISCONNECTED_HERE]
    return planned(
        practice.store, it, link, practice.softwares[link.software], practice.softwares[to], organisation, sign_in,
        {each.id for each in practice.held()},
    )  # fmt: skip


async def do(practice: Practice, change: Change) -> str | None:
    session: Any = practice
    return await change_integration(session, change)


def kinds(practice: Practice, client: str) -> list[str]:
    return [entry.kind for entry in practice.store.ledger.entries(client=client)]


def links(practice: Practice, client: str) -> dict[str, Integration]:
    return {link.software: link for link in found(practice, client).integrations}


async def test_client_moves_from_one_software_to_another(practice: Practice):
    client = practice.client(practice.sign_in("alpha"), "1")
    practice.store.pulled.keep("alpha", "1", {"classes": [{}], "accounts": [{}]})
    code = NewEntry(Kind.CODE_SET, "x", client, body={"code": "ABB01", "before": None})
    practice.store.ledger.append(code)
    settings = {"settings": {"refresh_days": 7}, "before": {}}
    practice.store.ledger.append(NewEntry(Kind.SETTINGS_CHANGED, "x", client, "alpha", "1", settings))
    change = plan(practice, client, practice.sign_in("beta", ANN, "9"))
    sentences = " ".join(entails(change))
    assert "From Alpha 1 (Alpha) to Beta 9 (Beta)" in sentences
    assert (
        "Lost, because Beta has no such list: Classes." in sentences
        and "settings" in sentences
        and "ends there too" in sentences
    )
    assert kinds(practice, client)[-1] == Kind.SETTINGS_CHANGED, "the plan changes nothing"
    assert await do(practice, change) is None
    assert practice.softwares["alpha"].ended == ["alpha:ann"]
    now = links(practice, client)
    assert (now["beta"].organisation_id, now["beta"].sign_in) == ("9", "beta:ann:9")
    assert now["alpha"].problem is Reason.DISCONNECTED_HERE
    it = found(practice, client)
    assert (it.practice_code, it.name) == ("ABB01", "Beta 9")
    assert {"client_added", "integration_connected", "disconnected"} <= set(kinds(practice, client))
    assert practice.store.clients.counts(datetime.now(UTC))[Status.CONNECTED] == 1
    practice.store.ledger.rebuild()
    assert links(practice, client) == now


async def test_within_a_software_the_former_organisation_stays_connected_there(practice: Practice):
    own = practice.sign_in("alpha")
    client = practice.client(own, "1")
    change = plan(practice, client, own, "alpha", Organisation("2", "Alpha 2"))
    assert "stays connected in Alpha" in " ".join(entails(change))
    await do(practice, change)
    (link,) = found(practice, client).integrations
    assert (link.organisation_id, link.organisation_name) == ("2", "Alpha 2")
    assert practice.softwares["alpha"].ended == []


async def test_from_one_to_many_the_consent_ends_with_it(practice: Practice):
    client = practice.client(practice.sign_in("beta", ANN, "1"), "1")
    await do(practice, plan(practice, client, practice.sign_in("gamma"), "gamma"))
    assert [each.software for each in practice.held()] == ["gamma"]


async def test_colleagues_or_unrevocable_integration_ends_here_only(practice: Practice):
    theirs = practice.client(practice.sign_in("alpha", BEN, hold=False), "1")
    change = plan(practice, theirs, practice.sign_in("beta", ANN, "9"))
    assert "the sign-in is Ben Ode's" in " ".join(entails(change))
    await do(practice, change)
    gamma = practice.softwares["gamma"]
    gamma.disconnecting = "nowhere"
    mine = practice.client(practice.sign_in("gamma"), "1")
    change = plan(
        practice, mine, practice.sign_in("beta", ANN, "8"), organisation=Organisation("8", "Beta 8")
    )
    assert "Remove the app in Gamma to end it there too" in " ".join(entails(change))
    await do(practice, change)
    there = {e.client: e.body["there"] for e in practice.store.ledger.entries() if e.kind == "disconnected"}
    assert (
        there == {theirs: "not_ours", mine: "nowhere"}
        and practice.softwares["alpha"].ended == gamma.ended == []
    )


async def test_software_that_is_down_does_not_keep_a_client(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
):
    client = practice.client(practice.sign_in("alpha"), "1")
    change = plan(practice, client, practice.sign_in("beta", ANN, "9"))

    async def down(*_: object) -> bool:
        raise PassingTrouble(Fault.UNREACHABLE, "Alpha can't be reached.")

    monkeypatch.setattr(practice.softwares["alpha"], "disconnect", down)
    assert "Ended here, but not in Alpha" in str(await do(practice, change))
    assert set(links(practice, client)) == {"alpha", "beta"}


@pytest.mark.parametrize("trouble", [PassingTrouble(Fault.NONSENSE, "x"), UsageError("x")])
async def test_new_organisation_that_does_not_answer_changes_nothing(practice: Practice, trouble: Trouble):
    client = practice.client(practice.sign_in("alpha"), "1")
    change = plan(practice, client, practice.sign_in("beta", ANN, "9"))
    before = kinds(practice, client)
    practice.softwares["beta"].troubles = {"9": trouble}
    with pytest.raises(type(trouble)):
        await do(practice, change)
    assert kinds(practice, client) == before and practice.softwares["alpha"].ended == []


async def test_integration_that_someone_changed_meanwhile_is_left_alone(practice: Practice):
    client = practice.client(practice.sign_in("alpha"), "1")
    change = plan(practice, client, practice.sign_in("beta", ANN, "9"))
    practice.store.ledger.append(NewEntry(Kind.DISCONNECTED, "x", client, "alpha", "1", {"there": "ended"}))
    with pytest.raises(UsageError, match="in the meantime"):
        await do(practice, change)
    assert set(links(practice, client)) == {"alpha"} and practice.softwares["alpha"].ended == []


async def test_another_clients_organisation_is_not_taken(practice: Practice):
    client = practice.client(practice.sign_in("alpha"), "1")
    taken = practice.sign_in("beta", ANN, "9")
    change = plan(practice, client, taken)
    practice.client(taken, "9")
    with pytest.raises(UsageError, match="another client already"):
        await do(practice, change)
    assert practice.softwares["alpha"].ended == []
    with pytest.raises(UsageError, match="another client already, Beta 9"):
        plan(practice, client, taken)
    with pytest.raises(UsageError, match="this client already"):
        plan(practice, client, practice.sign_in("alpha"), "alpha", Organisation("1", "Alpha 1"))


async def test_moved_back_it_is_the_same_integration_again(practice: Practice):
    client = practice.client(practice.sign_in("alpha"), "1")
    await do(practice, plan(practice, client, practice.sign_in("beta", ANN, "9")))
    await do(
        practice, plan(practice, client, practice.sign_in("alpha"), "alpha", Organisation("1", "Alpha 1"))
    )
    now = links(practice, client)
    assert now["alpha"].problem is None and now["beta"].problem is Reason.DISCONNECTED_HERE
    assert kinds(practice, client).count("integration_connected") == 3


@pytest.mark.parametrize("to", ["alpha", "beta"])
async def test_details_that_follow_another_integration_stay(practice: Practice, to: str):
    own = practice.sign_in("alpha")
    client = practice.client(own, "1")
    body = {"settings": {"follow_details": False}, "before": {}}
    practice.store.ledger.append(NewEntry(Kind.SETTINGS_CHANGED, "x", client, "alpha", "1", body))
    gamma = {"organisation_name": "G", "sign_in": practice.sign_in("gamma").id, "details": {"country": "NZ"}}
    practice.store.ledger.append(NewEntry(Kind.INTEGRATION_CONNECTED, "x", client, "gamma", "5", gamma))
    before = found(practice, client)
    link = next(each for each in before.integrations if each.software == "alpha")
    sign_in = own if to == "alpha" else practice.sign_in("beta", ANN, "9")
    change = planned(
        practice.store, before, link, practice.softwares["alpha"], practice.softwares[to], NEW, sign_in, {own.id}
    )  # fmt: skip
    await do(practice, change)
    after = found(practice, client)
    assert (after.name, after.details) == (before.name, before.details)
    assert not links(practice, client)[to].settings.follow_details


def test_most_likely_organisation_is_found_by_number_then_name_then_likeness(practice: Practice) -> None:
    client = found(practice, practice.client(practice.sign_in("alpha"), "1"))
    client = client._replace(name="Abbey Road Bakery", integrations=())
    other = Organisation("1", "Zebra Hire")
    same = Organisation("2", client.name.upper())
    near = Organisation("3", client.name + " Limited")
    numbered = Organisation("4", "Nothing Alike", details={"tax_number": "GB 123"})
    assert best(client, [other, near, same]) == same
    assert best(client, [other, near]) == near
    assert best(client, [other]) is None
    assert best(client._replace(details={"tax_number": "gb123"}), [same, numbered]) == numbered
