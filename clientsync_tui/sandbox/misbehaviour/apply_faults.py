"""Answers the way the active faults demand."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from ..backend import Backend
from ..consent.scripts import Place
from .faults import LIMIT


def unavailable(
    sandbox: Backend, software: str, person: str | None, organisation: str | None = None
) -> Response | None:
    """A 503 if that fault is active; then nothing was done."""
    if sandbox.faults.meet({"unavailable"}, software, person, organisation):
        sandbox.save()
        return Response("Service Unavailable", 503, media_type="text/plain")
    return None


def over_limit(sandbox: Backend, software: str, person: str | None, organisation: str | None) -> int | None:
    """Seconds to wait, if a `limit` fault is active."""
    if fault := sandbox.faults.meet({LIMIT}, software, person, organisation):
        sandbox.save()
        return round(fault.seconds)
    return None


async def with_faults(
    sandbox: Backend,
    request: Request,
    at: Place,
    answer: Callable[[], Response],
    software: str,
    person: str | None,
    organisation: str | None = None,
) -> Response:
    """The answer as the active fault or script makes it: late, never, garbage, or modified."""
    fault = sandbox.faults.meet({"hang", "garbage", "slow"}, software, person, organisation)
    if fault is None:
        return sandbox.scripts.changed(answer(), at, software, person, organisation)
    sandbox.save()
    match fault.kind:
        case "garbage":
            return _garbage(answer(), next(sandbox.garbage) % 3)
        case "slow":
            await asyncio.sleep(fault.seconds)
            return answer()
        case _:
            while not await request.is_disconnected():  # noqa: ASYNC110 - there is no event for a disconnection
                await asyncio.sleep(0.05)
            return Response(status_code=499)


def _garbage(response: Response, turn: int) -> Response:
    """An HTML page, the answer truncated in the middle, or JSON about something else."""
    if turn == 0:
        return Response("<html><body><h1>Bad gateway</h1>", media_type="text/html")
    if turn == 1:
        whole = bytes(response.body)
        return Response(whole[: max(1, len(whole) // 2)], media_type="application/json")
    return Response('{"this is": ["not", "what", "was", "asked", 7, null]}', media_type="application/json")
