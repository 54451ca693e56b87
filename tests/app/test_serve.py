"""The app in a browser: only someone with a link gets in, and every other way is refused, including the websocket."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, WSMsgType, WSServerHandshakeError
from yarl import URL

from tests.support import process
from tests.support.clients import ANN, add, signed_in, workplace_in
from tests.support.process import Process

PATIENCE_S = 60


class Serving:
    """`clientsync --serve`, with what it printed."""

    def __init__(self, config: Path) -> None:
        words = ["--config", str(config), "--serve"]
        self.process = Process(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        self.address = self.link.partition("/?")[0]

    async def let_in(self, browser: ClientSession) -> str:
        """Opens the link; returns the address that it leads to."""
        async with browser.get(self.link) as answer:
            assert answer.status == 200
            home = re.search(r"url=(\S+)\"", await answer.text())
            assert home is not None
            return self.address + home[1].rstrip("/")

    def next_link(self) -> str:
        assert self.process.stdout is not None
        self.process.stdout.readline()
        return self.process.stdout.readline().strip()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    workplace = workplace_in(tmp_path)
    add(workplace.store, "Baker & Daughters", signed_in(workplace.store, ANN))
    workplace.close()
    serving = Serving(tmp_path / "config.toml")
    yield serving
    if serving.process.poll() is None:
        serving.process.kill()
    serving.process.communicate()


def browser() -> ClientSession:
    return ClientSession(cookie_jar=CookieJar(unsafe=True))


async def shown(browser: ClientSession, serving: Serving, home: str, text: bytes) -> int:
    """Opens the app over the websocket until it shows `text`; returns the pid of the served program."""
    async with browser.ws_connect(f"{home}/ws?width=100&height=30", origin=serving.address) as ws:
        came, end = b"", time.monotonic() + PATIENCE_S
        while text not in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", came):
            assert time.monotonic() < end, came[-2000:]
            message = await ws.receive(timeout=PATIENCE_S)
            assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), (message, came[-2000:])
            came += message.data if message.type is WSMsgType.BINARY else b""
        children = (
            Path(f"/proc/{serving.process.pid}/task/{serving.process.pid}/children").read_text().split()
        )
        return int(children[0])


async def test_nothing_is_served_without_the_link(serving: Serving) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", serving.link)
    async with browser() as stranger:
        for path in (
            "/",
            "/?token=",
            "/?token=wrong",
            "/static/js/textual.js",
            "/download/x",
            "/ws",
            "/nowhere",
        ):
            async with stranger.get(serving.address + path) as answer:
                assert answer.status == 403, path
                assert "set-cookie" not in answer.headers
        with pytest.raises(WSServerHandshakeError) as refused:
            await stranger.ws_connect(f"{serving.address}/ws")
        assert refused.value.status == 403


async def test_link_lets_one_browser_in(serving: Serving) -> None:
    async with browser() as mine:
        async with mine.get(serving.link) as answer:
            assert answer.status == 200
            cookie = answer.headers["set-cookie"]
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
            home = serving.address + re.findall(r"Path=(\S+)/", cookie)[0]
        async with mine.get(home + "/") as answer:
            assert answer.status == 200 and "/ws" in await answer.text()
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        await shown(mine, serving, home, b"Baker & Daughters")
        # The cookie does not help another page, or another name for this machine (DNS rebinding).
        for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Host": "localhost:1"}):
            async with mine.get(home + "/", headers=headers) as answer:
                assert answer.status == 403, headers
        with pytest.raises(WSServerHandshakeError):
            await mine.ws_connect(f"{home}/ws", origin="http://evil.example")
    async with browser() as other:
        async with other.get(serving.link) as answer:
            assert answer.status == 403
        async with other.get(serving.next_link()) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
async def test_served_app_ends_with_the_server(serving: Serving, number: signal.Signals, status: int) -> None:
    async with browser() as mine:
        served = await shown(mine, serving, await serving.let_in(mine), b"Baker & Daughters")
        serving.process.send_signal(number)
        assert serving.process.wait(PATIENCE_S) == status
    end = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{served}").exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_port_that_is_taken_is_reported(tmp_path: Path) -> None:
    workplace_in(tmp_path).close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = process.run(["--config", str(tmp_path / "config.toml"), "--serve", "--port", str(port)])
    assert done.returncode == 2 and f"Port {port} can't be used" in done.stderr


async def test_cookie_is_not_sent_to_other_ports(serving: Serving) -> None:
    """Browsers send a cookie to every port of a host: only the path keeps it from programs on other ports."""
    async with browser() as mine:
        home = await serving.let_in(mine)
        for path in ("/", "/ws", "/static/js/textual.js"):
            assert not mine.cookie_jar.filter_cookies(URL("http://127.0.0.1:1" + path))
            async with mine.get(serving.address + path) as answer:
                assert answer.status == 403
        (cookie,) = mine.cookie_jar.filter_cookies(URL(home + "/")).values()
        async with (
            browser() as thief,
            thief.get(serving.address + "/ws", cookies={cookie.key: cookie.value}) as answer,
        ):
            assert answer.status == 404, "the cookie alone leads nowhere"


AS_ANOTHER = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
with socket.socket() as line:
    line.connect(("127.0.0.1", int(sys.argv[1])))
    line.sendall(sys.argv[2].encode())
    sys.stdout.buffer.write(line.recv(65536))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs Linux, and root to be another user"
)
@pytest.mark.parametrize("upgrade", ["", "Connection: Upgrade\r\nUpgrade: websocket\r\n"])
async def test_link_and_cookie_are_useless_to_another_user(serving: Serving, upgrade: str) -> None:
    async with browser() as mine:
        home = await serving.let_in(mine)
        (cookie,) = mine.cookie_jar.filter_cookies(URL(home + "/")).values()
    port = serving.address.rpartition(":")[2]
    path = home.removeprefix(serving.address)
    for wanted in (path + "/", path + "/ws", serving.next_link().removeprefix(serving.address)):
        lines = f"GET {wanted} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie.key}={cookie.value}\r\n{upgrade}\r\n"
        answer = subprocess.run([sys.executable, "-c", AS_ANOTHER, port, lines], capture_output=True).stdout
        assert answer.startswith(b"HTTP/1.1 403"), (wanted, answer)
        assert b"another user" in answer and b"set-cookie" not in answer.lower()


def test_malformed_request_is_refused_and_prints_nothing(serving: Serving) -> None:
    port = int(serving.address.rpartition(":")[2])
    host = b"Host: 127.0.0.1:%d\r\n" % port
    for lines, status in (
        (host + b"Cookie: clientsync-%d=\xff\xfe\r\n" % port, b"403"),
        (host + b"Cookie: \xff\x01;;=\xc3\r\n", b"4"),
        (host + host, b"4"),
        (host + b"X: " + b"a" * 100_000 + b"\r\n", b"4"),
        (b"a" * 100_000, b"4"),
        (b"Host: \xff\r\n", b"4"),
        (host + b"Content-Length: -1\r\n", b"4"),
        (host + b"Origin: \xff\r\n", b"403"),
    ):
        for target in (b"/", b"/?token=%ff%00", b"/?token=\xff"):
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
                line.sendall(b"GET " + target + b" HTTP/1.1\r\n" + lines + b"\r\n")
                assert line.recv(100)[9:].startswith(status) or target.endswith(b"\xff"), lines
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.communicate(timeout=PATIENCE_S)[1] == ""
