"""The HTTP client that every call goes through: who we say we are, how much we read, where we do not go."""

import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import httpx2

from ... import version

MOST_BYTES = 50_000_000
"""An answer longer than this is nonsense: the longest real list is a few megabytes."""


class TooLong(httpx2.TransportError):
    """The answer is longer than any real one."""


class _Capped(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._stream:
            read += len(part)
            if read > MOST_BYTES:
                raise TooLong("The answer is too long.")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _cap(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Capped(response.stream)


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def client_settings() -> dict[str, Any]:
    """The arguments of every `httpx2.AsyncClient` of the program.

    No redirect is followed, for the token would follow it. There is no timeout here: each call has one for its whole
    length. Loopback is never asked of a proxy.
    """
    return {
        "headers": {"User-Agent": f"clientsync/{version()}"},
        "verify": _tls(),
        "follow_redirects": False,
        "timeout": None,
        "limits": httpx2.Limits(max_connections=None, max_keepalive_connections=40),
        "mounts": {"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None},
        "event_hooks": {"response": [_cap]},
    }


def http_client() -> httpx2.AsyncClient:
    """The client that all `HttpCalls` of a run share; the caller closes it."""
    return httpx2.AsyncClient(**client_settings())
