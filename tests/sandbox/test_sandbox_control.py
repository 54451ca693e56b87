"""The sandbox's own API: the log of calls, the clock, the people."""

from clientsync_tui.sandbox.server import Running
from tests.support.sandbox import App, plain_http


def summary(box: Running, since: int = 0) -> dict:
    return plain_http().get(f"{box.url}/sandbox/calls?since={since}").json()


def test_calls_are_counted_by_path_and_organisation(sandbox: Running) -> None:
    app = App(sandbox.url).sign_in(sandbox.world.people[0].email)
    first, before = sandbox.world.id_of("xero", 0), summary(sandbox)["total"]
    for _ in range(3):
        app.organisation(first)
    app.get("/api.xro/2.0/Organisation", "nonsense")
    log = summary(sandbox, before)
    assert log["total"] == before + 4
    assert [call["status"] for call in log["recent"]] == [200, 200, 200, 403]
    assert log["recent"][0]["person"] == sandbox.world.people[0].email
    assert {
        "method": "GET",
        "path": "/xero/api.xro/2.0/Organisation",
        "organisation": first,
        "status": 200,
        "count": 3,
    } in log["counts"]
    assert log["most_at_once"] == 1


def test_no_token_is_in_the_log(sandbox: Running) -> None:
    app = App(sandbox.url).sign_in(sandbox.world.people[0].email)
    refresh_token, access_token = app.tokens["refresh_token"], app.tokens["access_token"]
    app.refresh()
    app.connections()
    log = plain_http().get(f"{sandbox.url}/sandbox/calls").text
    assert refresh_token not in log
    assert access_token not in log


def test_clock_goes_forward_only(sandbox: Running) -> None:
    before = sandbox.sandbox.clock.now()
    moved = plain_http().post(f"{sandbox.url}/sandbox/clock", json={"advance_s": 5_184_000})
    assert moved.json()["now"] >= before + 5_184_000
    for wrong in ({"advance_s": -1}, {"advance_s": "1"}, {"advance": 1}, 5):
        assert plain_http().post(f"{sandbox.url}/sandbox/clock", json=wrong).status_code == 400


def test_people_and_what_they_reach(sandbox: Running) -> None:
    people = plain_http().get(f"{sandbox.url}/sandbox/people").json()
    assert [set(person) for person in people] == [{"email", "name", "organisations"}] * 5
    assert len(people[0]["organisations"]["xero"]) == 40
    app = App(sandbox.url).sign_in(people[1]["email"])
    assert [c["tenantId"] for c in app.connections()] == people[1]["organisations"]["xero"]
