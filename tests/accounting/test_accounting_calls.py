import asyncio
import gzip
import time
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Literal

import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from clientsync_tui import version
from clientsync_tui.accounting.seam import calls as calls_module
from clientsync_tui.accounting.seam.calls import HttpCalls
from clientsync_tui.accounting.seam.configured import Configured, Http, no_secret
from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.accounting.seam.network import transport
from clientsync_tui.accounting.seam.network.retry_after import retry_after_s
from clientsync_tui.accounting.seam.network.transport import http_client
from clientsync_tui.accounting.seam.software import Answer, Software
from clientsync_tui.accounting.xero import SOFTWARE as XERO
from clientsync_tui.practice.trouble import OrganisationTrouble, PassingTrouble, SignInRefused, Trouble
from tests.accounting.scripted import Scripted, Step, dripping, endless, json, scripted, silent
from tests.signin.desk import logged
from tests.support.command import PATIENCE_S

SECRET = "the-access-" + "token"


class Line:
    """Calls to a scripted server, with tokens `the-access-token 1`, `... 2` and so on."""

    def __init__(self, stack: AsyncExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.renewals = 0

    async def to(
        self, *steps: Step, how: Http | None = None, url: str | None = None, software: Software = XERO
    ) -> tuple[HttpCalls, Scripted]:
        server = await self._stack.enter_async_context(scripted(*steps))
        http = await self._stack.enter_async_context(http_client())
        addresses = replace(XERO.addresses, api_url=url or server.url)
        configured = Configured(software, "app", 8400, addresses, tuple(XERO.grant.scopes), {}, no_secret)
        limiter = Limiter(self._folder / "limits")
        self._stack.callback(limiter.close)
        how = how or Http(timeout_s=5, attempts=3, longest_wait_s=5)
        return HttpCalls(configured, how, http, limiter, self._access, person="ann"), server

    async def _access(self, refused: str | None) -> str:
        if refused == f"{SECRET}-{self.renewals}":
            self.renewals += 1
        return f"{SECRET}-{self.renewals}"


@pytest.fixture
async def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Line]:
    monkeypatch.setattr(calls_module, "FIRST_PAUSE_S", 0.01)
    async with AsyncExitStack() as stack:
        yield Line(stack, tmp_path)


def own(status: int) -> dict[str, object]:
    """An error in Xero's own form."""
    return {"Title": HTTPStatus(status).phrase, "Status": status, "Detail": "It went wrong"}


async def test_problem_details_of_another_gateway_are_not_taken_for_xeros(line: Line):
    for problem in (
        {"title": "Error 1020: Access denied", "status": 403, "detail": "The site owner has blocked access"},
        {
            "type": "https://gateway.example/forbidden",
            "title": "Forbidden",
            "status": 403,
            "detail": "Blocked",
        },
        {"title": "Forbidden"},
    ):
        calls, _ = await line.to(json(problem, 403))
        await failing(calls, "nonsense")
    calls, _ = await line.to(json({"type": None, **own(403)}, 403))
    with pytest.raises(OrganisationTrouble):
        await calls.get("/x", organisation_id="org-1")


async def failing(calls: HttpCalls, fault: str, organisation: str | None = "org-1") -> PassingTrouble:
    with pytest.raises(PassingTrouble) as caught:
        await calls.get("/x", organisation_id=organisation)
    assert caught.value.fault == fault
    assert SECRET not in logged(caught.value)
    return caught.value


async def test_call_names_the_program_and_the_organisation(line: Line):
    calls, server = await line.to(json({"a": "é"}))
    assert await calls.get("/x/y", organisation_id="org-1", parameters={"where": "A==true"}) == {"a": "é"}
    (asked,) = server.asked
    assert (asked.url.path, asked.query_params["where"]) == ("/x/y", "A==true")
    assert asked.headers["user-agent"] == f"clientsync/{version()}"
    assert asked.headers["xero-tenant-id"] == "org-1"
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["authorization"] == f"Bearer {SECRET}-0"


async def test_server_error_is_tried_again_and_then_reported(line: Line):
    calls, server = await line.to(json({}, 503), json({}, 500), json([1]))
    assert await calls.get("/x") == [1]
    assert len(server.asked) == 3
    calls, server = await line.to(json({}, 502))
    await failing(calls, "server_error")
    assert len(server.asked) == 3


async def test_pauses_grow(line: Line, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(calls_module, "FIRST_PAUSE_S", 0.04)
    calls, _ = await line.to(json({}, 503), how=Http(5, attempts=4))
    started = time.monotonic()
    await failing(calls, "server_error")
    assert time.monotonic() - started >= 0.02 + 0.04 + 0.08


async def test_server_error_with_a_time_is_retried_then(line: Line):
    calls, server = await line.to(json({}, 503, retry_after="0.2"), json([1]))
    started = time.monotonic()
    await calls.get("/x")
    assert time.monotonic() - started >= 0.2
    calls, server = await line.to(json({}, 503, retry_after="3600"))
    await failing(calls, "server_error")
    assert len(server.asked) == 1


async def test_prompt_without_a_person_ends(line: Line):
    calls, _ = await line.to(json([1]))
    gone, _ = await line.to(json([1]), url="http://127.0.0.1:9")
    await failing(gone, "unreachable")
    assert await calls.get("/x") == [1]


@pytest.mark.parametrize("step", [silent, dripping], ids=["silent", "dripping"])
async def test_call_has_one_time_limit_up_to_its_last_byte(line: Line, step: Step):
    calls, server = await line.to(step, how=Http(timeout_s=0.3, attempts=2))
    started = time.monotonic()
    trouble = await failing(calls, "unreachable")
    assert time.monotonic() - started < 20 and len(server.asked) == 2
    assert "0.3 s" in str(trouble)


@pytest.mark.parametrize("dated", [False, True])
async def test_short_retry_after_is_waited_out(line: Line, dated: bool):
    # A date has only whole seconds, so take the first one that is far enough away.
    again = datetime.now(UTC) + timedelta(seconds=1.2 if dated else 0.2)
    again = again.replace(microsecond=0) if dated else again
    said = format_datetime(again, usegmt=True) if dated else "0.2"
    calls, server = await line.to(json({}, 429, retry_after=said), json([1]))
    assert await calls.get("/x", organisation_id="org-1") == [1]
    assert datetime.now(UTC) >= again and len(server.asked) == 2


async def test_long_retry_after_is_reported_with_its_end_and_no_one_asks_meanwhile(line: Line):
    calls, server = await line.to(json({}, 429, retry_after="3600", x_rate_limit_problem="Day"), json([1]))
    trouble = await failing(calls, "limit")
    assert trouble.retry_at is not None
    assert abs((trouble.retry_at - datetime.now(UTC)).total_seconds() - 3600) < 10
    await failing(calls, "limit")
    assert len(server.asked) == 1
    assert await calls.get("/x", organisation_id="org-2") == [1]


async def test_limit_of_the_whole_app_holds_up_every_organisation(line: Line):
    calls, server = await line.to(json({}, 429, retry_after="3600", x_rate_limit_problem="AppMinute"))
    await failing(calls, "limit", "org-1")
    await failing(calls, "limit", "org-2")
    await failing(calls, "limit", None)
    assert len(server.asked) == 1


class Unlike(type(XERO)):
    """Answers like Xero, but with a 403 for a limit, and a second 401 for a sign-in that has ended."""

    limits = replace(XERO.limits, unsaid_pause_s=0.01)

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        if answer.status == 401:
            return SignInRefused("over") if answer.renewed else "renew"
        return "limit"


@pytest.mark.parametrize("status", [429, 403])
async def test_server_that_always_says_a_little_later_is_given_up(line: Line, status: int):
    calls, server = await line.to(json(own(status), status), software=Unlike())
    await failing(calls, "limit")
    assert len(server.asked) == 3


async def test_limit_met_by_a_call_for_no_organisation_holds_up_that_person_alone(line: Line):
    calls, server = await line.to(json({}, 429, retry_after="3600"), json([1]))
    await failing(calls, "limit", None)
    await failing(calls, "limit", None)
    assert len(server.asked) == 1
    assert await calls.get("/x", organisation_id="org-1") == [1]


async def test_adapter_decides_what_a_renewed_token_that_is_refused_means(line: Line):
    calls, server = await line.to(json(own(401), 401), software=Unlike())
    with pytest.raises(SignInRefused, match="over"):
        await calls.get("/x")
    assert len(server.asked) == 2 and line.renewals == 1


async def test_answer_can_be_read_with_its_headers(line: Line):
    calls, _ = await line.to(json([1], link='<https://x.example/?page=2>; rel="next"'))
    reply = await calls.read("/x")
    assert reply.body == [1] and "page=2" in reply.headers["Link"]


async def test_last_call_of_a_minute_is_heeded(line: Line):
    calls, server = await line.to(json([1], x_minlimit_remaining="0"), how=Http(5, longest_wait_s=5))
    await calls.get("/x", organisation_id="org-1")
    await failing(calls, "limit", "org-1")
    assert await calls.get("/x", organisation_id="org-2") == [1]
    assert len(server.asked) == 2


async def test_refused_token_is_renewed_once(line: Line):
    calls, server = await line.to(json({"Detail": "TokenExpired: x"}, 401), json([1]))
    assert await calls.get("/x", organisation_id="org-1") == [1]
    assert server.tokens() == [f"{SECRET}-0", f"{SECRET}-1"]
    calls, server = await line.to(json({"Detail": "AuthenticationUnsuccessful"}, 401))
    await failing(calls, "nonsense")
    assert len(server.asked) == 2 and line.renewals == 2


async def test_twenty_calls_refused_at_once_renew_once(line: Line):
    def answer(request):
        return json([1]) if request.headers["authorization"].endswith("-1") else json({}, 401)

    calls, _ = await line.to(answer)
    await asyncio.gather(*(calls.get("/x", organisation_id=f"org-{n}") for n in range(20)))
    assert line.renewals == 1


@pytest.mark.parametrize(
    "step",
    [
        PlainTextResponse("<html>hello</html>"),
        PlainTextResponse(""),
        PlainTextResponse('{"a": [1, 2'),
        PlainTextResponse("[" * 200_000),
        Response(b"\xff\xfe\x00"),
        Response(b"not gzip", headers={"content-encoding": "gzip"}),
        Response(gzip.compress(b"[1, 2, 3]")[:-9], headers={"content-encoding": "gzip"}),
        Response(b"[1]", headers={"content-encoding": "br"}),
        Response(b"[1]", headers={"content-encoding": "gzip, gzip"}),
        Response(status_code=204),
    ],
    ids=[
        "html",
        "empty",
        "cut off",
        "deep",
        "binary",
        "no gzip",
        "gzip cut off",
        "not asked for",
        "twice",
        "no content",
    ],
)
async def test_unreadable_answer_is_reported_and_not_requested_again(line: Line, step: Step):
    calls, server = await line.to(step)
    await failing(calls, "nonsense")
    assert len(server.asked) == 1


async def test_endless_answer_is_cut(line: Line, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transport, "MOST_BYTES", 1_000_000)
    calls, _ = await line.to(endless, how=Http(timeout_s=30, attempts=1))
    await failing(calls, "nonsense")


async def test_answer_that_grows_when_unpacked_is_cut(line: Line, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transport, "MOST_BYTES", 1_000_000)
    packed = gzip.compress(b"[" + b"0," * 5_000_000)
    calls, _ = await line.to(Response(packed, headers={"content-encoding": "gzip"}))
    await failing(calls, "nonsense")


async def test_answers_are_unpacked_piece_by_piece(line: Line, monkeypatch: pytest.MonkeyPatch):
    """100 MB of zeros in 100 kB, which come as one part. On its own, httpx2 would hold all of it in memory."""
    bomb = gzip.compress(bytes(100_000_000), 9)
    calls, _ = await line.to(Response(bomb, headers={"content-encoding": "gzip"}))
    tracemalloc.start()
    try:
        monkeypatch.setattr(transport, "MOST_BYTES", 1_000_000)
        await failing(calls, "nonsense")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


async def test_packed_answer_is_read(line: Line):
    packed = gzip.compress(b"[1, 2, 3]")
    for name in ("gzip", "x-gzip", "GZIP"):
        calls, server = await line.to(Response(packed, headers={"content-encoding": name}))
        assert await calls.get("/x") == [1, 2, 3]
        assert server.asked[0].headers["accept-encoding"] == "gzip"


async def test_token_follows_no_redirect(line: Line):
    _, elsewhere = await line.to(json([1]))
    calls, server = await line.to(RedirectResponse(f"{elsewhere.url}/x"))
    await failing(calls, "nonsense")
    assert len(server.asked) == 1 and elsewhere.asked == []


@pytest.mark.parametrize("status", [400, 403, 404, 418])
async def test_token_that_a_server_echoes_is_in_no_message(line: Line, status: int):
    calls, _ = await line.to(
        lambda request: json({"Detail": f"bad: {request.headers['authorization']}\x1b[2J"}, status)
    )
    with pytest.raises((PassingTrouble, OrganisationTrouble)) as caught:
        await calls.get("/x", organisation_id="org-1")
    assert SECRET not in logged(caught.value) and "\x1b" not in str(caught.value)
    assert SECRET not in repr(calls) + repr(vars(calls))


async def test_delete_says_what_was_gone_and_is_not_repeated(line: Line):
    calls, server = await line.to(Response(status_code=204), json(own(404), 404), json({}, 503))
    assert await calls.delete("/c/1") is True
    assert await calls.delete("/c/1") is False
    with pytest.raises(PassingTrouble):
        await calls.delete("/c/1")
    assert [request.method for request in server.asked] == ["DELETE"] * 3


@pytest.mark.parametrize(
    "step",
    [
        PlainTextResponse("<html><body>Blocked</body></html>", 404),
        json({"message": "not here"}, 404),
        PlainTextResponse("<html><body>Sign in to the guest network</body></html>"),
    ],
)
async def test_only_the_app_itself_can_confirm_a_deletion(line: Line, step: Step):
    calls, _ = await line.to(step)
    with pytest.raises(PassingTrouble, match="sent a reply we could not read"):
        await calls.delete("/c/1")


async def test_foreign_401_is_tried_with_a_new_token_unless_it_is_a_page(line: Line):
    calls, server = await line.to(json({"message": "Unauthorized"}, 401), json([1]))
    assert await calls.get("/x") == [1]
    calls, server = await line.to(PlainTextResponse("<html><body>Sign in</body></html>", 401))
    await failing(calls, "nonsense")
    assert len(server.asked) == 1 and line.renewals == 1


async def test_loopback_is_never_called_through_a_proxy(line: Line, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    calls, _ = await line.to(json([1]))
    assert await calls.get("/x") == [1]


async def test_cancelled_call_releases_its_slot(line: Line):
    calls, server = await line.to(silent, silent, silent, silent, silent, json([1]))
    running = [asyncio.create_task(calls.get("/x", organisation_id="org-1")) for _ in range(5)]
    async with asyncio.timeout(PATIENCE_S):
        while len(server.asked) < 5:
            await asyncio.sleep(0.01)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    async with asyncio.timeout(PATIENCE_S):
        assert await calls.get("/x", organisation_id="org-1") == [1]


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", None), ("5", 5), (" 5 ", 5), ("0", 0), ("-5", 0), ("2.5", 2.5), ("soon", None), ("nan", None),
        ("inf", None), ("1e999", None), ("1e99", 86_400), ("Tue, 24 Nov 2026 12:01:00 GMT", 60), ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("Tue, 99 Nov 2026 11:00:00 GMT", None), (f"{NOW.timestamp() + 90:.0f}", 90), (f"{NOW.timestamp() - 90:.0f}", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_each_of_its_forms(said: str, seconds: float | None):
    assert retry_after_s({"retry-after": said}, NOW) == seconds
