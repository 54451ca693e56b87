"""The listener that the browser is sent back to, on this machine only."""

import asyncio
import errno
import html
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qs

from ..accounting.seam.configured import LOOPBACK_HOSTS
from .peer import is_another_users

_READ_S = 10.0
_LONGEST_REQUEST = 32_768
_MOST_CONNECTED = 50
#: A machine may have no IPv6 loopback; what listens on IPv4 alone serves it.
_NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL}

Redirects = Callable[[Mapping[str, Sequence[str]]], str | None]
"""Receives a redirect's parameters. Returns what is wrong with it, for the browser, or None."""


class PortInUse(OSError):
    """Another program listens on the port."""


class Loopback:
    """Listens on 127.0.0.1 and ::1. `/` forwards to `link`; `path` accepts the redirect; everything else is refused.

    The other users of this machine can reach it too. If the kernel says whose a connection is, theirs are refused. Otherwise the state
    alone guards the sign-in.
    """

    def __init__(self, path: str, on_redirect: Redirects) -> None:
        self._path = path
        self._on_redirect = on_redirect
        self._servers: list[asyncio.Server] = []
        self._connected = 0
        self.port = 0
        self.link = ""

    async def open(self, port: int) -> None:
        """Listens on `port`, 0 for a free one. Raises PortInUse."""
        for host in ("127.0.0.1", "::1"):
            try:
                server = await asyncio.start_server(
                    self._serve, host, self.port or port, limit=_LONGEST_REQUEST
                )
            except OSError as error:
                if self._servers and error.errno in _NO_SUCH_ADDRESS:
                    continue
                await self.close()
                raise PortInUse(error.errno, error.strerror) from None
            self._servers.append(server)
            self.port = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stops listening and drops open connections."""
        for server in self._servers:
            server.close()
        self._servers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connected += 1
        try:
            ends = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
            if self._connected > _MOST_CONNECTED or is_another_users(*ends):
                return
            async with asyncio.timeout(_READ_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head.decode("latin-1")))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # not a browser that we are waiting for
        finally:
            self._connected -= 1
            writer.close()

    def _answer(self, head: str) -> bytes:
        request, *lines = head.split("\r\n")
        words = request.split(" ")
        hosts = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:")]
        if len(words) != 3 or len(hosts) != 1 or not self._is_ours(hosts[0]):
            return _page("400 Bad Request", "This request is not part of a sign-in.")
        if words[0] != "GET":
            return _page("405 Method Not Allowed", "This request is not part of a sign-in.")
        path, _, query = words[1].partition("?")
        if path == "/" and self.link:
            return _reply("302 Found", {"Location": self.link}, "")
        found = parse_qs(query, keep_blank_values=True)
        if path != self._path or not found:
            return _page("404 Not Found", "There is nothing here.")
        wrong = self._on_redirect(found)
        if wrong is not None:
            return _page("400 Bad Request", f"{wrong} Go back to the terminal.")
        return _page(
            "200 OK", "Client Sync received the answer. Close this page and go back to the terminal."
        )

    def _is_ours(self, host: str) -> bool:
        """A foreign page that makes its name resolve to this machine sends that name, not ours (DNS rebinding)."""
        ours = [f"[{name}]" if ":" in name else name for name in LOOPBACK_HOSTS]
        return host.lower() in {f"{name}:{self.port}" for name in ours} or (self.port == 80 and host in ours)


def _page(status: str, says: str) -> bytes:
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Client Sync</title>'
        f"<body><h1>Client Sync</h1><p>{html.escape(says)}</p></body></html>\n"
    )
    return _reply(status, {"Content-Type": "text/html; charset=utf-8"}, body)


def _reply(status: str, headers: Mapping[str, str], body: str) -> bytes:
    content = body.encode()
    every = {
        **headers,
        "Content-Length": str(len(content)),
        "Connection": "close",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in every.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + content
