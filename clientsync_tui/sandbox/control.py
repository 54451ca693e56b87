"""The sandbox's own API under `/sandbox`: people, faults, the call log, the clock."""

from dataclasses import asdict
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .misbehaviour.faults import Target
from .sandbox import Sandbox

_FAULT_FIELDS = {
    "kind": str,
    "software": str,
    "person": str,
    "organisation": str,
    "times": int,
    "seconds": (int, float),
}


def routes(sandbox: Sandbox) -> list[BaseRoute]:
    """The routes for tests and the command line. A bad request gets 400 `{"error": SENTENCE}`."""

    async def people(request: Request) -> Response:
        return JSONResponse(sandbox.people())

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            try:
                fields = await _fields(request, _FAULT_FIELDS)
                target = Target(fields.get("software"), fields.get("person"), fields.get("organisation"))
                sandbox.fault(fields.get("kind", ""), target, fields.get("times"), fields.get("seconds"))
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"faults": [asdict(fault) for fault in sandbox.faults.in_force]})

    async def calls(request: Request) -> Response:
        since = request.query_params.get("since", "0")
        summary = sandbox.calls.summary(int(since) if since.isdecimal() else 0)
        return JSONResponse(summary | {"over_limit": dict(sandbox.limits.over)})

    async def clock(request: Request) -> Response:
        try:
            fields = await _fields(request, {"advance_s": (int, float)})
            sandbox.advance(fields.get("advance_s", 0))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"now": sandbox.clock.now()})

    return [
        Route("/people", people),
        Route("/faults", faults, methods=["GET", "POST"]),
        Route("/calls", calls),
        Route("/clock", clock, methods=["POST"]),
    ]


async def _fields(request: Request, types: dict[str, Any]) -> dict[str, Any]:
    body: Any = await request.json()
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")
    given = cast("dict[str, Any]", body)
    for name, value in given.items():
        if name not in types:
            raise ValueError(f"unknown field {name!r}: known are {', '.join(types)}")
        if value is not None and (not isinstance(value, types[name]) or isinstance(value, bool)):
            raise ValueError(f"{name} has the wrong type")
    return given
