"""The app in a browser on this host: textual-serve on the loopback, behind an access check. On its own, it lets in everyone
who finds the port.

The check refuses requests from other users of this host or from other pages, for another host name, and without the cookie from the
printed link. A browser sends a cookie to every port of the host, even if another program listens there, so the cookie is for a secret
path.
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
"""Variables about the serving terminal, which don't apply to the browser."""
HEADERS = {
    # Textual-serve's page loads a font from another host, which must not learn of us.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' {socket}; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
WELCOME = '<!DOCTYPE html><meta http-equiv="refresh" content="0;url={home}"><title>Client Sync</title>'
"""A page in between, so that the token is neither in the address bar nor in a referrer. A redirect would not send a strict
cookie.
"""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Serves `command` to people who have a link. Each link lets one browser in."""

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
        """Suppresses textual-serve's own output."""

    async def handle_index(self, request: web.Request) -> web.Response:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Textual-serve's page, with keyboard focus from the start."""
        page: Any = await super().handle_index(request)
        page.text = textual_internals.page_that_takes_keys(page.text)
        return page

    async def guarded_app(self) -> web.Application:
        """Textual-serve's application, behind the access check."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await self._let_in_or_refuse(request, handler)
            if not response.prepared:
                own_socket = self.public_url.replace("http", "ws", 1)
                response.headers.update(
                    {name: value.format(socket=own_socket) for name, value in HEADERS.items()}
                )
            return response

        app = web.Application(middlewares=[guard])
        app.add_subapp(self._home, await textual_internals.unguarded_app(self))
        return app

    async def _let_in_or_refuse(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        if transport is None or is_another_users(
            transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        ):
            return _refused("This page belongs to another user of this host.")
        if request.host != f"{HOST}:{self.port}":
            return _refused(f"This page is available only at {self.public_url}.")
        if request.headers.get("Origin", self.public_url) != self.public_url:
            return _refused("Other pages can't use this one.")
        token = request.query.get("token")
        if token is not None and request.path == "/" and _same(token, self._token):
            self._token = secrets.token_urlsafe(32)
            self._say(f"A browser is connected. To connect another one:\n{self.link}")
            welcome = web.Response(text=WELCOME.format(home=self._home), content_type="text/html")
            welcome.set_cookie(
                self._cookie_name, self._cookie, path=self._home, httponly=True, samesite="Strict"
            )
            return welcome
        if not _same(request.cookies.get(self._cookie_name, ""), self._cookie):
            return _refused("Open the latest link from `clientsync --serve`. Each link lets one browser in.")
        return await handler(request)

    async def run(self) -> None:
        """Serves until interrupted."""
        for name in ("aiohttp", "textual-serve"):
            logger = logging.getLogger(name)
            logger.addHandler(_ToLogbook())
            logger.propagate = False
        runner = web.AppRunner(await self.guarded_app(), access_log=None)
        await runner.setup()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        # The loop on Windows doesn't support this. ctrl+c works there.
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
    """Sends the server's errors to the log instead of the terminal. Malformed requests are dropped."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, HttpProcessingError):
            logbook.write(error)


def _same(given: str, right: str) -> bool:
    # Bytes that are not UTF-8 arrive as lone surrogates.
    return hmac.compare_digest(given.encode(errors="surrogatepass"), right.encode())


def _refused(reason: str) -> web.Response:
    return web.Response(status=403, text=reason + "\n")


def listen(port: int) -> socket.socket:
    """A socket on the loopback. Port 0: any free one. Raises UsageError if the port is taken."""
    listening = socket.socket()
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise UsageError(f"Port {port} can't be used: {error}. Choose another with --port.") from None
    return listening


def serve(config: Path | None, port: int, say: Callable[[str], None]) -> None:
    """Serves the app with this configuration (None: the usual one) until interrupted. `say` receives the link. Raises
    UsageError like `listen`.
    """
    named = ["--config", str(config.absolute())] if config else []
    words = [*own_process.command(), *named]
    # Textual-serve runs it in a shell, which must not stay in between.
    command = subprocess.list2cmdline(words) if sys.platform == "win32" else "exec " + shlex.join(words)
    if not textual_internals.can_be_guarded(Server):
        raise UsageError(
            "Client Sync can't guard this version of textual-serve. Install textual-serve 1.1.3."
        )
    prepare(os.environ)
    asyncio.run(GuardedServer(command, listen(port), say).run())


def prepare(environment: MutableMapping[str, str]) -> None:
    """Tells the served app that its terminal is as good as xterm.js."""
    for name in OF_THIS_TERMINAL:
        environment.pop(name, None)
    environment.update(TERM="xterm-256color", COLORTERM="truecolor")
