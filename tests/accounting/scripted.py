"""A server over real HTTP that answers each call as the test's script says, and records the requests."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tests.signin.flawed import served

Step = Response | Callable[[Request], Response]


@dataclass
class Scripted:
    """`steps` are answered in turn, the last one forever. `asked`: the requests."""

    url: str
    steps: list[Step] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append(request)
        step = self.steps[min(len(self.asked), len(self.steps)) - 1]
        await (step(request) if not isinstance(step, Response) else step)(scope, receive, send)

    def tokens(self) -> list[str]:
        return [request.headers["authorization"].removeprefix("Bearer ") for request in self.asked]


@asynccontextmanager
async def scripted(*steps: Step) -> AsyncGenerator[Scripted]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(f"http://127.0.0.1:{listener.getsockname()[1]}", list(steps))
        async with served(server, listener):
            yield server


def json(value: Any, status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(value, status, {name.replace("_", "-"): text for name, text in headers.items()})


def dripping(request: Request) -> Response:
    """A body that comes a byte at a time and never ends."""

    async def drops() -> AsyncGenerator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    return StreamingResponse(drops())


def silent(request: Request) -> Response:
    """An answer that never comes."""

    async def never() -> AsyncGenerator[bytes]:
        await asyncio.sleep(30)
        yield b""

    return StreamingResponse(never())


def endless(request: Request) -> Response:
    """An endless body, as fast as it can be read."""

    async def flood() -> AsyncGenerator[bytes]:
        while True:
            yield b"[" + b"0," * 50_000
            await asyncio.sleep(0)  # lets other tasks of this event loop run

    return StreamingResponse(flood())
