"""The connection between a program and a practice's server. It can carry TLS with any certificate, and it can fall silent."""

import asyncio
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

ASKS_FOR_GSS, ASKS_FOR_TLS = b"\0\0\0\x08\x04\xd2\x16\x30", b"\0\0\0\x08\x04\xd2\x16\x2f"


class Line:
    """Forwards what arrives at `port` to the server's port on the loopback, or to its socket."""

    def __init__(
        self, server: int | Path, certificate: Path | None = None, port: int = 0, address: str = "127.0.0.1"
    ) -> None:
        self._server, self._address, self.port = server, address, port
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self._loop = asyncio.new_event_loop()
        self._carries = asyncio.Event()
        self._carries.set()
        self._last_words: bytes | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self) -> None:
        """Stops delivering in both directions. The connections stay open, so neither end notices."""
        self._now(self._carries.clear)

    def cut_behind(self, words: bytes) -> None:
        """Does the same after forwarding these bytes to the server."""
        self._last_words = words

    def restore(self) -> None:
        """Delivers what was held up, and everything after that."""
        self._last_words = None
        self._now(self._carries.set)

    def _now(self, do: Callable[[], None]) -> None:
        """Runs it in the connection's own thread, and waits for it."""

        async def done() -> None:
            do()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    async def _listen(self) -> int:
        self._listener = await asyncio.start_server(self._serve, self._address, self.port)
        return int(self._listener.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        self._listener.close()
        running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._carries.wait()
            if self._tls is not None:
                while await reader.readexactly(8) == ASKS_FOR_GSS:
                    writer.write(b"N")
                writer.write(b"S")
                await writer.start_tls(self._tls)
            there, back = await (
                asyncio.open_unix_connection(self._server)
                if isinstance(self._server, Path)
                else asyncio.open_connection("127.0.0.1", self._server)
            )
            await asyncio.gather(self._carry(reader, back, to_server=True), self._carry(there, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # One end is gone or doesn't trust the certificate, or the test is over.
            writer.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_server: bool = False
    ) -> None:
        try:
            while part := await reader.read(65_536):
                await self._carries.wait()
                if to_server and self._last_words is not None and self._last_words in part:
                    self._carries.clear()
                writer.write(part)
                await writer.drain()
            # While the line is cut, the other end must not notice that this one closed.
            await self._carries.wait()
        finally:
            writer.close()
