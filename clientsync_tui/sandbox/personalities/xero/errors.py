"""Xero's error bodies, and what each means."""

import json
from uuid import uuid4

from starlette.responses import JSONResponse, Response

from ....practice.status import Fault, Reason
from ...consent.errors import ErrorAnswer

_TITLES = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An error as Xero's gateway words it."""
    return JSONResponse(_body(status, detail), status, headers)


def _body(status: int, detail: str) -> dict[str, object]:
    return {"title": _TITLES[status], "status": status, "detail": detail, "instance": str(uuid4())}


def _said(status: int, detail: str, *, capitals: bool = False) -> str:
    body = _body(status, detail)
    return json.dumps({key.title(): value for key, value in body.items()} if capitals else body)


_INVALID = {"WWW-Authenticate": "Bearer error=invalid_token"}

#: Documented answers, and those that developers report. Both `Title` and `title` occur.
ERRORS = (
    ErrorAnswer("a refused refresh token", "token", 400, '{"error":"invalid_grant"}', Reason.SIGN_IN_REFUSED),
    ErrorAnswer("an unknown app", "token", 400, '{"error":"invalid_client"}', "misconfigured"),
    ErrorAnswer("an unknown app, 401", "token", 401, '{"error":"invalid_client"}', "misconfigured"),
    ErrorAnswer("an app not allowed this", "token", 400, '{"error":"unauthorized_client"}', "misconfigured"),
    ErrorAnswer(
        "a grant type not allowed", "token", 400, '{"error":"unsupported_grant_type"}', "misconfigured"
    ),
    ErrorAnswer(
        "an ended token",
        "api",
        401,
        _said(401, "TokenExpired: token expired at 11/24/2026 09:12:33"),
        Fault.NONSENSE,
        renewed=True,
    ),
    ErrorAnswer(
        "a bad token",
        "api",
        401,
        _said(401, "AuthenticationUnsuccessful"),
        Fault.NONSENSE,
        _INVALID,
        renewed=True,
    ),
    ErrorAnswer(
        "a bad token, capitals",
        "api",
        401,
        _said(401, "AuthenticationUnsuccessful", capitals=True),
        Fault.NONSENSE,
        renewed=True,
    ),
    ErrorAnswer(
        "a missing scope", "api", 401, _said(401, "AuthorizationUnsuccessful"), Reason.PERMISSION_MISSING
    ),
    ErrorAnswer(
        "no access, still listed", "api", 403, _said(403, "AuthenticationUnsuccessful"), Reason.ACCESS_REMOVED
    ),
    ErrorAnswer(
        "no access, capitals",
        "api",
        403,
        _said(403, "AuthenticationUnsuccessful", capitals=True),
        Reason.ACCESS_REMOVED,
    ),
    ErrorAnswer(
        "no access, not listed",
        "api",
        403,
        _said(403, "AuthenticationUnsuccessful"),
        Reason.DISCONNECTED_THERE,
        amid="disconnect",
    ),
    ErrorAnswer(
        "a query not understood",
        "api",
        400,
        '{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred","Elements":[]}',
        Fault.NONSENSE,
    ),
    ErrorAnswer(
        "a limit met", "api", 429, "", Fault.LIMIT, {"Retry-After": "3000", "X-Rate-Limit-Problem": "Day"}
    ),
    ErrorAnswer("offline", "api", 503, "", Fault.SERVER_ERROR),
    ErrorAnswer(
        "a fault in HTML", "api", 500, "<html><body>Internal Server Error</body></html>", Fault.SERVER_ERROR
    ),
)
