"""The sign-in listener, used by others on the host and by pages in a browser."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from clientsync_tui.signin import loopback
from clientsync_tui.signin.loopback import Loopback

LINK = "https://login.example/authorize?state=the-state"


class Listening:
    """A loopback that accepts the state `the-state`, and records what it received."""

    def __init__(self) -> None:
        self.taken: list[dict[str, list[str]]] = []
        self.listener = Loopback("/callback", self._take)

    def _take(self, parameters) -> str | None:
        if parameters.get("state") != ["the-state"]:
            return "The state is another's."
        self.taken.append(dict(parameters))
        return None


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    listening = Listening()
    await listening.listener.open(0)
    listening.listener.link = LINK
    yield listening
    await listening.listener.close()


async def answer(listening: Listening, request: bytes, host: str = "127.0.0.1") -> bytes:
    reader, writer = await asyncio.open_connection(host, listening.listener.port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def request(listening: Listening, line: str, host: str | None = None) -> bytes:
    return f"{line} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{listening.listener.port}'}\r\n\r\n".encode()


REDIRECT = "GET /callback?state=the-state&code=c"


async def test_listener_is_bound_to_loopback_only(listening: Listening):
    bound = {s.getsockname()[0] for server in listening.listener._servers for s in server.sockets}
    assert bound <= {"127.0.0.1", "::1"} and "127.0.0.1" in bound


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_right_redirect_is_taken(listening: Listening, host: str):
    if host == "::1" and len(listening.listener._servers) == 1:
        pytest.skip("this machine has no IPv6 loopback")
    page = await answer(listening, request(listening, REDIRECT), host)
    assert page.startswith(b"HTTP/1.1 200") and b"the-state" not in page
    assert listening.taken == [{"state": ["the-state"], "code": ["c"]}]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS", "CONNECT", "get", ""])
async def test_no_other_method_is_answered(listening: Listening, method: str):
    page = await answer(listening, request(listening, REDIRECT.replace("GET", method)))
    assert page.startswith((b"HTTP/1.1 405", b"HTTP/1.1 400")) and not listening.taken


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example:PORT",
        "127.0.0.1.nip.io:PORT",
        "127.0.0.1",
        "127.0.0.1:1",
        "user@127.0.0.1:PORT",
        "127.0.0.1:PORT\r\nHost: evil.example",
        "[::ffff:127.0.0.1]:PORT",
        "0.0.0.0:PORT",
        "2130706433:PORT",
        "",
    ],
)
async def test_rebound_host_name_is_refused(listening: Listening, host: str):
    page = await answer(
        listening, request(listening, REDIRECT, host.replace("PORT", str(listening.listener.port)) or " ")
    )
    assert page.startswith(b"HTTP/1.1 400") and not listening.taken
    assert b"the-state" not in page


async def test_endless_or_huge_request_is_dropped(listening: Listening, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as soon:
        soon.setattr(loopback, "_READ_S", 0.1)
        assert await answer(listening, b"GET /callback?state=the-state&code=c HTTP/1.1\r\n") == b""
    assert await answer(listening, b"GET /" + b"x" * 100_000) == b""
    assert not listening.taken
    assert (await answer(listening, request(listening, REDIRECT))).startswith(b"HTTP/1.1 200")


async def test_idle_connections_do_not_block_the_sign_in_for_long(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loopback, "_MOST_CONNECTED", 5)
    idle = [await asyncio.open_connection("127.0.0.1", listening.listener.port) for _ in range(4)]
    while listening.listener._connected < 4:
        await asyncio.sleep(0.01)
    with monkeypatch.context() as soon:
        soon.setattr(loopback, "_READ_S", 0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.listener.port)
        assert await asyncio.wait_for(reader.read(), 20) == b"", "silent connections are closed"
        writer.close()
    idle += [await asyncio.open_connection("127.0.0.1", listening.listener.port) for _ in range(2)]
    assert await asyncio.wait_for(idle[-1][0].read(), 20) == b"", (
        "a connection over the limit is closed at once"
    )
    assert listening.listener._connected == 5
    for _, writer in idle:
        writer.close()
    while listening.listener._connected:
        await asyncio.sleep(0.01)
    assert (await answer(listening, request(listening, REDIRECT))).startswith(b"HTTP/1.1 200")


AS_ANOTHER = """
import encodings.idna, os, socket, sys
host, port, text, leave = sys.argv[1:]
data = text.encode().decode("unicode_escape").encode()
os.setgid(65534); os.setuid(65534)
with socket.create_connection((host, int(port))) as connection:
    connection.sendall(data)
    if leave == "stay":
        try:
            while said := connection.recv(65536):
                sys.stdout.buffer.write(said)
        except ConnectionResetError:
            pass
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs Linux, and root to be another user"
)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("line", [REDIRECT, "GET /"])
@pytest.mark.parametrize("leave", ["stay", "leave at once"])
async def test_another_user_of_the_host_gains_nothing(listening: Listening, host: str, line: str, leave: str):
    if host == "::1" and len(listening.listener._servers) == 1:
        pytest.skip("this machine has no IPv6 loopback")
    text = request(listening, line).decode().replace("\r\n", "\\r\\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        AS_ANOTHER,
        host,
        str(listening.listener.port),
        text,
        leave,
        stdout=subprocess.PIPE,
    )
    received, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert received == b"", "neither the link, which contains the state, nor any text"
    while listening.listener._connected:
        await asyncio.sleep(0.01)
    assert not listening.taken


async def test_port_taken_on_either_loopback_address_is_not_used(listening: Listening):
    if len(listening.listener._servers) == 1:
        pytest.skip("this machine has no IPv6 loopback")
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.bind(("::1", 0))
        other.listen()
        with pytest.raises(loopback.PortInUse):
            await Loopback("/callback", lambda _: None).open(other.getsockname()[1])
