"""Limits that only some apps have: one for the whole app, and one whose length only the answer's body says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from clientsync_tui.accounting.seam.calls import HttpCalls
from clientsync_tui.accounting.seam.software import Answer
from clientsync_tui.practice.status import Fault
from clientsync_tui.practice.trouble import PassingTrouble, Trouble
from tests.accounting.calling import calling
from tests.accounting.scripted import json
from tests.signin.unlike import Unlike


class Limited(Unlike):
    """Says in its own 403 that the calls are used up, and for how long."""

    grant = replace(Unlike.grant, https_redirect=False)

    def own_error(self, answer: Answer) -> bool:
        return isinstance(answer.body, dict)

    def trouble(self, answer: Answer, organisation_id: str | None) -> Trouble | Literal["renew", "limit"]:
        return "limit"

    def limit_pause_s(self, answer: Answer) -> float | None:
        return answer.body.get("pause")


async def limit(calls: HttpCalls, organisation_id: str) -> PassingTrouble:
    with pytest.raises(PassingTrouble) as raised:
        await calls.get("/x", organisation_id=organisation_id)
    assert raised.value.fault is Fault.LIMIT and raised.value.retry_at is not None
    return raised.value


@pytest.mark.parametrize(("stops", "asked"), [("caller", 2), ("app", 1)])
async def test_limit_may_stop_the_whole_app(tmp_path: Path, stops: Literal["caller", "app"], asked: int):
    software = Limited()
    software.limits = replace(Unlike.limits, stops=stops, unsaid_pause_s=60)
    async with calling(software, tmp_path, json({"error": "limit"}, 403)) as (calls, server):
        await limit(calls, "1")
        await limit(calls, "2")
        assert len(server.asked) == asked


async def test_body_may_say_how_long_a_limit_lasts(tmp_path: Path):
    body, header = json({"pause": 7200}, 403), json({"pause": 7200}, 403, retry_after="30")
    for step, pause_s in ((body, 7200), (header, 30), (json({}, 429), Unlike.limits.unsaid_pause_s)):
        folder = tmp_path / str(pause_s)
        folder.mkdir()
        async with calling(Limited(), folder, step) as (calls, _):
            until = (await limit(calls, "1")).retry_at
        assert until is not None
        assert abs(until - datetime.now(UTC) - timedelta(seconds=pause_s)) < timedelta(seconds=10)


async def test_every_call_may_carry_the_client_id(tmp_path: Path):
    software = Limited()
    for header, sent in ((None, None), ("x-own-key", "the-client-id")):
        software.grant = replace(Limited.grant, client_id_header=header)
        async with calling(software, tmp_path, json([])) as (calls, server):
            await calls.get("/x")
        assert server.asked[0].headers.get("x-own-key") == sent
