"""The HTTP client for every call: how we identify ourselves, how much we read, and where we don't go."""

import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache, partial
from typing import Any

import httpx2

from .... import version
from . import environment

MOST_BYTES = 50_000_000
"""A longer answer can't be real: the longest real list is a few megabytes."""

_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 65_536


class TooLong(httpx2.TransportError):
    """The answer is longer than a real one can be."""


class _Capped(httpx2.AsyncByteStream):
    """At most MOST_BYTES, both as received and unpacked, because a few kilobytes of gzip can hold gigabytes."""

    def __init__(self, stream: httpx2.AsyncByteStream, *, packed: bool) -> None:
        self._stream = stream
        self._unpack = zlib.decompressobj(_GZIP) if packed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = read = 0
        async for part in self._stream:
            received += len(part)
            if received > MOST_BYTES:
                raise TooLong("The answer is too long.")
            for piece in self._unpacked(part):
                read += len(piece)
                if read > MOST_BYTES:
                    raise TooLong("The decompressed answer is too long.")
                yield piece
        if self._unpack is not None and received and not self._unpack.eof:
            raise httpx2.DecodingError("The compressed answer is cut short.")

    def _unpacked(self, part: bytes) -> Iterator[bytes]:
        if self._unpack is None:
            yield part
            return
        while part and not self._unpack.eof:
            try:
                piece = self._unpack.decompress(part, _PIECE)
            except zlib.error:
                raise httpx2.DecodingError(
                    "The answer is not compressed in the way its header says."
                ) from None
            part = self._unpack.unconsumed_tail
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _cap(response: httpx2.Response) -> None:
    """Unpacks the answer here, because httpx2 unpacks each chunk in one step, however large the result."""
    packing = response.headers.pop("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise httpx2.DecodingError("The answer is compressed in a way we did not ask for.")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Capped(response.stream, packed="gzip" in packing)


@cache
def _tls() -> ssl.SSLContext:
    """Created once per run: the environment doesn't change meanwhile, and reading certificates takes 50 ms."""
    return environment.checked()


def client_settings() -> dict[str, Any]:
    """The arguments of every `httpx2.AsyncClient` in the program. Raises UsageError if the environment's proxy or
    certificates can't be used.

    Redirects are not followed, because the token would go with them. There is no timeout here: each call has one for its whole
    duration. The loopback never goes through a proxy.
    """
    return {
        "headers": {"User-Agent": f"clientsync/{version()}", "Accept-Encoding": "gzip"},
        "verify": _tls(),
        "follow_redirects": False,
        "timeout": None,
        "limits": httpx2.Limits(max_connections=None, max_keepalive_connections=40),
        "mounts": {"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None},
        "event_hooks": {"response": [_cap]},
    }


class _GivenBack(httpx2.AsyncByteStream):
    """An answer that frees its client again once it is closed."""

    def __init__(self, stream: httpx2.AsyncByteStream, give_back: Callable[[], None]) -> None:
        self._stream = stream
        self._give_back = give_back

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._give_back()


class _Clients(httpx2.AsyncClient):
    """Sends each request through an idle client, preferring the one used last, whose connection is open.

    A client with many connections checks at every request whether each idle one is still open. With twenty calls
    at once that was a seventh of all the work of a job.
    """

    def __init__(self) -> None:
        super().__init__(**client_settings())
        self._clients: list[httpx2.AsyncClient] = []
        self._free: list[httpx2.AsyncClient] = []

    async def send(self, request: httpx2.Request, *, stream: bool = False, **how: Any) -> httpx2.Response:
        """Sends a request like `httpx2.AsyncClient`."""
        client = self._free.pop() if self._free else self._one_more()
        try:
            response = await client.send(request, stream=stream, **how)
        except BaseException:
            self._free.append(client)
            raise
        if response.is_closed or not isinstance(response.stream, httpx2.AsyncByteStream):
            self._free.append(client)
        else:
            response.stream = _GivenBack(response.stream, partial(self._free.append, client))
        return response

    def _one_more(self) -> httpx2.AsyncClient:
        client = httpx2.AsyncClient(**client_settings())
        self._clients.append(client)
        return client

    async def aclose(self) -> None:
        """Closes every connection."""
        for client in self._clients:
            await client.aclose()
        await super().aclose()

    async def __aexit__(self, *error: Any) -> None:
        """Closes every connection."""
        await self.aclose()


def http_client() -> httpx2.AsyncClient:
    """The client that all `HttpCalls` of a run share; the caller closes it. Raises UsageError like
    `client_settings`.
    """
    return _Clients()
