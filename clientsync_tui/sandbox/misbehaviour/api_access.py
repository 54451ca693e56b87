"""What every call to an app's API goes through: token, limits, faults and latency."""

import asyncio
import time
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from ..backend import Backend
from ..personality import Personality
from ..world.state import Connection, Grant
from ..world.world import Accountant
from .apply_faults import over_limit, unavailable, with_faults
from .limits import Allowed, Caller

Headers = Callable[[Caller], Mapping[str, str]]


class ApiAccess:
    """Admits or refuses calls to an app's API. `headers`: added to each answer to a caller with a valid token."""

    def __init__(self, sandbox: Backend, software: Personality, headers: Headers | None = None) -> None:
        self._box = sandbox
        self._software = software
        self._headers = headers

    async def call(
        self,
        request: Request,
        organisation: str | None,
        allowed: Allowed,
        answer: Callable[[Grant], Response],
    ) -> Response:
        """The result of `answer`, or whatever comes before it. `organisation`: None for calls that don't concern one."""
        grant = self._grant(request)
        if isinstance(grant, Response):
            return grant
        name = self._software.name
        request.scope["whose"] = {"software": name, "person": grant.person, "organisation": organisation}
        caller = Caller(name, grant.app, grant.person, organisation)
        response = await self._answered(request, caller, allowed, lambda: answer(grant))
        if self._headers:
            response.headers.update(self._headers(caller))
        return response

    async def _answered(
        self, request: Request, caller: Caller, allowed: Allowed, answer: Callable[[], Response]
    ) -> Response:
        box, whose = self._box, (self._software.name, caller.person, caller.organisation)
        arrived = time.monotonic()
        if (pause := over_limit(box, *whose)) is not None:
            problem = next(
                (r.problem for r in allowed.rates if pause <= r.seconds and caller.counted_for(r)), ""
            )
            return self._software.too_many(problem, pause)
        if refused := box.limits.enter(caller, allowed):
            return self._software.too_many(refused.problem, refused.retry_after_s)
        try:
            found = unavailable(box, *whose) or box.scripts.instead("api", *whose)
            found = found or await with_faults(box, request, "api", answer, *whose)
            # The sandbox's own time counts towards the latency; in reality it would be the app's.
            if box.options.latency_s:
                await asyncio.sleep(arrived + box.options.latency_s - time.monotonic())
            return found
        finally:
            box.limits.leave(caller)

    def _grant(self, request: Request) -> Grant | Response:
        state = self._box.state
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = state.access.get(token) if scheme.lower() == self._software.scheme.lower() else None
        grant = state.grants.get(access.grant) if access else None
        if access is None or grant is None or grant.software != self._software.name:
            return self._software.unauthorised(None)
        if access.ends_at <= self._box.clock.now():
            return self._software.unauthorised(access.ends_at)
        return grant

    def person(self, grant: Grant) -> Accountant:
        """The person who gave the grant. A state file from a world with another seed may name someone unknown, but its tokens don't get
        this far.
        """
        person = self._box.world.person(grant.person)
        assert person is not None
        return person

    def held(self, grant: Grant) -> dict[str, Connection]:
        """What the grant's person has connected to its app, by organisation, as a dictionary to modify."""
        return self._box.state.connections_of(self._software.name, grant.app, grant.person)
