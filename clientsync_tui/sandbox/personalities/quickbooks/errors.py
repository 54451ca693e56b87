"""QuickBooks' error bodies: the service's `Fault`, the gateway's `fault`, and XML; and what each means."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from ....practice.status import Fault, Reason
from ...consent.errors import ErrorAnswer

_AT = "2026-11-24T09:17:31.892-08:00"
NO_ACCESS = "AuthorizationFailure: -11014-You do not have access to use QuickBooks Online Plus."
NOT_PAID = "Subscription period has ended or been canceled, or there was a billing problem"
THROTTLED = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
TOO_MANY = "The request limit was reached.  Try again later"


def service(message: str, detail: str, code: str, kind: str) -> dict[str, Any]:
    """A fault as the service spells it."""
    return {
        "Fault": {"Error": [{"Message": message, "Detail": detail, "code": code}], "type": kind},
        "time": _AT,
    }


def gateway(message: str, detail: str | None, code: str, kind: str, status: int) -> dict[str, Any]:
    """A fault as the gateway spells it."""
    text = f"message={message}; errorCode={code.zfill(6)}; statusCode={status}"
    error = {"message": text, "detail": detail, "code": code, "element": None}
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": kind},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": 1_533_811_101_733,
        "status": None,
        "cdcresponse": [],
    }


def throttled(*, in_xml: bool) -> tuple[str, str]:
    """The body of a 429, and its type."""
    if in_xml:
        return (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse '
            f'xmlns="http://schema.intuit.com/finance/v3" time="{_AT}"><Fault type="SERVICE"><Error code="3001">'
            f"<Message>{THROTTLED}</Message><Detail>{TOO_MANY}</Detail></Error></Fault></IntuitResponse>"
        ), "application/xml"
    return json.dumps(gateway("ThrottleExceeded", TOO_MANY, "3001", "SERVICE", 429)), "application/json"


def unauthorised(ended_at: float | None) -> Response:
    """The answer to an unknown or expired token."""
    detail = "Token expired" if ended_at is not None else "Token invalid"
    return JSONResponse(gateway("AuthenticationFailed", detail, "3200", "AUTHENTICATION", 401), 401)


def not_for_this_company() -> Response:
    """A token of another company, without the scope, or whose app was disconnected."""
    return JSONResponse(gateway("ApplicationAuthorizationFailed", None, "3100", "SERVICE", 403), 403)


def no_access() -> Response:
    """The person who connected the company no longer has access to it."""
    return JSONResponse(service("Authorization Failure", NO_ACCESS, "120", "AuthorizatonFault"), 401)


def closed() -> Response:
    """The company's subscription is over."""
    return JSONResponse(service("Invalid Company Status", NOT_PAID, "6190", "ValidationFault"), 400)


def feature_missing(feature: str) -> Response:
    """The company has not switched this on, or not paid for it; the words are unconfirmed."""
    detail = f"Feature Not Supported : {feature} is not enabled for this company."
    return JSONResponse(service("Feature Not Supported Error", detail, "5020", "ValidationFault"), 400)


def not_understood(detail: str) -> Response:
    """The answer to an invalid statement."""
    return JSONResponse(
        service("Error parsing query", f"QueryParserError: {detail}", "4000", "ValidationFault"), 400
    )


def _service(message: str, detail: str, code: str, kind: str) -> str:
    return json.dumps(service(message, detail, code, kind))


def _gateway(message: str, detail: str | None, code: str, kind: str, status: int) -> str:
    return json.dumps(gateway(message, detail, code, kind, status))


_GENERAL = "SRV-110-Authentication Failure , statusCode: 401"

ERRORS = (
    ErrorAnswer("a refused refresh token", "token", 400, '{"error":"invalid_grant"}', Reason.SIGN_IN_REFUSED),
    ErrorAnswer(
        "a refused refresh token, described",
        "token",
        400,
        '{"error_description":"Incorrect Token type or clientID","error":"invalid_grant"}',
        Reason.SIGN_IN_REFUSED,
    ),
    ErrorAnswer("an unknown app", "token", 400, '{"error":"invalid_client"}', "misconfigured"),
    ErrorAnswer("an unknown app, 401", "token", 401, '{"error":"invalid_client"}', "misconfigured"),
    ErrorAnswer(
        "an ended token",
        "api",
        401,
        _gateway("AuthenticationFailed", "Token expired", "3200", "AUTHENTICATION", 401),
        Fault.NONSENSE,
        renewed=True,
    ),
    ErrorAnswer(
        "an ended token, zeros before its code",
        "api",
        401,
        _service("message=AuthenticationFailed", "Token expired", "003200", "AUTHENTICATION"),
        Fault.NONSENSE,
        renewed=True,
    ),
    ErrorAnswer(
        "a token problem",
        "api",
        401,
        _service("AuthenticationErrorGeneral", _GENERAL, "100", "AuthenticationFault"),
        Fault.NONSENSE,
        renewed=True,
    ),
    ErrorAnswer(
        "no access any more",
        "api",
        401,
        _service("Authorization Failure", NO_ACCESS, "120", "AuthorizatonFault"),
        Reason.ACCESS_REMOVED,
    ),
    ErrorAnswer(
        "a token not for this company",
        "api",
        403,
        _gateway("ApplicationAuthorizationFailed", None, "3100", "SERVICE", 403),
        Reason.DISCONNECTED_THERE,
    ),
    ErrorAnswer(
        "a token not for this company, of the service",
        "api",
        403,
        _service(
            "message=AuthorizationFailed; errorCode=003100; statusCode=403", "", "3100", "AUTHORIZATION"
        ),
        Reason.DISCONNECTED_THERE,
    ),
    ErrorAnswer(
        "a subscription that is over",
        "api",
        400,
        _service("Invalid Company Status", NOT_PAID, "6190", "ValidationFault"),
        Reason.ORGANISATION_CLOSED,
    ),
    ErrorAnswer(
        "a subscription that is not paid",
        "api",
        400,
        _service("Invalid Company Status", "There was a billing problem", "6190", "ValidationFault"),
        Reason.UNPAID,
    ),
    ErrorAnswer(
        "something not found",
        "api",
        400,
        _service("Object Not Found", "Object Not Found : Something", "610", "ValidationFault"),
        Fault.NONSENSE,
    ),
    ErrorAnswer(
        "a query not understood",
        "api",
        400,
        _service("Error parsing query", "QueryParserError: Encountered", "4000", "ValidationFault"),
        Fault.NONSENSE,
    ),
    ErrorAnswer(
        "an unknown company",
        "api",
        404,
        _service("Object Not Found", "Object Not Found : Something", "610", "ValidationFault"),
        Reason.ORGANISATION_CLOSED,
    ),
    ErrorAnswer("nothing at all", "api", 404, "", Fault.NONSENSE),
    ErrorAnswer(
        "no access any more, with status 200",
        "api",
        200,
        _service("Authorization Failure", NO_ACCESS, "120", "AuthorizatonFault"),
        Reason.ACCESS_REMOVED,
    ),
    ErrorAnswer(
        "a fault of the service, with status 200",
        "api",
        200,
        _service(
            "An application error has occurred while processing your request", "", "10000", "SystemFault"
        ),
        Fault.SERVER_ERROR,
    ),
    ErrorAnswer("a limit met, in XML", "api", 429, throttled(in_xml=True)[0], Fault.LIMIT),
    ErrorAnswer("a limit met", "api", 429, throttled(in_xml=False)[0], Fault.LIMIT),
    ErrorAnswer(
        "a limit met, as it used to be",
        "api",
        403,
        _gateway("ThrottleExceeded", TOO_MANY, "3001", "SERVICE", 403),
        Fault.LIMIT,
    ),
    ErrorAnswer(
        "a fault of the service",
        "api",
        500,
        _service(
            "An application error has occurred while processing your request", "", "10000", "SystemFault"
        ),
        Fault.SERVER_ERROR,
    ),
    ErrorAnswer("a gateway in HTML", "api", 502, "<html><body>Bad Gateway</body></html>", Fault.SERVER_ERROR),
    ErrorAnswer("cut off after 120 s", "api", 504, "", Fault.SERVER_ERROR),
)
