"""The sandbox's HTTP server, on the loopback only, as a command or inside another program."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from . import control
from .consent import consent, device, oauth
from .consent.scripts import Script
from .misbehaviour.faults import CLEAR, Target
from .options import Options
from .registry import personalities
from .sandbox import Sandbox
from .world.world import World


def app_of(sandbox: Sandbox) -> ASGIApp:
    """The whole sandbox as an ASGI application."""
    mounts = [Mount("/sandbox", routes=control.routes(sandbox))]
    for name, software in sandbox.softwares.items():
        shared = [
            *consent.routes(sandbox, software),
            *oauth.routes(sandbox, software),
            *device.routes(sandbox, software),
        ]
        mounts.append(Mount(f"/{name}", routes=[*shared, *software.api(sandbox, software)]))
    # Don't answer a web page whose own name resolves to the loopback (DNS rebinding).
    only_here = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return sandbox.calls.around(Starlette(routes=mounts, middleware=[only_here]))


class Server(uvicorn.Server):
    """Reports when it is listening, leaves signals alone, and stops at once: anyone waiting for an answer gets none."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        # Clients keep connections longer than uvicorn's five seconds, and one that closes as a call begins looks like a fault.
        # Log nothing: the terminal may show the full-screen app.
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="critical",
                access_log=False,
                lifespan="off",
                timeout_keep_alive=75,
            )
        )
        self._on_ready = on_ready
        self._ended = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """Makes `serve` return. May be called from any thread, even before it started or after it returned."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._on_ready()

    async def main_loop(self) -> None:
        # The tick updates the Date header. uvicorn's own loop checks for the end only ten times a second.
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listening(options: Options) -> socket.socket:
    # asyncio turns off Nagle's delay (40 ms an answer) only if the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", options.port))
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def _opened(options: Options) -> Generator[tuple[socket.socket, Sandbox]]:
    with _listening(options) as listener:
        yield listener, Sandbox(options, f"http://127.0.0.1:{listener.getsockname()[1]}", personalities())


def serve(options: Options, on_ready: Callable[[Sandbox], None]) -> None:
    """Serves in the main thread until SIGINT or SIGTERM, then returns.

    Raises OSError if the port is taken, ValueError for wrong options. Calls `on_ready` once connections are accepted.
    """
    with _opened(options) as (listener, sandbox):
        server = Server(app_of(sandbox), lambda: on_ready(sandbox))

        def end(number: int, frame: FrameType | None) -> None:
            server.end()

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            asyncio.run(server.serve([listener]))
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Running:
    """A sandbox running on a thread of this process. Use it as a context manager, or call `stop`."""

    def __init__(self, options: Options) -> None:
        self._open = _opened(options)
        self._listener, self.sandbox = self._open.__enter__()
        self.url = self.sandbox.url
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._server = Server(app_of(self.sandbox), ready.set)
        self._thread = threading.Thread(target=self._run, args=(ready,), name="sandbox", daemon=True)
        self._thread.start()
        ready.wait()

    @property
    def world(self) -> World:
        return self.sandbox.world

    def fault(
        self,
        kind: str,
        *,
        software: str | None = None,
        person: str | None = None,
        organisation: str | None = None,
        times: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """Makes something go wrong, in the server's thread. Raises ValueError like `Sandbox.fault`."""
        self._do(lambda: self.sandbox.fault(kind, Target(software, person, organisation), times, seconds))

    def script(self, script: Script) -> None:
        """Dictates an answer, until `unscripted`."""
        self._do(lambda: self.sandbox.scripts.in_force.append(script))

    def unscripted(self) -> None:
        """Ends every script and every active fault."""
        self._do(self.sandbox.scripts.in_force.clear)
        self.fault(CLEAR)

    def advance(self, seconds: float) -> None:
        """Moves the sandbox's clock forward."""
        self._do(lambda: self.sandbox.advance(seconds))

    def stop(self) -> None:
        """Stops the server and waits until it has ended. Calling it again does nothing."""
        if self._thread.is_alive():
            self._server.end()
            self._thread.join()
            self._open.__exit__(None, None, None)

    def _run(self, ready: threading.Event) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._server.serve([self._listener]))
        finally:
            ready.set()

    def _do(self, act: Callable[[], None]) -> None:
        async def done() -> None:
            act()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def running(options: Options | None = None) -> Running:
    """Starts a sandbox on a thread of this process. It is ready when this returns."""
    return Running(options or Options())
