"""MYOB's error bodies, and what each means: the name says it, not the status."""

import json

from starlette.responses import JSONResponse, Response

from ....practice.status import Fault, Reason
from ...consent.errors import ErrorAnswer


def body(name: str, message: str = "", code: int = 0) -> dict[str, object]:
    """An error in MYOB's form."""
    return {
        "Errors": [
            {
                "Name": name,
                "Message": message,
                "AdditionalDetails": "",
                "ErrorCode": code,
                "Severity": "Error",
                "LearnMore": None,
            }
        ]
    }


BAD_TOKEN = body("OAuthTokenIsInvalid", "The OAuth token is invalid", 31001)
NOT_ALLOWED = body("AccessDenied", "Access to this company file is denied", 31002)
NO_FILE = body("ResourceNotFound", "The company file does not exist", 20)
NO_KEY = body("DeveloperInactive", "The API key is not active")
TOO_MANY = {
    "second": body("RateLimitError", "API key has exceeded the per second rate limit", 429),
    "day": body("RateLimitError", "API key has exceeded the per day rate limit", 429),
}


def too_many(limit: str, pause_s: int) -> Response:
    """The answer to a call over a limit: a 403, which does not say for how long."""
    which = "day" if limit == "day" and pause_s > 3_600 else "second"
    return JSONResponse(TOO_MANY[which], 403)


def _api(
    name: str, status: int, body: dict[str, object], means: Reason | Fault, *, renewed: bool = False
) -> ErrorAnswer:
    return ErrorAnswer(name, "api", status, json.dumps(body), means, renewed=renewed)


ERRORS = (
    ErrorAnswer("a refused refresh token", "token", 400, '{"error":"invalid_grant"}', Reason.SIGN_IN_REFUSED),
    ErrorAnswer("a request not read", "token", 400, '{"error":"invalid_request"}', Fault.NONSENSE),
    ErrorAnswer("an unknown app", "token", 400, '{"error":"invalid_client"}', "misconfigured"),
    ErrorAnswer("a scope that is no more", "token", 400, '{"error":"invalid_scope"}', "misconfigured"),
    ErrorAnswer("an inactive key, token", "token", 403, json.dumps(NO_KEY), "misconfigured"),
    ErrorAnswer("an inactive key", "api", 403, json.dumps(NO_KEY), "misconfigured"),
    _api("an ended token", 401, BAD_TOKEN, Reason.PERMISSION_MISSING, renewed=True),
    _api(
        "a file with a login of its own",
        401,
        body("AccessDenied", "The user name or password of the company file is wrong"),
        Reason.PERMISSION_MISSING,
    ),
    _api("no administrator any more", 403, NOT_ALLOWED, Reason.ACCESS_REMOVED),
    _api("another refusal", 403, body("InsufficientPermission", "No"), Reason.PERMISSION_MISSING),
    _api("no such file", 404, NO_FILE, Reason.ORGANISATION_CLOSED),
    _api("a file that is offline", 400, body("CompanyFileOffline", "The file is offline"), Fault.UNREACHABLE),
    _api(
        "a file that is checked out",
        403,
        body("AccessDenied", "The company file is checked out by another user"),
        Fault.UNREACHABLE,
    ),
    _api("the calls of a second", 403, TOO_MANY["second"], Fault.LIMIT),
    _api("the calls of a second, 429", 429, TOO_MANY["second"], Fault.LIMIT),
    _api("the calls of a day", 403, TOO_MANY["day"], Fault.LIMIT),
    _api("a filter that costs too much", 400, body("InefficientFilter", "No"), Fault.NONSENSE),
    _api("too slow", 504, body("GatewayTimeout", "The request timed out"), Fault.SERVER_ERROR),
    ErrorAnswer("maintenance", "api", 503, "<html><body>Sorry</body></html>", Fault.SERVER_ERROR),
)
