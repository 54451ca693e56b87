"""The HTTP client: which connections calls share, over real connections."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from clientsync_tui.accounting.seam.network.transport import http_client
from tests.accounting.scripted import Scripted, json, scripted


def ports(server: Scripted) -> list[int]:
    """The other end of each call's connection."""
    return [request.client.port for request in server.asked if request.client is not None]


async def test_call_takes_a_connection_that_is_open_and_has_nothing_else_to_do():
    together = asyncio.Barrier(3)

    def all_at_once(request: Request) -> Response:
        async def body():
            await together.wait()
            yield b"{}"

        return StreamingResponse(body())

    async with scripted(all_at_once, all_at_once, all_at_once, json({})) as server, http_client() as http:
        async with asyncio.timeout(5):
            await asyncio.gather(*(http.get(server.url) for _ in range(3)))
            for _ in range(4):
                async with http.stream("GET", server.url) as answer:
                    await answer.aread()
    first, later = set(ports(server)[:3]), set(ports(server)[3:])
    assert (len(first), len(later)) == (3, 1)
    assert later < first


async def test_call_that_is_given_up_leaves_room_for_the_next():
    async def never():
        yield b"["
        await asyncio.sleep(30)

    async with scripted(StreamingResponse(never()), json({"a": 1})) as server, http_client() as http:
        async with http.stream("GET", server.url) as answer:
            async for _ in answer.aiter_bytes():
                break
        assert (await http.get(server.url)).json() == {"a": 1}
    assert len(set(ports(server))) == 2
