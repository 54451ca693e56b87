"""Calls of one app's adapter to a scripted server over real HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from clientsync_tui.accounting.seam.calls import HttpCalls
from clientsync_tui.accounting.seam.configured import Configured, Http
from clientsync_tui.accounting.seam.limiter import Limiter
from clientsync_tui.accounting.seam.network.transport import http_client
from clientsync_tui.accounting.seam.software import Software
from clientsync_tui.practice.model import Organisation
from tests.accounting.scripted import Scripted, Step, scripted


@asynccontextmanager
async def calling(
    software: Software, folder: Path, *steps: Step, organisation: Organisation | None = None
) -> AsyncGenerator[tuple[HttpCalls, Scripted]]:
    """Calls whose server answers `steps` in turn, the last one forever. After each refused access token it uses another."""

    async def access(refused: str | None) -> str:
        return "token" if refused is None else "newer token"

    async with scripted(*steps) as server, http_client() as http:
        addresses = replace(software.addresses, api_url=server.url)
        limiter = Limiter(folder / "limits")
        how = Http(timeout_s=5, attempts=1, longest_wait_s=1)
        configured = Configured(software, "the-client-id", 8400, addresses, ())
        yield (
            HttpCalls(configured, how, http, limiter, access, person="ann", organisation=organisation),
            server,
        )
        limiter.close()
