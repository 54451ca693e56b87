"""The app in a browser of this machine: textual-serve on loopback, which by itself would let in whoever finds the port.

Everything is refused that comes from another user of this host or from another page, names another host, or does not carry the
cookie which the printed link gives. A browser sends a cookie to every port of this machine, whoever listens there; so it is for a
path that nobody else knows.
"""

import asyncio
import contextlib
import hmac
import logging
import os
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from textual_serve.server import Server

from . import logbook
from .host import own_process
from .host.on_posix import SIGNALS
from .practice.trouble import UsageError
from .signin.peer import is_another_users
from .terminal import textual_internals

HOST = "127.0.0.1"
OF_THIS_TERMINAL = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "TMUX", "STY", "COLORFGBG", "NO_COLOR")
"""What is true of the terminal that serves, and not of the browser."""
HEADERS = {
    # The page of textual-serve asks a font of another host, which is not to know of us.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' {socket}; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
WELCOME = '<!DOCTYPE html><meta http-equiv="refresh" content="0;url={home}"><title>Client Sync</title>'
"""A step between, so that the token is neither in the address bar nor in a referrer. A redirect would not carry a strict cookie."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Serves `command` to those who were given a link; each link lets one browser in."""

    def __init__(self, command: str, listening: socket.socket, say: Callable[[str], None]) -> None:
        port = listening.getsockname()[1]
        super().__init__(command, host=HOST, port=port, title="Client Sync")  # pyright: ignore[reportUnknownMemberType]
        self._listening = listening
        self._say = say
        self._token = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self._cookie_name = f"clientsync-{port}"
        self._home = f"/{secrets.token_urlsafe(32)}/"

    @property
    def link(self) -> str:
        """The link that lets the next browser in."""
        return f"{self.public_url}/?token={self._token}"

    async def on_startup(self, app: web.Application) -> None:
        """Says nothing of its own."""

    async def handle_index(self, request: web.Request) -> web.Response:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Textual-serve's page, which takes the keys."""
        page: Any = await super().handle_index(request)
        page.text = textual_internals.page_that_takes_keys(page.text)
        return page

    async def guarded_app(self) -> web.Application:
        """Textual-serve's application behind the check of who may use it."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await self._guarded(request, handler)
            if not response.prepared:
                own_socket = self.public_url.replace("http", "ws", 1)
                response.headers.update(
                    {name: value.format(socket=own_socket) for name, value in HEADERS.items()}
                )
            return response

        app = web.Application(middlewares=[guard])
        app.add_subapp(self._home, await textual_internals.unguarded_app(self))
        return app

    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        if transport is None or is_another_users(
            transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        ):
            return _refused("This is served to another user of this host.")
        if request.host != f"{HOST}:{self.port}":
            return _refused(f"This is served as {self.public_url} and by no other name or port.")
        if request.headers.get("Origin", self.public_url) != self.public_url:
            return _refused("Another page may not use this.")
        token = request.query.get("token")
        if token is not None and request.path == "/" and _same(token, self._token):
            self._token = secrets.token_urlsafe(32)
            self._say(f"A browser was let in. For another one:\n{self.link}")
            welcome = web.Response(text=WELCOME.format(home=self._home), content_type="text/html")
            welcome.set_cookie(
                self._cookie_name, self._cookie, path=self._home, httponly=True, samesite="Strict"
            )
            return welcome
        if not _same(request.cookies.get(self._cookie_name, ""), self._cookie):
            return _refused("Open the link that `clientsync --serve` printed last; each lets one browser in.")
        return await handler(request)

    async def run(self) -> None:
        """Serves until it is interrupted."""
        for name in ("aiohttp", "textual-serve"):
            logger = logging.getLogger(name)
            logger.addHandler(_ToLogbook())
            logger.propagate = False
        runner = web.AppRunner(await self.guarded_app(), access_log=None)
        await runner.setup()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        # Windows's loop takes none; there ctrl+c ends it.
        with contextlib.suppress(NotImplementedError):
            for number in SIGNALS:
                loop.add_signal_handler(number, ended.set)
        try:
            await web.SockSite(runner, self._listening, shutdown_timeout=1).start()
            self._say(self.link)
            await ended.wait()
        finally:
            await runner.cleanup()


class _ToLogbook(logging.Handler):
    """Errors of the server go where all unexpected ones go, and not to the terminal; what a client sent wrong goes nowhere."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, HttpProcessingError):
            logbook.write(error)


def _same(told: str, right: str) -> bool:
    # Bytes that are no UTF-8 come as lone surrogates.
    return hmac.compare_digest(told.encode(errors="surrogatepass"), right.encode())


def _refused(says: str) -> web.Response:
    return web.Response(status=403, text=says + "\n")


def listen(port: int) -> socket.socket:
    """A socket on loopback; port 0: a free one. Raises UsageError where the port cannot be had."""
    listening = socket.socket()
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise UsageError(f"Port {port} cannot be used: {error}. Name another with --port.") from None
    return listening


def serve(config: Path | None, port: int, say: Callable[[str], None]) -> None:
    """Serves the app with this configuration (None: the usual one) until it is interrupted; `say` gets the link. Raises UsageError as `listen` does."""
    named = ["--config", str(config.absolute())] if config else []
    words = [*own_process.command(), *named]
    # Textual-serve runs it by a shell, which is not to stand between.
    command = subprocess.list2cmdline(words) if sys.platform == "win32" else "exec " + shlex.join(words)
    if not textual_internals.can_be_guarded(Server):
        raise UsageError(
            "Client Sync can't guard this version of textual-serve. Install textual-serve 1.1.3."
        )
    prepare(os.environ)
    asyncio.run(GuardedServer(command, listen(port), say).run())


def prepare(environment: MutableMapping[str, str]) -> None:
    """The served app finds a terminal as good as xterm.js is."""
    for name in OF_THIS_TERMINAL:
        environment.pop(name, None)
    environment.update(TERM="xterm-256color", COLORTERM="truecolor")
