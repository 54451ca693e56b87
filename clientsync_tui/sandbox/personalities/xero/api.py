"""Xero as the sandbox plays it: scopes, connections, the accounting API, its headers, error bodies and limits.

Sources: Xero's OpenAPI 16.1.0 (https://github.com/XeroAPI/Xero-OpenAPI) and https://developer.xero.com/documentation.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...backend import Backend
from ...misbehaviour.api_access import ApiAccess
from ...misbehaviour.faults import REFUSALS
from ...misbehaviour.limits import DAY_S, MINUTE_S, Allowed, Caller, Rate
from ...personality import App, Issued, Personality, Revocation, Rotation, TrueList
from ...world.state import Grant
from ...world.world import Accountant, Organisation, World
from . import shapes
from .errors import ERRORS, problem
from .lists import contacts_page, modified_since

NAME = "xero"
MINUTE = Rate(60, MINUTE_S, "organisation", "minute")
DAY = Rate(5_000, DAY_S, "organisation", "day")
APP_MINUTE = Rate(10_000, MINUTE_S, "app", "appminute")
LIMITS = Allowed((MINUTE, DAY, APP_MINUTE), at_once=5, at_once_problem="concurrent")

#: How many connections an app may have: https://developer.xero.com, pricing of 2026.
TIERS = {"starter": 5, "core": 50, "plus": 1_000, "advanced": 10_000}
SETTINGS = frozenset({"accounting.settings", "accounting.settings.read"})
CONTACTS = frozenset({"accounting.contacts", "accounting.contacts.read"})
_OTHERS = frozenset(
    {"offline_access", "openid", "profile", "email", "accounting.transactions", "accounting.reports.read"}
)

Answer = Callable[[Request, Organisation], Response]


def claims(standard: dict[str, Any], person: Accountant, grant: Grant) -> dict[str, Any]:
    """The claims of an id_token, as the official node SDK lists them."""
    claims = standard | _of_person(person)
    if "email" in grant.scopes:
        claims["email"] = person.email
    if "profile" in grant.scopes:
        claims |= {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "name": person.name,
            "preferred_username": person.email,
        }
    return claims


def access_claims(person: Accountant, grant: Grant) -> dict[str, Any]:
    """The claims of an access token."""
    return _of_person(person) | {"authentication_event_id": grant.auth_event, "scope": grant.scopes}


def _of_person(person: Accountant) -> dict[str, Any]:
    return {"sub": person.id.replace("-", ""), "xero_userid": person.id, "sid": person.id}


def token_answer(issued: Issued) -> dict[str, Any]:
    """The fields of a token answer."""
    grant = issued.grant
    answer = {
        "access_token": issued.access_token,
        "expires_in": issued.access_s,
        "token_type": "Bearer",
        "scope": " ".join(grant.scopes),
    }
    return answer | ({"refresh_token": grant.refresh_token} if grant.refresh_token else {})


def unauthorised(ended_at: float | None) -> Response:
    """The answer to an unknown or expired token."""
    if ended_at is None:
        return problem(401, "AuthenticationUnsuccessful", {"WWW-Authenticate": "Bearer error=invalid_token"})
    return problem(
        401, f"TokenExpired: token expired at {datetime.fromtimestamp(ended_at, UTC):%m/%d/%Y %H:%M:%S}"
    )


def too_many(name: str, pause_s: int) -> Response:
    """The answer to a call over a limit."""
    return Response(status_code=429, headers={"Retry-After": str(pause_s), "X-Rate-Limit-Problem": name})


class Api:
    """The API below `/xero`."""

    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self._box = sandbox
        self._access = ApiAccess(sandbox, software, self._remaining)

    def routes(self) -> list[BaseRoute]:
        lists: dict[str, tuple[frozenset[str], Answer]] = {
            "Organisation": (SETTINGS, self._organisation),
            "Accounts": (SETTINGS, self._accounts),
            "TaxRates": (SETTINGS, self._tax_rates),
            "TrackingCategories": (SETTINGS, self._tracking),
            "Contacts": (CONTACTS, self._contacts),
            "Users": (SETTINGS, self._users),
        }
        routes: list[BaseRoute] = [
            Route(f"/api.xro/2.0/{path}", self._of_organisation(scopes, answer), methods=["GET"])
            for path, (scopes, answer) in lists.items()
        ]
        for path in ("/connections", "/Connections"):
            routes.append(Route(path, self._connections, methods=["GET"]))
            routes.append(Route(path + "/{id}", self._disconnect, methods=["DELETE"]))
        return routes

    async def _connections(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            wanted = request.query_params.get("authEventId")
            held = self._access.held(grant).values()
            listed = [c for c in held if wanted in (None, c.auth_event)]
            world = self._box.world
            places = ((c, world.place_of(NAME, c.organisation)) for c in listed)
            return JSONResponse(
                [shapes.connection(c, world.named(NAME, p).name) for c, p in places if p is not None]
            )

        return await self._access.call(request, None, LIMITS, answer)

    async def _disconnect(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            held, wanted = self._access.held(grant), request.path_params["id"].lower()
            for organisation, connection in held.items():
                if wanted == connection.id:
                    del held[organisation]
                    self._box.save()
                    return Response(status_code=204)
                if wanted in (connection.organisation, connection.auth_event):
                    return problem(403, "AuthenticationUnsuccessful")
            return problem(404, "Resource not found")

        return await self._access.call(request, None, LIMITS, answer)

    def _of_organisation(
        self, scopes: frozenset[str], answer: Answer
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            tenant = request.headers.get("xero-tenant-id", "").lower()

            def permitted(grant: Grant) -> Response:
                if not scopes & set(grant.scopes):
                    return problem(401, "AuthorizationUnsuccessful")
                place = self._box.world.place_of(NAME, tenant)
                if place is None or tenant not in self._access.held(grant):
                    return problem(403, "AuthenticationUnsuccessful")
                if fault := self._box.faults.meet(REFUSALS, NAME, grant.person, tenant):
                    self._box.save()
                    why = ": the organisation is not active" if fault.kind == "close" else ""
                    return problem(403, f"AuthenticationUnsuccessful{why}")
                return answer(request, self._box.world.organisation(NAME, place))

            return await self._access.call(request, tenant, LIMITS, permitted)

        return endpoint

    def _remaining(self, caller: Caller) -> dict[str, str]:
        limits = self._box.limits
        headers = {"X-AppMinLimit-Remaining": str(limits.remaining(caller, APP_MINUTE))}
        if caller.organisation is not None:
            headers |= {
                "X-MinLimit-Remaining": str(limits.remaining(caller, MINUTE)),
                "X-DayLimit-Remaining": str(limits.remaining(caller, DAY)),
            }
        return headers

    def _wrapped(self, **lists: Any) -> Response:
        return JSONResponse(
            {
                "Id": str(uuid4()),
                "Status": "OK",
                "ProviderName": "Client Sync sandbox",
                "DateTimeUTC": shapes.ms_date(self._box.clock.now()),
            }
            | lists
        )

    def _organisation(self, request: Request, organisation: Organisation) -> Response:
        return self._wrapped(Organisations=[shapes.organisation(organisation)])

    def _accounts(self, request: Request, organisation: Organisation) -> Response:
        return self._wrapped(Accounts=modified_since(request, shapes.accounts(self._box.world, organisation)))

    def _tax_rates(self, request: Request, organisation: Organisation) -> Response:
        return self._wrapped(TaxRates=shapes.tax_rates(organisation))

    def _tracking(self, request: Request, organisation: Organisation) -> Response:
        archived = request.query_params.get("includeArchived", "").lower() == "true"
        categories = shapes.tracking(self._box.world, organisation)
        return self._wrapped(
            TrackingCategories=[c for c in categories if archived or c["Status"] == "ACTIVE"]
        )

    def _contacts(self, request: Request, organisation: Organisation) -> Response:
        try:
            return self._wrapped(**contacts_page(request, shapes.contacts(self._box.world, organisation)))
        except ValueError as error:
            return JSONResponse(
                {"ErrorNumber": 16, "Type": "QueryParseException", "Message": str(error), "Elements": []}, 400
            )

    def _users(self, request: Request, organisation: Organisation) -> Response:
        people = [person for person in self._box.world.people if person.reaches(organisation.index)]
        return self._wrapped(Users=[shapes.user(person, organisation) for person in people])


def _suppliers(world: World, of: Organisation) -> list[str | None]:
    contacts = shapes.contacts(world, of)
    return [c["Name"] for c in contacts if c["IsSupplier"] and c["ContactStatus"] == "ACTIVE"]


PERSONALITY = Personality(
    name=NAME,
    title="Xero",
    apps={app.id: app for app in (App("sandbox-xero", None), App("sandbox-xero-web", "sandbox"))},
    reach="ticked",
    scopes=SETTINGS | CONTACTS | _OTHERS,
    authorize_path="/identity/connect/authorize",
    token_path="/connect/token",  # noqa: S106 - a path
    api_path="/xero",
    code_s=300,
    access_s=1_800,
    unused_s=60 * DAY_S,
    token_answer=token_answer,
    unauthorised=unauthorised,
    too_many=too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    revocation=Revocation("/connect/revocation", "form", "person"),
    rotation=Rotation(grace_s=1_800),
    pkce=True,
    refresh_scope="offline_access",
    claims=claims,
    access_claims=access_claims,
    tiers=TIERS,
    demo_clients=48,
    limits=LIMITS,
    errors=ERRORS,
    lists={
        "accounts": TrueList(lambda world, of: [a["Name"] for a in shapes.accounts(world, of)]),
        "tax_rates": TrueList(lambda world, of: [rate["Name"] for rate in shapes.tax_rates(of)]),
        "tracking": TrueList(lambda world, of: [t["Name"] for t in shapes.tracking(world, of)]),
        "suppliers": TrueList(_suppliers, page_size=100),
    },
)
