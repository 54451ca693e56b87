"""FreeAgent's error bodies, and what each means. Its documents have no page on errors, so the shapes come from other developers."""

import json

from starlette.responses import JSONResponse, PlainTextResponse, Response

from ....practice.status import Fault, Reason
from ...consent.errors import ErrorAnswer

NOT_RECOGNISED = "Access token not recognised"
FORBIDDEN = "Access denied"
NOT_FOUND = "Resource not found"


def problem(status: int, message: str) -> Response:
    """An error with its message."""
    return JSONResponse({"errors": {"error": {"message": message}}}, status)


def unauthorised(ended_at: float | None) -> Response:
    """The answer to an unknown or expired token: the same for both."""
    return problem(401, NOT_RECOGNISED)


def too_many(limit: str, pause_s: int) -> Response:
    """The answer to a call over a limit, always in plain text."""
    return PlainTextResponse(f"You must not exceed {limit}", 429, {"Retry-After": str(pause_s)})


def _one(message: str) -> str:
    return json.dumps({"errors": {"error": {"message": message}}})


def _several(message: str) -> str:
    return json.dumps({"errors": [{"message": message}]})


_REFUSED = '{"error":"invalid_grant"}'
_CLIENT = '{"error":"invalid_client"}'

ERRORS = (
    ErrorAnswer("a refused refresh token", "token", 400, _REFUSED, Reason.SIGN_IN_REFUSED),
    ErrorAnswer("a refused refresh token, 401", "token", 401, _REFUSED, Reason.SIGN_IN_REFUSED),
    ErrorAnswer("an unknown app", "token", 401, _CLIENT, "misconfigured"),
    ErrorAnswer("an ended token", "api", 401, _one(NOT_RECOGNISED), Reason.PERMISSION_MISSING, renewed=True),
    ErrorAnswer(
        "no access, nowhere listed", "api", 401, _one(FORBIDDEN), Reason.ACCESS_REMOVED, amid="remove-access"
    ),
    ErrorAnswer(
        "forbidden, nowhere listed", "api", 403, _one(FORBIDDEN), Reason.ACCESS_REMOVED, amid="disconnect"
    ),
    ErrorAnswer(
        "not found, nowhere listed", "api", 404, _several(NOT_FOUND), Reason.ACCESS_REMOVED, amid="disconnect"
    ),
    ErrorAnswer(
        "forbidden, listed as closed", "api", 403, _one(FORBIDDEN), Reason.ORGANISATION_CLOSED, amid="close"
    ),
    ErrorAnswer("forbidden, listed as active", "api", 403, _several(FORBIDDEN), Reason.PERMISSION_MISSING),
    ErrorAnswer("a request not understood", "api", 400, _several("Invalid view"), Fault.NONSENSE),
    ErrorAnswer("a request not understood, in plain text", "api", 406, "Not acceptable", Fault.NONSENSE),
    ErrorAnswer(
        "a limit met",
        "api",
        429,
        "You must not exceed 120 requests per 60 seconds",
        Fault.LIMIT,
        {"Retry-After": "60"},
    ),
    ErrorAnswer("a fault", "api", 500, "<html><body>Sorry</body></html>", Fault.SERVER_ERROR),
    ErrorAnswer("maintenance", "api", 503, "", Fault.SERVER_ERROR),
)
