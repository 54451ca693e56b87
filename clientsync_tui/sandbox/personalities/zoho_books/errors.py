"""Zoho's error bodies, and what each means. A code of 0 is no error."""

import json

from starlette.responses import JSONResponse, Response

from ....practice.status import Fault, Reason
from ...consent.errors import ErrorAnswer

BAD_TOKEN = 401, 14, "Invalid value passed for authtoken."
NOT_ALLOWED = 401, 57, "You are not authorized to perform this operation"
NO_MEMBER = 400, 6041, "This user is not associated with the CompanyID/CompanyName."
NO_ORGANIZATION = 400, 6, "Invalid value passed for organization_id"
TOO_MANY = {
    "minute": (
        429,
        44,
        "For security reasons you have been blocked for some time as you have exceeded the limit.",
    ),
    "day": (429, 45, "You have exceeded the maximum call rate limit of this plan."),
    "at once": (429, 1070, "You have exceeded the maximum number of in process requests."),
}
_TOKENS = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "status": "failure",
}


def problem(error: tuple[int, int, str]) -> Response:
    """An error with its code and message."""
    status, code, message = error
    return JSONResponse({"code": code, "message": message}, status)


def too_many(limit: str, pause_s: int) -> Response:
    """The answer to a call over a limit. It does not say for how long."""
    return problem(TOO_MANY.get(limit, TOO_MANY["minute"]))


def too_many_tokens(pause_s: int) -> Response:
    """The answer to one more renewal than Zoho allows."""
    return JSONResponse(_TOKENS, 400)


def _said(error: tuple[int, int, str]) -> str:
    return json.dumps({"code": error[1], "message": error[2]})


def _api(
    name: str, error: tuple[int, int, str], means: Reason | Fault, amid: str | None = None
) -> ErrorAnswer:
    return ErrorAnswer(name, "api", error[0], _said(error), means, amid=amid)


ERRORS = (
    ErrorAnswer("a refused token, 200", "token", 200, '{"error":"invalid_code"}', Reason.SIGN_IN_REFUSED),
    ErrorAnswer("a refused token, 400", "token", 400, '{"error":"invalid_code"}', Reason.SIGN_IN_REFUSED),
    ErrorAnswer(
        "a refused token, as in the RFC", "token", 400, '{"error":"invalid_grant"}', Reason.SIGN_IN_REFUSED
    ),
    ErrorAnswer("an unknown app", "token", 200, '{"error":"invalid_client"}', "misconfigured"),
    ErrorAnswer("a wrong secret", "token", 200, '{"error":"invalid_client_secret"}', "misconfigured"),
    ErrorAnswer("too many renewals", "token", 400, json.dumps(_TOKENS), Fault.LIMIT),
    ErrorAnswer(
        "an internal error of accounts", "token", 400, '{"error":"general_error"}', Fault.SERVER_ERROR
    ),
    ErrorAnswer("an ended token", "api", 401, _said(BAD_TOKEN), Reason.SIGN_IN_REFUSED, renewed=True),
    _api("no permission", NOT_ALLOWED, Reason.PERMISSION_MISSING),
    _api("no permission, 403", (403, *NOT_ALLOWED[1:]), Reason.PERMISSION_MISSING),
    _api("no permission, 200", (200, *NOT_ALLOWED[1:]), Reason.PERMISSION_MISSING),
    _api("no permission, not listed", NOT_ALLOWED, Reason.ACCESS_REMOVED, "remove-access"),
    _api("no permission, inactive", NOT_ALLOWED, Reason.ORGANISATION_CLOSED, "close"),
    _api("not a member", NO_MEMBER, Reason.ACCESS_REMOVED),
    _api("the calls of a minute, 200", (200, *TOO_MANY["minute"][1:]), Fault.LIMIT),
    _api("the calls of a minute", TOO_MANY["minute"], Fault.LIMIT),
    _api("the calls of a day", TOO_MANY["day"], Fault.LIMIT),
    _api("the calls of a day, 400", (400, *TOO_MANY["day"][1:]), Fault.LIMIT),
    _api("calls at once", TOO_MANY["at once"], Fault.LIMIT),
    _api("an internal error", (400, 1000, "Internal Error"), Fault.SERVER_ERROR),
    _api("an internal error, 500", (500, 1000, "Internal Error"), Fault.SERVER_ERROR),
    _api("a request not understood", (400, 2, "Invalid value passed for page"), Fault.NONSENSE),
    ErrorAnswer("maintenance", "api", 503, "<html><body>Sorry</body></html>", Fault.SERVER_ERROR),
)
