"""Rate limits, through the server and, if a test can't make enough calls, on the counter itself."""

from concurrent.futures import ThreadPoolExecutor

from clientsync_tui.sandbox.misbehaviour.limits import DAY_S, HOUR_S, Allowed, Caller, Limits, Rate
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.personalities.xero.api import LIMITS
from clientsync_tui.sandbox.world.clock import Clock
from tests.support.sandbox import App


def test_sixty_a_minute_for_an_organisation_and_no_other(sandboxes) -> None:
    box = sandboxes(Options(organisations=3))
    app = App(box.url).sign_in(box.world.people[0].email)
    first, second = box.world.id_of("xero", 0), box.world.id_of("xero", 1)
    assert {app.organisation(first).status_code for _ in range(60)} == {200}
    refused = app.organisation(first)
    assert refused.status_code == 429
    assert refused.headers["X-Rate-Limit-Problem"] == "minute"
    assert refused.headers["X-MinLimit-Remaining"] == "0"
    pause = int(refused.headers["Retry-After"])
    assert 0 < pause <= 60
    assert app.organisation(second).status_code == 200
    assert app.http.get(f"{box.url}/sandbox/calls").json()["over_limit"] == {"xero": 1}
    box.advance(pause)
    assert app.organisation(first).status_code == 200


def test_five_at_once_for_an_organisation(sandboxes) -> None:
    box = sandboxes(Options(organisations=3, latency_s=0.3))
    app = App(box.url).sign_in(box.world.people[0].email)
    first, second = box.world.id_of("xero", 0), box.world.id_of("xero", 1)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(app.organisation, [first] * 8 + [second] * 2))
    assert [a.status_code for a in answers].count(429) == 3
    assert [a.status_code for a in answers[8:]] == [200, 200]
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.headers["X-Rate-Limit-Problem"] == "concurrent"
    assert app.organisation(first).status_code == 200


def test_headers_count_down(sandboxes) -> None:
    box = sandboxes(Options(organisations=3))
    app = App(box.url).sign_in(box.world.people[0].email)
    first = box.world.id_of("xero", 0)
    one, two = app.organisation(first), app.organisation(first)
    for header in ("X-MinLimit-Remaining", "X-DayLimit-Remaining", "X-AppMinLimit-Remaining"):
        assert int(one.headers[header]) - int(two.headers[header]) == 1
    connections = app.get("/connections")
    assert "X-AppMinLimit-Remaining" in connections.headers
    assert "X-MinLimit-Remaining" not in connections.headers


def test_without_limits_nothing_is_refused(sandboxes) -> None:
    box = sandboxes(Options(organisations=1, limits=False))
    app = App(box.url).sign_in(box.world.people[0].email)
    assert {app.organisation(box.world.id_of("xero", 0)).status_code for _ in range(65)} == {200}


def test_latency_applies_only_to_the_api(sandboxes) -> None:
    box = sandboxes(Options(organisations=1, latency_s=1))
    app = App(box.url).sign_in(box.world.people[0].email)
    assert app.get("/connections").elapsed.total_seconds() >= 1
    assert app.refresh().elapsed.total_seconds() < 1


RATES = (
    Rate(7, DAY_S, "organisation", "day"),
    Rate(10, 60, "app", "appminute"),
    Rate(12, HOUR_S, "person", "hour"),
)


def call(limits: Limits, organisation: str | None, person: str = "ann") -> str | None:
    caller = Caller("software", "app", person, organisation)
    refused = limits.enter(caller, Allowed(RATES))
    if refused is None:
        limits.leave(caller)
        return None
    assert 0 < refused.retry_after_s <= 86_401
    return refused.problem


def test_day_the_whole_app_and_a_person() -> None:
    clock = Clock()
    limits = Limits(clock, on=True)
    assert [call(limits, "a") for _ in range(8)] == [None] * 7 + ["day"]
    assert [call(limits, "b") for _ in range(4)] == [None] * 3 + ["appminute"]
    clock.advance(60)
    assert [call(limits, each) for each in ("a", "b", "b", "b")] == ["day", None, None, "hour"]
    assert [call(limits, None), call(limits, None, "bob")] == ["hour", None]
    clock.advance(86_400)
    assert call(limits, "a") is None


def test_calls_over_a_limit_are_counted_also_where_none_is_refused() -> None:
    limits = Limits(Clock(), on=False)
    assert {call(limits, "a") for _ in range(9)} == {None}
    assert limits.over == {"software": 2}
    assert {limits.most["software", rate] for rate in RATES if rate.per == "organisation"} == {9}
    assert limits.most_at_once == {"software": 1}


def test_numbers_are_xeros() -> None:
    rates = {(rate.calls, rate.seconds, rate.per) for rate in LIMITS.rates}
    assert rates == {(60, 60, "organisation"), (5_000, 86_400, "organisation"), (10_000, 60, "app")}
    assert LIMITS.at_once == 5
