"""Answers written from a vendor's documents, by address, over real HTTP. The sandbox never gives them, but a real server may."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clientsync_tui.accounting.seam.calls import HttpCalls
from clientsync_tui.accounting.seam.configured import Configured, Http
from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.accounting.seam.network.transport import http_client
from clientsync_tui.accounting.seam.software import Calls, Software
from tests.accounting.scripted import scripted

Said = Any | Response | Callable[[Request], Any]


@dataclass
class Written:
    """`says`: the answers by path; any other path gets a 404 that no app wrote. `asked`: the requests. `renewals`: of the token."""

    calls: Calls
    says: dict[str, Said]
    asked: list[Request]
    renewals: list[str] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]


@dataclass
class New:
    """`NewSignIn` with these calls."""

    calls: Calls
    redirect: Mapping[str, str] = field(default_factory=dict[str, str])


@asynccontextmanager
async def written(software: Software, folder: Path, says: Mapping[str, Said]) -> AsyncGenerator[Written]:
    """Serves the answers until left."""
    answers = dict(says)

    def answer(request: Request) -> Response:
        said = answers.get(request.url.path, Response("no such page", 404))
        made = said(request) if callable(said) and not isinstance(said, Response) else said
        return made if isinstance(made, Response) else JSONResponse(made)

    async with scripted(answer) as server, http_client() as http:
        addresses = replace(software.addresses, api_url=server.url)
        configured = Configured(software, "app", 8400, addresses, tuple(software.grant.scopes))
        limiter = Limiter(folder / "limits")
        renewals: list[str] = []

        async def access(refused: str | None) -> str:
            if refused is not None:
                renewals.append(refused)
            return f"access-{len(renewals)}"

        how = Http(timeout_s=5, attempts=1, longest_wait_s=1)
        yield Written(HttpCalls(configured, how, http, limiter, access), answers, server.asked, renewals)
        limiter.close()
