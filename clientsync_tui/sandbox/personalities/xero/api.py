"""Xero as the sandbox plays it: scopes, connections, the accounting API, its headers, error bodies and limits.

Sources: Xero's OpenAPI 16.1.0 (https://github.com/XeroAPI/Xero-OpenAPI) and https://developer.xero.com/documentation.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...faults import REFUSALS
from ...limits import MINUTE_S, Allowed
from ...misbehave import misbehaving, over_limit, turned_away
from ...personality import App, Personality
from ...sandbox import Sandbox
from ...state import Connection, Grant
from ...world import Accountant, Organisation
from . import shapes
from .lists import contacts_page, modified_since

NAME = "xero"
LIMITS = Allowed(at_once=5, a_minute=60, a_day=5_000, app_a_minute=10_000)
SETTINGS = frozenset({"accounting.settings", "accounting.settings.read"})
CONTACTS = frozenset({"accounting.contacts", "accounting.contacts.read"})
_OTHERS = frozenset(
    {"offline_access", "openid", "profile", "email", "accounting.transactions", "accounting.reports.read"}
)

Answer = Callable[[Request, Organisation], Response]


def claims(person: Accountant, scopes: frozenset[str]) -> dict[str, Any]:
    """The claims of an id_token, as the official node SDK lists them."""
    said: dict[str, Any] = {"sub": person.id.replace("-", ""), "xero_userid": person.id, "sid": person.id}
    if "email" in scopes:
        said["email"] = person.email
    if "profile" in scopes:
        said |= {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "name": person.name,
            "preferred_username": person.email,
        }
    return said


class Api:
    """The API below `/xero`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._box = sandbox

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
        async def answer(grant: Grant) -> Response:
            wanted = request.query_params.get("authEventId")
            held = self._held(grant).values()
            listed = [c for c in held if wanted in (None, c.auth_event)]
            world = self._box.world
            places = ((c, world.place_of(NAME, c.organisation)) for c in listed)
            return JSONResponse(
                [shapes.connection(c, world.named(NAME, p).name) for c, p in places if p is not None]
            )

        return await self._call(request, None, answer)

    async def _disconnect(self, request: Request) -> Response:
        async def answer(grant: Grant) -> Response:
            held, wanted = self._held(grant), request.path_params["id"].lower()
            for organisation, connection in held.items():
                if wanted == connection.id:
                    del held[organisation]
                    self._box.save()
                    return Response(status_code=204)
                if wanted in (connection.organisation, connection.auth_event):
                    return _problem(403, "AuthenticationUnsuccessful")
            return _problem(404, "Resource not found")

        return await self._call(request, None, answer)

    def _of_organisation(
        self, scopes: frozenset[str], answer: Answer
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            tenant = request.headers.get("xero-tenant-id", "").lower()

            async def permitted(grant: Grant) -> Response:
                if not scopes & set(grant.scopes):
                    return _problem(401, "AuthorizationUnsuccessful")
                place = self._box.world.place_of(NAME, tenant)
                if place is None or tenant not in self._held(grant):
                    return _problem(403, "AuthenticationUnsuccessful")
                if fault := self._box.faults.meet(REFUSALS, NAME, grant.person, tenant):
                    self._box.save()
                    why = ": the organisation is not active" if fault.kind == "close" else ""
                    return _problem(403, f"AuthenticationUnsuccessful{why}")
                return answer(request, self._box.world.organisation(NAME, place))

            return await self._call(request, tenant, permitted)

        return endpoint

    async def _call(
        self, request: Request, tenant: str | None, answer: Callable[[Grant], Awaitable[Response]]
    ) -> Response:
        """One call: who, within which limits, with what faults, after what latency. `tenant`: None for what is not an organisation's."""
        grant = self._grant(request)
        if isinstance(grant, Response):
            return grant
        request.scope["whose"] = {"software": NAME, "person": grant.person, "organisation": tenant}
        pause = over_limit(self._box, NAME, grant.person, tenant)
        if pause is not None:
            problem = "appminute" if tenant is None else "minute" if pause <= MINUTE_S else "day"
            return self._too_many(grant, tenant, problem, pause)
        if refused := self._box.limits.enter(NAME, grant.app, tenant, LIMITS):
            return self._too_many(grant, tenant, refused.problem, refused.retry_after_s)
        try:
            if self._box.options.latency_s:
                await asyncio.sleep(self._box.options.latency_s)
            whose = (self._box, request, NAME, grant.person, tenant)
            response = (
                turned_away(self._box, NAME, grant.person, tenant)
                or await misbehaving(*whose)
                or await answer(grant)
            )
        finally:
            self._box.limits.leave(NAME, grant.app, tenant)
        response.headers.update(self._remaining(grant, tenant))
        return response

    def _grant(self, request: Request) -> Grant | Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self._box.state.access.get(token) if scheme.lower() == "bearer" else None
        grant = self._box.state.grants.get(access.grant) if access else None
        if access is None or grant is None or grant.software != NAME:
            return _problem(
                401, "AuthenticationUnsuccessful", {"WWW-Authenticate": "Bearer error=invalid_token"}
            )
        if access.ends_at <= self._box.clock.now():
            ended = datetime.fromtimestamp(access.ends_at, UTC)
            return _problem(401, f"TokenExpired: token expired at {ended:%m/%d/%Y %H:%M:%S}")
        return grant

    def _held(self, grant: Grant) -> dict[str, Connection]:
        return self._box.state.connections_of(NAME, grant.app, grant.person)

    def _too_many(self, grant: Grant, tenant: str | None, problem: str, pause_s: int) -> Response:
        headers = {"Retry-After": str(pause_s), "X-Rate-Limit-Problem": problem}
        return Response(status_code=429, headers=headers | self._remaining(grant, tenant))

    def _remaining(self, grant: Grant, tenant: str | None) -> dict[str, str]:
        app, _ = self._box.limits.remaining(NAME, grant.app, None, LIMITS)
        headers = {"X-AppMinLimit-Remaining": str(app)}
        if tenant is not None:
            minute, day = self._box.limits.remaining(NAME, grant.app, tenant, LIMITS)
            headers |= {"X-MinLimit-Remaining": str(minute), "X-DayLimit-Remaining": str(day)}
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


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An error as Xero's gateway words it."""
    title = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}[status]
    return JSONResponse(
        {"title": title, "status": status, "detail": detail, "instance": str(uuid4())}, status, headers
    )


PERSONALITY = Personality(
    name=NAME,
    title="Xero",
    apps={app.id: app for app in (App("sandbox-xero", None), App("sandbox-xero-web", "sandbox"))},
    many=True,
    scopes=SETTINGS | CONTACTS | _OTHERS,
    authorize_path="/identity/connect/authorize",
    token_path="/connect/token",  # noqa: S106 - a path
    revoke_path="/connect/revocation",
    api_path="/xero",
    code_s=300,
    access_s=1_800,
    unused_s=60 * 86_400,
    grace_s=1_800,
    claims=claims,
    api=lambda sandbox: Api(sandbox).routes(),
)
