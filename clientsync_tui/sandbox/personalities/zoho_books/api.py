"""Zoho Books as the sandbox plays it: one grant for all organizations, data centres, pages, limits, short codes.

Sources: zoho.com/accounts/protocol/oauth (web-apps, devices, multi-dc), zoho.com/books/api/v3 and its OpenAPI files; what none of these
says is marked as unconfirmed in `docs/softwares`.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...backend import Backend
from ...misbehaviour.api_access import ApiAccess
from ...misbehaviour.faults import REFUSALS
from ...misbehaviour.limits import DAY_S, MINUTE_S, Allowed, Rate
from ...personality import App, DeviceSignIn, Issued, Personality, Revocation, Rotation, TrueList
from ...world.state import Grant
from ...world.world import Organisation, World
from . import errors, shapes
from .shapes import NAME

LIMITS = Allowed(
    (Rate(100, MINUTE_S, "organisation", "minute"), Rate(1_000, DAY_S, "organisation", "day")), 10, "at once"
)
NO_LIMITS = Allowed(())
RENEWALS = Rate(10, 600, "person")
USERINFO = "/oauth/user/info"
SETTINGS, ACCOUNTANTS, CONTACTS, PROFILE = (
    "ZohoBooks.settings.READ", "ZohoBooks.accountants.READ", "ZohoBooks.contacts.READ", "AaaServer.profile.READ",
)  # fmt: skip
PAGE = 200
_API = "/books/v3"
_ACCOUNTS_SERVER = "https://accounts.zoho.eu"
_API_DOMAIN = "https://www.zohoapis.eu"

Lines = Callable[[World, Organisation], list[dict[str, Any]]]


def token_answer(issued: Issued) -> dict[str, Any]:
    """The fields of a token answer; a refresh gives no refresh token."""
    answer: dict[str, Any] = {
        "access_token": issued.access_token,
        "api_domain": _API_DOMAIN,
        "token_type": "Bearer",
        "expires_in": issued.access_s,
    }
    return answer if issued.renewing else answer | {"refresh_token": issued.grant.refresh_token}


def device_answer(
    device_code: str, user_code: str, page: str, interval_s: float, lives_s: float
) -> dict[str, Any]:
    """The fields of an answer with a code. Times of a second or more are in milliseconds."""

    def in_answer(seconds: float) -> float:
        return seconds * 1_000 if seconds >= 1 else seconds

    return {
        "user_code": user_code,
        "device_code": device_code,
        "interval": in_answer(interval_s),
        "expires_in": in_answer(lives_s),
        "verification_url": page,
        "verification_uri_complete": f"{page}?user_code={user_code}",
    }


class Api:
    """The API below `/zoho_books/books/v3`, and the userinfo endpoint."""

    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self._box = sandbox
        self._access = ApiAccess(sandbox, software)

    def routes(self) -> list[BaseRoute]:
        lists: dict[str, tuple[str, str, Lines, bool]] = {
            "/chartofaccounts": (ACCOUNTANTS, "chartofaccounts", shapes.accounts, False),
            "/settings/taxes": (SETTINGS, "taxes", shapes.taxes, True),
            "/reportingtags": (SETTINGS, "reporting_tags", shapes.tags, False),
            "/contacts": (CONTACTS, "contacts", shapes.vendors, True),
        }
        return [
            Route(USERINFO, self._person, methods=["GET"]),
            Route(f"{_API}/organizations", self._organizations, methods=["GET"]),
            Route(f"{_API}/organizations/{{organization}}", self._organization, methods=["GET"]),
            *(Route(f"{_API}{path}", self._list(*how), methods=["GET"]) for path, how in lists.items()),
        ]

    async def _person(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            if PROFILE not in grant.scopes:
                return JSONResponse({"response": "error", "cause": "INVALID_OAUTHSCOPE"}, 400)
            return JSONResponse(shapes.person(self._access.person(grant)))

        return await self._access.call(request, None, NO_LIMITS, answer)

    async def _organizations(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            if SETTINGS not in grant.scopes:
                return errors.problem(errors.NOT_ALLOWED)
            world = self._box.world
            places = [
                place
                for organisation in self._access.held(grant)
                if (place := world.place_of(NAME, organisation)) is not None
                and self._access.person(grant).reaches(place)
                and self._refusal(grant, organisation) != "remove-access"
            ]
            found = [self._shown(grant, world.organisation(NAME, place), shapes.listed) for place in places]
            return _success({"organizations": found})

        return await self._access.call(request, None, NO_LIMITS, answer)

    async def _organization(self, request: Request) -> Response:
        def answer(grant: Grant, of: Organisation) -> Response:
            if request.path_params["organization"] != of.id:
                return errors.problem(errors.NO_ORGANIZATION)
            return _success({"organization": self._shown(grant, of, shapes.organization)})

        return await self._of_organization(request, SETTINGS, answer)

    def _list(self, scope: str, key: str, lines: Lines, says_more: bool) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            def answer(grant: Grant, of: Organisation) -> Response:
                if self._refusal(grant, of.id) == "close":
                    return errors.problem(errors.NOT_ALLOWED)
                return _page(request, key, lines(self._box.world, of), says_more=says_more)

            return await self._of_organization(request, scope, answer)

        return endpoint

    def _shown(self, grant: Grant, of: Organisation, shape: Callable[..., dict[str, Any]]) -> dict[str, Any]:
        return shape(of, active=self._refusal(grant, of.id) != "close")

    def _refusal(self, grant: Grant, organisation: str) -> str | None:
        if not self._box.faults.in_force:
            return None
        fault = self._box.faults.seen(REFUSALS, NAME, grant.person, organisation)
        return fault.kind if fault else None

    async def _of_organization(
        self, request: Request, scope: str, answer: Callable[[Grant, Organisation], Response]
    ) -> Response:
        organisation = request.query_params.get("organization_id", "")

        def permitted(grant: Grant) -> Response:
            place = self._box.world.place_of(NAME, organisation)
            if place is None:
                return errors.problem(errors.NO_ORGANIZATION)
            if (
                organisation not in self._access.held(grant)
                or self._refusal(grant, organisation) == "remove-access"
            ):
                return errors.problem(errors.NO_MEMBER)
            if scope not in grant.scopes:
                return errors.problem(errors.NOT_ALLOWED)
            return answer(grant, self._box.world.organisation(NAME, place))

        return await self._access.call(request, organisation, LIMITS, permitted)


def _success(body: dict[str, Any]) -> Response:
    return JSONResponse({"code": 0, "message": "success", **body})


def _page(request: Request, key: str, lines: list[dict[str, Any]], *, says_more: bool) -> Response:
    """A page of at most 200 lines. `says_more`: whether the answer says that another page follows."""
    page = request.query_params.get("page", "1")
    size = request.query_params.get("per_page", str(PAGE))
    if not (page.isdecimal() and size.isdecimal() and int(page) and 0 < int(size) <= PAGE):
        return errors.problem((400, 2, "Invalid value passed for page"))
    number, most = int(page), int(size)
    body: dict[str, Any] = {key: lines[(number - 1) * most : number * most]}
    if says_more:
        body["page_context"] = {
            "page": number,
            "per_page": most,
            "has_more_page": number * most < len(lines),
            "report_name": key,
        }
    return _success(body)


def _names(lines: Lines, field: str) -> Callable[[World, Organisation], list[str | None]]:
    return lambda world, of: [line[field] for line in lines(world, of)]


PERSONALITY = Personality(
    name=NAME,
    title="Zoho Books",
    apps={
        "sandbox-zoho-books": App("sandbox-zoho-books", "sandbox"),
        "sandbox-zoho-books-desktop": App("sandbox-zoho-books-desktop", None),
    },
    reach="all",
    scopes=frozenset({SETTINGS, ACCOUNTANTS, CONTACTS, PROFILE}),
    scope_separator=",",
    scheme="Zoho-oauthtoken",
    authorize_path="/oauth/v2/auth",
    token_path="/oauth/v2/token",  # noqa: S106 - a path
    api_path=f"/{NAME}",
    code_s=120,
    access_s=3_600,
    unused_s=100 * 365 * DAY_S,
    token_answer=token_answer,
    unauthorised=lambda ended_at: errors.problem(errors.BAD_TOKEN),
    too_many=errors.too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    revocation=Revocation("/oauth/v2/token/revoke", "query", "grant", unknown_status=400),
    rotation=Rotation(after_s=None),
    most_grants=20,
    demo_clients=8,
    pkce="public",
    redirect_fields={"location": "eu", "accounts-server": _ACCOUNTS_SERVER},
    server_parameter="accounts-server",
    userinfo_path=USERINFO,
    secret_in="body",  # noqa: S106 - a word
    token_errors={
        "invalid_client": (200, {}),
        "invalid_grant": (200, {"error": "invalid_code"}),
        "expired_token": (200, {"error": "expired"}),
        "authorization_pending": (200, {}),
        "slow_down": (200, {}),
        "access_denied": (200, {}),
    },
    renewals=RENEWALS,
    too_many_renewals=errors.too_many_tokens,
    device=DeviceSignIn(
        code_path="/oauth/v3/device/code",
        token_path="/oauth/v3/device/token",  # noqa: S106 - a path
        page_path="/oauth/v3/device",
        grant_types=("device_request", "device_token"),
        code_field="code",
        answer=device_answer,
        lives_s=300,
        interval_s=5,
        elsewhere={"error": "other_dc", "user_location": "eu"},
    ),
    organisation_id=shapes.organization_id,
    limits=LIMITS,
    unwanted=lambda world, of: (shapes.BANK_ACCOUNT, "1234.5", "250.75", "0113 4960000"),
    errors=errors.ERRORS,
    lists={
        "accounts": TrueList(_names(shapes.accounts, "account_name"), PAGE),
        "tax_rates": TrueList(_names(shapes.taxes, "tax_name"), PAGE),
        "tracking": TrueList(_names(shapes.tags, "tag_name")),
        "suppliers": TrueList(_names(shapes.vendors, "contact_name"), PAGE),
    },
)
