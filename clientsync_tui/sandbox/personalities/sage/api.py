"""Sage Accounting as the sandbox plays it: the header X-Business, envelopes, short lines, tokens of five minutes, a lead business.

Sources: developer.sage.com/accounting and the OpenAPI as kept in public SDKs; what none of these says is marked as unconfirmed in
`docs/softwares`.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ....practice.status import Reason
from ...backend import Backend
from ...misbehaviour.api_access import ApiAccess
from ...misbehaviour.faults import REFUSALS
from ...misbehaviour.limits import DAY_S, MINUTE_S, Allowed, Rate
from ...personality import App, Issued, OddRefusal, Personality, Revocation, TrueList
from ...world.state import Grant
from ...world.world import Organisation, World
from . import errors, shapes
from .shapes import NAME

LIMITS = Allowed((Rate(100, MINUTE_S, "organisation", "minute"), Rate(1_296_000, DAY_S, "app", "day")))
LARGEST_PAGE, USUAL_PAGE = 200, 20
SHORT = ("id", "displayed_as", "$path")

Answer = Callable[[Request, Organisation], Response]
Records = Callable[[World, Organisation], list[dict[str, Any]]]


def token_answer(issued: Issued) -> dict[str, Any]:
    """The fields of a token answer."""
    return {
        "access_token": issued.access_token,
        "expires_in": issued.access_s,
        "token_type": "bearer",
        "refresh_token": issued.grant.refresh_token,
        "refresh_token_expires_in": issued.refresh_s,
        "scope": " ".join(issued.grant.scopes),
        "requested_by_id": issued.grant.person,
    }


class Api:
    """The API below `/sage/v3.1`."""

    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self._box = sandbox
        self._access = ApiAccess(sandbox, software)

    def routes(self) -> list[BaseRoute]:
        of_business: dict[str, Answer] = {
            "businesses/{id}": lambda _, of: JSONResponse(shapes.business(of, active=True)),
            "financial_settings": lambda _, of: JSONResponse(shapes.financial_settings(of)),
            "business_settings": lambda _, of: JSONResponse(shapes.business_settings(of)),
            "ledger_accounts": self._listing(shapes.ledger_accounts),
            "tax_rates": self._listing(shapes.tax_rates),
            "analysis_types": self._analysis_types,
            "contacts": self._contacts,
        }
        return [
            Route("/v3.1/user", self._user, methods=["GET"]),
            Route("/v3.1/businesses", self._businesses, methods=["GET"]),
            *(
                Route(f"/v3.1/{path}", self._of_business(answer), methods=["GET"])
                for path, answer in of_business.items()
            ),
        ]

    async def _user(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            return JSONResponse(shapes.user(self._access.person(grant)))

        return await self._access.call(request, None, Allowed(()), answer)

    async def _businesses(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            world, person = self._box.world, self._access.person(grant)
            places = (world.place_of(NAME, business) for business in self._access.held(grant))
            reached = [place for place in places if place is not None and person.reaches(place)]
            refusals = {place: self._refusal(grant, place) for place in reached}
            lead, *others = shapes.others(person)
            listed = [
                shapes.business(world.organisation(NAME, place), active=refusals[place] != "close")
                for place in reached
                if refusals[place] != "remove-access"
            ]
            # The whole list, whatever page size is requested.
            return JSONResponse(_envelope("businesses", [lead, *listed, *others], 1, 2_147_483_647))

        return await self._access.call(request, None, Allowed(()), answer)

    def _refusal(self, grant: Grant, place: int) -> str | None:
        if not self._box.faults.in_force:
            return None
        fault = self._box.faults.seen(REFUSALS, NAME, grant.person, self._box.world.id_of(NAME, place))
        return fault.kind if fault else None

    def _of_business(self, answer: Answer) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            business = request.headers.get("x-business")

            def permitted(grant: Grant) -> Response:
                # Without the header the lead business answers. The answer's header says so.
                asked = business or shapes.lead_id(self._access.person(grant))
                response = self._permitted(request, grant, asked, answer)
                response.headers["X-Business"] = asked
                return response

            return await self._access.call(request, business, LIMITS, permitted)

        return endpoint

    def _permitted(self, request: Request, grant: Grant, business: str, answer: Answer) -> Response:
        world = self._box.world
        if business == shapes.lead_id(self._access.person(grant)):
            return answer(request, world.organisation(NAME, 0))
        place = world.place_of(NAME, business)
        if place is None or business not in self._access.held(grant):
            return errors.problem(404, errors.NOT_FOUND)
        if fault := self._box.faults.meet(REFUSALS, NAME, grant.person, business):
            self._box.save()
            if fault.kind == "close":
                return errors.problem(401, errors.NO_SUBSCRIPTION)
            return errors.problem(403, errors.DENIED)
        return answer(request, world.organisation(NAME, place))

    def _listing(self, records: Records) -> Answer:
        return lambda request, of: _paged(request, records(self._box.world, of))

    def _analysis_types(self, request: Request, of: Organisation) -> Response:
        if of.index % 5 == shapes.START:
            return errors.problem(403, errors.DENIED)
        return _paged(request, shapes.analysis_types(self._box.world, of))

    def _contacts(self, request: Request, of: Organisation) -> Response:
        kind = request.query_params.get("contact_type_id")
        every = shapes.contacts(self._box.world, of)
        return _paged(request, [c for c in every if kind in (None, c["contact_types"][0]["id"])])


def _paged(request: Request, records: list[dict[str, Any]]) -> Response:
    """The requested page, with short lines unless `attributes` names more."""
    asked = request.query_params
    page, size = asked.get("page", "1"), asked.get("items_per_page", str(USUAL_PAGE))
    if not (page.isdecimal() and size.isdecimal() and int(page) and 0 < int(size) <= LARGEST_PAGE):
        return errors.problem(400, errors.INVALID)
    wanted = asked.get("attributes", "").split(",")
    shown = [{k: v for k, v in r.items() if k in (*SHORT, *wanted) or wanted == ["all"]} for r in records]
    return JSONResponse(_envelope(request.url.path.rpartition("/")[2], shown, int(page), int(size)))


def _envelope(path: str, records: list[dict[str, Any]], page: int, size: int) -> dict[str, Any]:
    last = max(1, -(-len(records) // size))

    def address(number: int) -> str | None:
        return f"/v3.1/{path}?page={number}&items_per_page={size}" if 1 <= number <= last else None

    return {
        "$total": len(records),
        "$page": page,
        "$next": address(page + 1),
        "$back": address(page - 1),
        "$items_per_page": size,
        "$items": records[(page - 1) * size : page * size],
    }


def _names(records: Records) -> Callable[[World, Organisation], list[str | None]]:
    return lambda world, of: [record["name"] for record in records(world, of)]


def _vendors(world: World, of: Organisation) -> list[str | None]:
    return [
        contact["name"]
        for contact in shapes.contacts(world, of)
        if contact["contact_types"][0]["id"] == "VENDOR" and contact["is_active"]
    ]


def _analysis_types(world: World, of: Organisation) -> list[str | None]:
    return [] if of.index % 5 == shapes.START else [r["name"] for r in shapes.analysis_types(world, of)]


PERSONALITY = Personality(
    name=NAME,
    title="Sage Accounting",
    apps={"sandbox-sage": App("sandbox-sage", "sandbox")},
    reach="all",
    scopes=frozenset({"readonly", "full_access"}),
    authorize_path="/oauth2/auth/central",
    token_path="/token",  # noqa: S106 - a path
    api_path=f"/{NAME}",
    code_s=60,
    access_s=300,
    unused_s=31 * DAY_S,
    token_answer=token_answer,
    unauthorised=errors.unauthorised,
    too_many=errors.too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    revocation=Revocation("/revoke", "form", "grant"),
    pkce=True,
    secret_in="body",  # noqa: S106 - a word
    odd_refusals=tuple(
        OddRefusal({"country": country}, {"error": "Invalid request", "reason": "Email already in use"})
        for country in ("de", "es", "fr", "us")
    ),
    demo_clients=5,
    closing=Reason.UNPAID,
    limits=LIMITS,
    errors=errors.ERRORS,
    lists={
        "accounts": TrueList(_names(shapes.ledger_accounts), LARGEST_PAGE),
        "tax_rates": TrueList(_names(shapes.tax_rates), LARGEST_PAGE),
        "tracking": TrueList(_analysis_types, LARGEST_PAGE),
        "suppliers": TrueList(_vendors, LARGEST_PAGE),
    },
)
