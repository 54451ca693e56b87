"""Sage's error bodies, and what each means. Shapes: developer.sage.com, "Frequently raised errors"; codes without a mark there are made up."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from ....practice.status import Fault, Reason
from ...consent.errors import ErrorAnswer

NO_SUBSCRIPTION = ("AuthorizationFailure", "No active subscription. (MSE)")
DENIED = ("MultiUserAccessDenied", "You do not have access to this area.")
UNAUTHORISED = ("AuthenticationFailure", "The access token is invalid or has expired.")
NOT_FOUND = ("RecordNotFound", "The resource could not be found.")
INVALID = ("ValidationError", "The parameter is not valid.")


def body(code: str, message: str) -> list[dict[str, Any]]:
    """An error as the API says it: an array of one."""
    return [{"$severity": "error", "$dataCode": code, "$message": message, "$source": ""}]


def problem(status: int, error: tuple[str, str]) -> Response:
    """An error."""
    return JSONResponse(body(*error), status)


def unauthorised(ended_at: float | None) -> Response:
    """The answer to an unknown or expired token: the same for both."""
    return problem(401, UNAUTHORISED)


def too_many(limit: str, pause_s: int) -> Response:
    """The answer to a call over a limit; no Retry-After is documented."""
    return problem(429, ("TooManyRequests", f"The limit of calls in a {limit} was reached."))


def _api(name: str, status: int, error: tuple[str, str], means: Reason | Fault, **more: Any) -> ErrorAnswer:
    return ErrorAnswer(name, "api", status, json.dumps(body(*error)), means, **more)


ERRORS = (
    ErrorAnswer(
        "a refused refresh token",
        "token",
        400,
        '{"error":"invalid_grant","error_description":"The refresh token is invalid."}',
        Reason.SIGN_IN_REFUSED,
    ),
    ErrorAnswer("an unknown app", "token", 400, '{"error":"invalid_client"}', "misconfigured"),
    ErrorAnswer("an unknown scope", "token", 400, '{"error":"invalid_scope"}', "misconfigured"),
    ErrorAnswer(
        "a busy token endpoint", "token", 400, '{"error":"temporarily_unavailable"}', Fault.SERVER_ERROR
    ),
    _api("no active subscription", 401, NO_SUBSCRIPTION, Reason.UNPAID),
    _api("an ended token", 401, UNAUTHORISED, Reason.PERMISSION_MISSING, renewed=True),
    _api("a role too low", 403, DENIED, Reason.PERMISSION_MISSING),
    _api("refused, and not listed", 403, DENIED, Reason.ACCESS_REMOVED, amid="remove-access"),
    _api("gone from the list", 404, NOT_FOUND, Reason.ACCESS_REMOVED, amid="disconnect"),
    _api("a subscription that ended", 403, DENIED, Reason.UNPAID, amid="close"),
    _api("not found, and listed", 404, NOT_FOUND, Fault.NONSENSE),
    _api("a request not understood", 400, INVALID, Fault.NONSENSE),
    _api("a limit met", 429, ("TooManyRequests", "Too many."), Fault.LIMIT),
    _api("an internal error", 500, ("UnexpectedError", "An unexpected error occurred."), Fault.SERVER_ERROR),
    ErrorAnswer("maintenance", "api", 503, "", Fault.SERVER_ERROR),
    ErrorAnswer("no envelope", "api", 200, '[{"id":"1","displayed_as":"Sales"}]', Fault.NONSENSE),
)
