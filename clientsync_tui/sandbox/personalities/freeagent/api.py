"""FreeAgent as the sandbox plays it: a grant for all clients of an account manager, subdomains, pages, errors and limits.

Sources: https://dev.freeagent.com, "Accountancy practice API", "OAuth", "Introduction", "Company", "Categories", "Contacts",
"Projects", and FreeAgent's own Postman collection; what none of these says is marked as unconfirmed in `docs/softwares`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...backend import Backend
from ...misbehaviour.api_access import ApiAccess
from ...misbehaviour.faults import REFUSALS
from ...misbehaviour.limits import HOUR_S, MINUTE_S, Allowed, Rate
from ...personality import App, Issued, Personality, TrueList
from ...world.clock import utc
from ...world.state import Grant
from ...world.world import Accountant, Organisation, World
from . import errors, shapes
from .paging import LARGEST_PAGE, paged
from .shapes import NAME

OF_CLIENT = Allowed(
    (
        Rate(120, MINUTE_S, "organisation", "120 requests per 60 seconds"),
        Rate(3_600, HOUR_S, "organisation", "3600 requests per 3600 seconds"),
    )
)
OF_PERSON = Allowed(
    (
        Rate(120, MINUTE_S, "person", "120 requests per 60 seconds"),
        Rate(3_600, HOUR_S, "person", "3600 requests per 3600 seconds"),
    )
)
#: What the header X-RateLimit-Test asks for.
IN_TEST = Allowed((Rate(5, MINUTE_S, "person", "5 requests per 60 seconds"),))
RENEWALS = Rate(15, MINUTE_S, "person", "15 requests per 60 seconds")

LARGEST_MINIMAL_PAGE = 500
VIEWS = frozenset({"all", "active", "inactive", "closed", "practice", "linked", "demo"})
_BASE = "https://api.freeagent.com/v2"

Answer = Callable[[Request, Organisation], Response]


def token_answer(issued: Issued) -> dict[str, Any]:
    """The fields of a token answer."""
    return {
        "access_token": issued.access_token,
        "token_type": "bearer",
        "expires_in": issued.access_s,
        "refresh_token": issued.grant.refresh_token,
        "refresh_token_expires_in": issued.refresh_s,
    }


class Api:
    """The API below `/freeagent/v2`."""

    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self._box = sandbox
        self._access = ApiAccess(sandbox, software)

    def routes(self) -> list[BaseRoute]:
        of_client: dict[str, Answer] = {
            "company": self._company,
            "categories": self._categories,
            "contacts": self._contacts,
            "projects": self._projects,
        }
        return [
            Route("/v2/clients", self._clients, methods=["GET"]),
            Route("/v2/account_managers", self._managers, methods=["GET"]),
            Route("/v2/account_managers/{number}", self._manager, methods=["GET"]),
            *(
                Route(f"/v2/{path}", self._of_client(answer), methods=["GET"])
                for path, answer in of_client.items()
            ),
        ]

    async def _clients(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            view = request.query_params.get("view", "all")
            if view not in VIEWS:
                return errors.problem(400, f"Invalid view {view}")
            places = [p for p in self._places(grant) if self._is_in(view, grant, p)]
            minimal = request.query_params.get("minimal_data") == "true"
            listed = [shapes.client(self._box.world, place, _BASE, minimal=minimal) for place in places]
            try:
                found = listed if minimal else _sorted_since(request, listed)
            except ValueError as error:
                return errors.problem(400, str(error))
            largest = LARGEST_MINIMAL_PAGE if minimal else LARGEST_PAGE
            return paged(request, "clients", found, largest=largest)

        return await self._of_person(request, answer)

    async def _managers(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            world = self._box.world
            return paged(request, "account_managers", [shapes.manager(world, p, _BASE) for p in world.people])

        return await self._of_person(request, answer)

    async def _manager(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            world, number = self._box.world, request.path_params["number"]
            people: dict[str, Accountant] = {str(shapes.manager_number(world, p)): p for p in world.people}
            person = self._access.person(grant) if number == "me" else people.get(number)
            if person is None:
                return errors.problem(404, errors.NOT_FOUND)
            return JSONResponse({"account_manager": shapes.manager(world, person, _BASE)})

        return await self._of_person(request, answer)

    def _places(self, grant: Grant) -> list[int]:
        """The clients of the person who gave the grant, without those that have left the practice or changed managers."""
        world, person = self._box.world, self._access.person(grant)
        held = self._access.held(grant)
        places = (world.place_of(NAME, organisation) for organisation in held)
        return [
            place
            for place in places
            if place is not None and person.reaches(place) and self._refusal(grant, place) != "remove-access"
        ]

    def _refusal(self, grant: Grant, place: int) -> str | None:
        if not self._box.faults.in_force:
            return None
        fault = self._box.faults.seen(REFUSALS, NAME, grant.person, self._box.world.id_of(NAME, place))
        return fault.kind if fault else None

    def _is_in(self, view: str, grant: Grant, place: int) -> bool:
        match view:
            case "all":
                return True
            case "closed":
                return self._refusal(grant, place) == "close"
            case "inactive":
                return False
            case "demo":
                return self._box.world.organisation(NAME, place).demo
            case _:
                living = self._refusal(grant, place) != "close"
                return living and (view == "active" or shapes.is_linked(place) == (view == "linked"))

    async def _of_person(self, request: Request, answer: Callable[[Grant], Response]) -> Response:
        if not request.headers.get("user-agent"):
            return errors.problem(400, "User-Agent is missing")
        in_test = request.headers.get("x-ratelimit-test") == "true"
        return await self._access.call(request, None, IN_TEST if in_test else OF_PERSON, answer)

    def _of_client(self, answer: Answer) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            if not request.headers.get("user-agent"):
                return errors.problem(400, "User-Agent is missing")
            client = request.headers.get("x-subdomain", "").lower()

            def permitted(grant: Grant) -> Response:
                place = self._box.world.place_of(NAME, client)
                if place is None or client not in self._access.held(grant):
                    return errors.problem(404, errors.NOT_FOUND)
                if self._box.faults.meet(REFUSALS, NAME, grant.person, client):
                    self._box.save()
                    return errors.problem(403, errors.FORBIDDEN)
                return answer(request, self._box.world.organisation(NAME, place))

            in_test = request.headers.get("x-ratelimit-test") == "true"
            return await self._access.call(request, client, IN_TEST if in_test else OF_CLIENT, permitted)

        return endpoint

    def _company(self, request: Request, of: Organisation) -> Response:
        today = utc(self._box.clock.now()).date()
        return JSONResponse({"company": shapes.company(of, _BASE, today)})

    def _categories(self, request: Request, of: Organisation) -> Response:
        whole = request.query_params.get("sub_accounts") == "true"
        return JSONResponse(shapes.categories(self._box.world, _BASE, sub_accounts=whole))

    def _contacts(self, request: Request, of: Organisation) -> Response:
        every = shapes.contacts(self._box.world, of, _BASE)
        wanted = {
            "all": every,
            "active": [c for c in every if c["status"] == "Active"],
            "hidden": [c for c in every if c["status"] == "Hidden"],
            "suppliers": [c for c in every if c["is_supplier"] and c["status"] == "Active"],
            "clients": [c for c in every if not c["is_supplier"]],
        }.get(request.query_params.get("view", "active"))
        if wanted is None:
            return errors.problem(400, "Invalid view")
        # Which of them is a supplier is not among the fields.
        contacts = [{k: v for k, v in contact.items() if k != "is_supplier"} for contact in wanted]
        return paged(request, "contacts", contacts)

    def _projects(self, request: Request, of: Organisation) -> Response:
        view = request.query_params.get("view", "all")
        wanted = {"all": None, "active": "Active", "completed": "Completed"}
        if view not in wanted:
            return errors.problem(400, "Invalid view")
        every = shapes.projects(self._box.world, of, _BASE)
        return paged(request, "projects", [p for p in every if wanted[view] in (None, p["status"])])


def _sorted_since(request: Request, clients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    asked = request.query_params
    if since := asked.get("updated_since"):
        limit = datetime.fromisoformat(since).timestamp()
        clients = [c for c in clients if datetime.fromisoformat(c["updated_at"]).timestamp() >= limit]
    if order := asked.get("sort"):
        field = order.removeprefix("-")
        if field not in ("name", "created_at", "updated_at"):
            raise ValueError(f"Invalid sort {order}")
        clients = sorted(clients, key=lambda client: client[field], reverse=order.startswith("-"))
    return clients


def _categories(world: World, of: Organisation) -> list[str | None]:
    groups = shapes.categories(world, _BASE, sub_accounts=True)
    return [category["description"] for group in groups.values() for category in group]


def _tax_rates(world: World, of: Organisation) -> list[str | None]:
    """Tax rates have no names, only numbers."""
    company = shapes.company(of, _BASE, of.created_at.date())
    return [None for _ in company["sales_tax_rates"] + company["second_sales_tax_rates"]]


def _projects(world: World, of: Organisation) -> list[str | None]:
    return [p["name"] for p in shapes.projects(world, of, _BASE) if p["status"] == "Active"]


def _suppliers(world: World, of: Organisation) -> list[str | None]:
    return [
        c.get("organisation_name") or f"{c['first_name']} {c['last_name']}"
        for c in shapes.contacts(world, of, _BASE)
        if c["is_supplier"] and c["status"] == "Active"
    ]


PERSONALITY = Personality(
    name=NAME,
    title="FreeAgent",
    apps={"sandbox-freeagent": App("sandbox-freeagent", "sandbox")},
    reach="all",
    scopes=frozenset(),
    authorize_path="/v2/approve_app",
    token_path="/v2/token_endpoint",  # noqa: S106 - a path
    api_path=f"/{NAME}/v2",
    code_s=15 * MINUTE_S,
    access_s=3_600,
    unused_s=631_151_957,
    token_answer=token_answer,
    unauthorised=errors.unauthorised,
    too_many=errors.too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    # Each use gives a new refresh token. Whether the old one dies at once is unconfirmed; here it does, which is the harder case.
    token_errors={"invalid_client": (401, {})},
    renewals=RENEWALS,
    organisation_id=shapes.subdomain,
    demo_clients=22,
    limits=OF_CLIENT,
    errors=errors.ERRORS,
    lists={
        "accounts": TrueList(_categories),
        "tax_rates": TrueList(_tax_rates),
        "tracking": TrueList(_projects, LARGEST_PAGE),
        "suppliers": TrueList(_suppliers, LARGEST_PAGE),
    },
    organisations_page=LARGEST_PAGE,
)
