"""Answers that a server gives when it is unwell."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from .faults import LIMIT
from .sandbox import Sandbox

_GARBAGE = (
    ("<html><body><h1>Bad gateway</h1>", "text/html"),
    ('{"Status": "OK", "Organisations": [{"OrganisationID": "b2c8', "application/json"),
    ('{"this is": ["not", "what", "was", "asked", 7, null]}', "application/json"),
)


def turned_away(
    sandbox: Sandbox, software: str, person: str | None, organisation: str | None = None
) -> Response | None:
    """A 503 where such a fault is in force: nothing was done."""
    if sandbox.faults.meet({"unavailable"}, software, person, organisation):
        sandbox.save()
        return Response("Service Unavailable", 503, media_type="text/plain")
    return None


def over_limit(sandbox: Sandbox, software: str, person: str | None, organisation: str | None) -> int | None:
    """After how many seconds to come again, where a fault says that a limit is met."""
    if fault := sandbox.faults.meet({LIMIT}, software, person, organisation):
        sandbox.save()
        return round(fault.seconds)
    return None


async def misbehaving(
    sandbox: Sandbox, request: Request, software: str, person: str | None, organisation: str | None = None
) -> Response | None:
    """Garbage, no answer until the caller is gone, or (slow) None after a while; None at once when all is well."""
    fault = sandbox.faults.meet({"hang", "garbage", "slow"}, software, person, organisation)
    if fault is None:
        return None
    sandbox.save()
    if fault.kind == "garbage":
        text, kind = _GARBAGE[next(sandbox.garbage) % len(_GARBAGE)]
        return Response(text, media_type=kind)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    while not await request.is_disconnected():  # noqa: ASYNC110 - the disconnection is only told to who asks
        await asyncio.sleep(0.05)
    return Response(status_code=499)
