"""Example Books, as the sandbox plays it."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clientsync_tui.practice.status import Fault, Reason
from clientsync_tui.sandbox.backend import Backend
from clientsync_tui.sandbox.consent.errors import ErrorAnswer
from clientsync_tui.sandbox.misbehaviour.api_access import ApiAccess
from clientsync_tui.sandbox.misbehaviour.faults import REFUSALS
from clientsync_tui.sandbox.misbehaviour.limits import Allowed, Rate
from clientsync_tui.sandbox.personality import App, Issued, Personality, Revocation, Rotation, TrueList
from clientsync_tui.sandbox.world.state import Grant
from clientsync_tui.sandbox.world.world import Organisation, World

NAME = "example"
PAGE = 10
LIMITS = Allowed((Rate(60, 60, "organisation", "minute"),))


def refused(status: int, error: str) -> Response:
    return JSONResponse({"error": error}, status)


def too_many(problem: str, pause_s: int) -> Response:
    """The time to try again, instead of a pause."""
    return Response(problem, 429, {"Retry-After": str(int(time.time()) + pause_s)})


def accounts(world: World, of: Organisation) -> list[dict[str, Any]]:
    return [{"id": 7_000 + n, "name": f"Account {n}"} for n in range(world.lines or 4)]


def token_answer(issued: Issued) -> dict[str, Any]:
    return {
        "access_token": issued.access_token,
        "token_type": "bearer",
        "expires_in": str(issued.access_s),
        "refresh_token": issued.grant.refresh_token,
    }


class Api:
    def __init__(self, sandbox: Backend, software: Personality) -> None:
        self.box, self.access = sandbox, ApiAccess(sandbox, software)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/me", self.me),
            Route("/api/books", self.books),
            Route("/api/books/{book:path}/accounts", self.accounts),
            Route("/api/books/{book:path}", self.book),
        ]

    async def me(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            person = self.access.person(grant)
            return JSONResponse({"id": person.id, "name": person.name, "email": person.email})

        return await self.access.call(request, None, LIMITS, answer)

    async def books(self, request: Request) -> Response:
        def answer(grant: Grant) -> Response:
            world = self.box.world
            places = ((book, world.place_of(NAME, book)) for book in self.access.held(grant))
            books = [{"id": b, "name": world.named(NAME, p).name} for b, p in places if p is not None]
            return JSONResponse({"books": books})

        return await self.access.call(request, None, LIMITS, answer)

    async def book(self, request: Request) -> Response:
        def document(of: Organisation) -> dict[str, Any]:
            return {"id": of.id, "name": of.name, "currency": of.currency, "tax_number": of.tax_number}

        return await self.of_book(request, document)

    async def accounts(self, request: Request) -> Response:
        def document(of: Organisation) -> dict[str, Any]:
            start = (int(request.query_params.get("page", "1")) - 1) * PAGE
            every = accounts(self.box.world, of)
            return {"accounts": every[start : start + PAGE], "more": start + PAGE < len(every)}

        return await self.of_book(request, document)

    async def of_book(self, request: Request, document: Any) -> Response:
        book = request.path_params["book"]

        def answer(grant: Grant) -> Response:
            place = self.box.world.place_of(NAME, book)
            if place is None or book not in self.access.held(grant):
                return refused(403, "no access")
            if fault := self.box.faults.meet(REFUSALS, NAME, grant.person, book):
                return refused(403, "closed" if fault.kind == "close" else "no access")
            return JSONResponse(document(self.box.world.organisation(NAME, place)))

        return await self.access.call(request, book, LIMITS, answer)


PERSONALITY = Personality(
    name=NAME,
    title="Example Books",
    apps={"sandbox-example": App("sandbox-example", "sandbox")},
    reach="all",
    scopes=frozenset({"read"}),
    authorize_path="/authorize",
    token_path="/token",
    api_path=f"/{NAME}/api",
    code_s=60,
    access_s=600,
    one_grant=True,
    unused_s=30 * 86_400,
    token_answer=token_answer,
    unauthorised=lambda ended_at: refused(401, "token"),
    too_many=too_many,
    api=lambda sandbox, software: Api(sandbox, software).routes(),
    revocation=Revocation("/revoke", "json", "grant"),
    rotation=Rotation(grace_s=60),
    organisation_id=lambda world, index: f"shelf-{index % 3}/{index}",
    secret_in="body",
    redirect_at_refresh=True,
    errors=(
        ErrorAnswer("no access", "api", 403, '{"error":"no access"}', Reason.ACCESS_REMOVED),
        ErrorAnswer("an ended token", "api", 401, '{"error":"token"}', Fault.NONSENSE, renewed=True),
        ErrorAnswer("refused", "token", 400, '{"error":"invalid_grant"}', Reason.SIGN_IN_REFUSED),
    ),
    lists={"accounts": TrueList(lambda world, of: [a["name"] for a in accounts(world, of)], PAGE)},
    limits=LIMITS,
)
