"""FreshBooks' error bodies, one shape for each area of its API, and what each means. Shapes: fixtures of the official SDKs; numbers: its page
of errors."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from ....practice.status import Fault, Reason
from ...consent.errors import ErrorAnswer

ACCESS_DENIED, UNKNOWN, INVALID_VALUE, INACTIVE = 1003, 1012, 1004, 1042


def of_auth(error: str, description: str) -> dict[str, Any]:
    """As `/auth` says it."""
    return {"error": error, "error_description": description}


def of_account(number: int, message: str) -> dict[str, Any]:
    """As `/accounting/account` says it."""
    return {"response": {"errors": [{"errno": number, "field": "accountid", "message": message, "object": "account", "value": "1"}]}}  # fmt: skip


def of_account_newer(code: int, number: int, message: str) -> dict[str, Any]:
    """The same in its newer form."""
    kind, domain = "type.googleapis.com/google.rpc.ErrorInfo", "accounting.api.freshbooks.com"
    details = {"@type": kind, "reason": str(number), "domain": domain, "metadata": {"message": message}}
    return {"code": code, "message": message, "details": [details]}


def of_business(status: int, reason: str) -> dict[str, Any]:
    """As `/accounting/businesses` says it."""
    details = {"reason": reason, "metadata": {"message": reason, "field": None}}
    return {"errors": {"message": f"Request failed with status code {status}", "status": status, "details": [details]}}  # fmt: skip


UNAUTHENTICATED = of_auth("unauthenticated", "This action requires authentication to continue.")
DENIED = of_account(ACCESS_DENIED, "You do not have access to perform the action requested.")
MISSING = of_business(404, "Not found.")


def problem(status: int, body: dict[str, Any]) -> Response:
    """An error."""
    return JSONResponse(body, status)


def unauthorised(ended_at: float | None) -> Response:
    """The answer to an unknown or expired token: the same for both."""
    return problem(401, UNAUTHENTICATED)


def too_many(limit: str, pause_s: int) -> Response:
    """The answer to too many calls; no Retry-After is documented."""
    return problem(429, {"message": "Too many requests"})


def without_scope(scope: str) -> Response:
    """The answer to a call for which the app lacks a scope, which it names."""
    return problem(403, of_auth("insufficient_scope", f"This action needs the scope {scope}."))


def _api(name: str, status: int, body: dict[str, Any], means: Reason | Fault, **more: Any) -> ErrorAnswer:
    return ErrorAnswer(name, "api", status, json.dumps(body), means, **more)


_UNKNOWN = of_account(UNKNOWN, "Account not found.")
_NEWER = of_account_newer(5, UNKNOWN, "Request failed with status_code: 404")

ERRORS = (
    ErrorAnswer("a refused refresh token", "token", 400, '{"error":"invalid_grant"}', Reason.SIGN_IN_REFUSED),
    ErrorAnswer(
        "a refused refresh token, 401",
        "token",
        401,
        json.dumps(of_auth("invalid_grant", "The provided authorization grant is invalid.")),
        Reason.SIGN_IN_REFUSED,
    ),
    ErrorAnswer("an unknown app", "token", 401, '{"error":"invalid_client"}', "misconfigured"),
    _api("an ended token", 401, UNAUTHENTICATED, Reason.SIGN_IN_REFUSED, renewed=True),
    _api(
        "an ended token, of events",
        401,
        {"errno": 401, "message": "invalid_token: ended"},
        Reason.SIGN_IN_REFUSED,
        renewed=True,
    ),
    _api(
        "an ended token, with 200",
        200,
        of_account_newer(16, ACCESS_DENIED, "Request failed with status_code: 401"),
        Reason.SIGN_IN_REFUSED,
        renewed=True,
    ),
    _api(
        "a scope missing",
        403,
        of_auth("insufficient_scope", "This action needs the scope user:taxes:read."),
        Reason.PERMISSION_MISSING,
    ),
    _api("access denied", 403, DENIED, Reason.PERMISSION_MISSING),
    _api(
        "access denied, one object",
        403,
        {"response": {"errors": DENIED["response"]["errors"][0]}},
        Reason.PERMISSION_MISSING,
    ),
    _api("access denied, with 200", 200, DENIED, Reason.PERMISSION_MISSING),
    _api("an unknown account", 404, _UNKNOWN, Reason.PERMISSION_MISSING),
    _api("an unknown account, with 200", 200, _UNKNOWN, Reason.PERMISSION_MISSING),
    _api("an unknown account, newer", 404, _NEWER, Reason.PERMISSION_MISSING),
    _api("an unknown account, newer, with 200", 200, _NEWER, Reason.PERMISSION_MISSING),
    _api("an unknown business", 404, MISSING, Reason.PERMISSION_MISSING),
    _api("no member any more", 403, DENIED, Reason.ACCESS_REMOVED, amid="remove-access"),
    _api("gone from the list", 404, _UNKNOWN, Reason.ACCESS_REMOVED, amid="disconnect"),
    _api("a cancelled subscription", 403, DENIED, Reason.UNPAID, amid="close"),
    _api(
        "an inactive account",
        403,
        of_account(INACTIVE, "The account referred to in the request is inactive."),
        Reason.ORGANISATION_CLOSED,
    ),
    _api("a value not understood", 400, of_account(INVALID_VALUE, "Invalid page."), Fault.NONSENSE),
    _api("a value not understood, with 200", 200, of_account(INVALID_VALUE, "Invalid page."), Fault.NONSENSE),
    _api("an internal error, with 200", 200, of_account(500, "Unexpected."), Fault.SERVER_ERROR),
    _api("a limit met, with 200", 200, of_account_newer(8, 0, "Too many requests"), Fault.LIMIT),
    _api("a limit met", 429, {"message": "Too many requests"}, Fault.LIMIT),
    ErrorAnswer("a fault", "api", 500, "<html><body>Sorry</body></html>", Fault.SERVER_ERROR),
    ErrorAnswer("maintenance", "api", 503, "", Fault.SERVER_ERROR),
)
