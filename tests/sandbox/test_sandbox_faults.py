"""Every fault, as a program sees it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running
from tests.support.sandbox import App, plain_http

GONE = {"error": "invalid_grant"}
IMPATIENT = httpx2.Timeout(30, read=0.5)


@pytest.fixture
def mine(sandbox: Running) -> App:
    return App(sandbox.url).sign_in(sandbox.world.people[0].email)


@pytest.fixture
def theirs(sandbox: Running) -> App:
    return App(sandbox.url).sign_in(sandbox.world.people[1].email)


@pytest.fixture
def me(sandbox: Running) -> str:
    return sandbox.world.people[0].email


@pytest.fixture
def first(sandbox: Running) -> str:
    return sandbox.world.id_of("xero", 0)


@pytest.fixture
def second(sandbox: Running) -> str:
    return sandbox.world.id_of("xero", 1)


def test_expire_refuses_that_persons_sign_in_until_they_sign_in_again(
    sandbox: Running,
    mine: App,
    theirs: App,
    me: str,
) -> None:
    sandbox.fault("expire", person=me)
    assert mine.refresh().json() == GONE
    assert mine.get("/connections").status_code == 401
    assert theirs.refresh().status_code == 200
    mine.sign_in(me, organisations="")
    assert len(mine.connections()) == 40


def test_expire_by_organisation_reaches_everyone_who_connected_it(
    sandbox: Running, mine: App, first: str
) -> None:
    other = App(sandbox.url).sign_in(
        sandbox.world.people[1].email, organisations=sandbox.world.id_of("xero", 2)
    )
    sandbox.fault("expire", organisation=first)
    assert mine.refresh().json() == GONE
    assert other.refresh().status_code == 200


def test_revoke_takes_the_connections_too(sandbox: Running, mine: App, theirs: App, me: str) -> None:
    sandbox.fault("revoke", person=me)
    assert mine.refresh().json() == GONE
    assert theirs.connections()
    assert mine.sign_in(me, organisations="").connections() == []


def test_revoke_after_expire_still_takes_the_connections(sandbox: Running, mine: App, me: str) -> None:
    sandbox.fault("expire", person=me)
    sandbox.fault("revoke", person=me)
    assert mine.sign_in(me, organisations="").connections() == []


def test_removed_access_answers_403_to_that_person_though_listed(
    sandbox: Running,
    mine: App,
    theirs: App,
    me: str,
    first: str,
    second: str,
) -> None:
    sandbox.fault("remove-access", person=me, organisation=first)
    refused = mine.organisation(first)
    assert (refused.status_code, refused.json()["detail"]) == (403, "AuthenticationUnsuccessful")
    assert first in [c["tenantId"] for c in mine.connections()]
    assert mine.organisation(second).status_code == 200
    assert theirs.organisation(first).status_code == 200
    # A person who lost access is not offered the organisation either.
    assert mine.http.get(mine.link(prompt="none", login_hint=me, organisations=first)).status_code == 400
    sandbox.fault("clear", person=me, organisation=first)
    assert mine.organisation(first).status_code == 200


def test_disconnect_takes_it_from_the_list_until_it_is_connected_again(
    sandbox: Running,
    mine: App,
    theirs: App,
    me: str,
    first: str,
) -> None:
    sandbox.fault("disconnect", person=me, organisation=first)
    assert mine.organisation(first).status_code == 403
    assert first not in [c["tenantId"] for c in mine.connections()]
    assert theirs.organisation(first).status_code == 200
    assert mine.sign_in(me, organisations=first).organisation(first).status_code == 200


def test_close_is_for_everyone_and_says_so(sandbox: Running, mine: App, theirs: App, first: str) -> None:
    sandbox.fault("close", organisation=first)
    for app in (mine, theirs):
        refused = app.organisation(first)
        assert refused.status_code == 403
        assert refused.json()["detail"] == "AuthenticationUnsuccessful: the organisation is not active"
        assert set(refused.json()) == {"title", "status", "detail", "instance"}
        assert first in [c["tenantId"] for c in app.connections()]
    sandbox.fault("clear")
    assert mine.organisation(first).status_code == 200


def test_limit(sandbox: Running, mine: App, first: str, second: str) -> None:
    sandbox.fault("limit", organisation=first, times=2, seconds=7)
    for _ in range(2):
        refused = mine.organisation(first)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
        assert mine.organisation(second).status_code == 200
    assert mine.organisation(first).status_code == 200
    sandbox.fault("limit", organisation=first, seconds=40_000)
    assert mine.organisation(first).headers["X-Rate-Limit-Problem"] == "day"
    sandbox.fault("clear")
    sandbox.fault("limit")
    assert mine.get("/connections").status_code == 429
    assert mine.refresh().status_code == 200


def test_unavailable_everywhere_or_for_one_organisation(
    sandbox: Running, mine: App, first: str, second: str
) -> None:
    sandbox.fault("unavailable", organisation=first)
    assert mine.organisation(first).status_code == 503
    assert mine.organisation(second).status_code == 200
    assert mine.refresh().status_code == 200
    sandbox.fault("clear")
    sandbox.fault("unavailable")
    assert mine.refresh("whatever").status_code == 503
    assert mine.get("/connections").status_code in (401, 503)
    sandbox.fault("clear")
    mine.tokens = mine.refresh().json()
    assert mine.organisation(first).status_code == 200


def test_unavailable_token_endpoint_changes_nothing(sandbox: Running, mine: App) -> None:
    sandbox.fault("unavailable", times=1)
    token = mine.tokens["refresh_token"]
    assert mine.refresh(token).status_code == 503
    newer = mine.refresh(token).json()["refresh_token"]
    assert mine.refresh(newer).status_code == 200


def test_hang_never_answers_and_a_closed_connection_frees_its_slot(
    sandboxes: Callable[[Options], Running],
) -> None:
    box = sandboxes(Options(organisations=1))
    app, only = App(box.url).sign_in(box.world.people[0].email), box.world.id_of("xero", 0)
    box.fault("hang", organisation=only, times=5)

    def leave(_: int) -> None:
        with pytest.raises(httpx2.ReadTimeout):
            app.http.get(f"{app.xero}/api.xro/2.0/Organisation", headers=app.headers(only), timeout=IMPATIENT)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(leave, range(5)))
    assert eventually(lambda: app.organisation(only).status_code == 200)


def test_hanging_token_endpoint_loses_the_answer_and_the_grace_fixes_it(sandbox: Running, mine: App) -> None:
    sandbox.fault("hang", times=1)
    token = mine.tokens["refresh_token"]
    with pytest.raises(httpx2.ReadTimeout):
        mine.http.post(
            f"{mine.xero}/connect/token",
            data={"grant_type": "refresh_token", "client_id": "sandbox-xero", "refresh_token": token},
            timeout=IMPATIENT,
        )
    renewed = mine.refresh(token)
    assert renewed.status_code == 200
    assert mine.refresh(renewed.json()["refresh_token"]).status_code == 200


def test_garbage_comes_in_every_variety(sandbox: Running, mine: App, first: str) -> None:
    sandbox.fault("garbage", organisation=first, times=3)
    kinds = set()
    for _ in range(3):
        answer = mine.organisation(first)
        assert answer.status_code == 200
        try:
            assert "Organisations" not in answer.json()
            kinds.add("shape")
        except ValueError:
            kinds.add("truncated" if answer.text.startswith("{") else "no JSON")
    assert kinds == {"shape", "truncated", "no JSON"}
    assert "Organisations" in mine.organisation(first).json()


def test_slow_gives_the_right_answer_after_a_while(sandbox: Running, mine: App, first: str) -> None:
    sandbox.fault("slow", organisation=first, times=1, seconds=1)
    answer = mine.organisation(first)
    assert answer.elapsed.total_seconds() >= 1
    assert answer.json()["Organisations"][0]["OrganisationID"] == first
    assert mine.organisation(first).elapsed.total_seconds() < 1


def test_fault_for_one_person_leaves_the_others(sandbox: Running, mine: App, theirs: App, me: str) -> None:
    sandbox.fault("unavailable", person=me.upper())
    assert mine.get("/connections").status_code == 503
    assert mine.refresh().status_code == 503
    assert theirs.get("/connections").status_code == 200
    assert theirs.refresh().status_code == 200


def test_clear_ends_only_what_it_names(sandbox: Running, mine: App, first: str, second: str) -> None:
    sandbox.fault("close", organisation=first)
    sandbox.fault("close", organisation=second)
    sandbox.fault("clear", organisation=second)
    assert mine.organisation(first).status_code == 403
    assert mine.organisation(second).status_code == 200


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"kind": "explode"}, "explode"),
        ({"kind": "close", "software": "nobooks"}, "nobooks"),
        ({"kind": "close", "person": "nobody@example.com"}, "nobody@example.com"),
        ({"kind": "close", "organisation": "00000000-0000-4000-8000-000000000000"}, "00000000"),
        ({"kind": "limit", "times": 0}, "times"),
        ({"kind": "limit", "times": True}, "times"),
        ({"kind": "slow", "seconds": -1}, "seconds"),
        ({"kind": "limit", "organization": "x"}, "organization"),
        ({"kind": 7}, "kind"),
        ([], "object"),
        ({}, "kind"),
    ],
)
def test_unknown_fault_or_target_is_400_and_changes_nothing(
    sandbox: Running, said: object, word: str
) -> None:
    answer = plain_http().post(f"{sandbox.url}/sandbox/faults", json=said)
    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert plain_http().get(f"{sandbox.url}/sandbox/faults").json() == {"faults": []}


def test_invalid_json_is_400(sandbox: Running) -> None:
    assert plain_http().post(f"{sandbox.url}/sandbox/faults", content=b"\xff{").status_code == 400


def test_faults_over_http(sandbox: Running, mine: App, first: str) -> None:
    said = {"kind": "close", "organisation": first, "software": None, "person": None, "times": None}
    answer = plain_http().post(f"{sandbox.url}/sandbox/faults", json=said)
    assert answer.json()["faults"][0]["kind"] == "close"
    assert mine.organisation(first).status_code == 403


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_rename_gives_one_organisation_another_name_until_clear(
    sandbox: Running, mine: App, first: str, second: str
) -> None:
    def names() -> dict[str, str]:
        return {row["tenantId"]: row["tenantName"] for row in mine.get("/connections").json()}

    before = names()
    sandbox.fault("rename", software="xero", organisation=first)
    assert names() == {**before, first: f"New {before[first]}"}
    details = mine.organisation(first).json()["Organisations"][0]
    assert details["Name"].strip() == f"New {before[first]}".strip()
    sandbox.fault("clear")
    assert names() == before


def test_renamed_client_keeps_its_address(sandbox: Running) -> None:
    world = sandbox.world
    address = world.id_of("freeagent", 2)
    sandbox.fault("rename", software="freeagent", organisation=address)
    assert world.named("freeagent", 2).name.startswith("New ")
    assert world.id_of("freeagent", 2) == address


def test_rename_is_for_everyone(sandbox: Running, me: str) -> None:
    with pytest.raises(ValueError, match="leave out person and times"):
        sandbox.fault("rename", person=me)
