"""The app in a browser: only who was given a link gets in, and every other way is refused, the websocket too."""

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

from tests.support.clients import ANN, add, signed_in, workplace_in

PATIENCE_S = 60


class Serving:
    """`clientsync --serve`, with what it printed."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-m", "clientsync_tui", "--config", str(config), "--serve"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        self.address = self.link.partition("/?")[0]

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
        serving.process.wait()


def browser() -> ClientSession:
    return ClientSession(cookie_jar=CookieJar(unsafe=True))


async def shown(browser: ClientSession, serving: Serving, text: bytes) -> int:
    """Opens the app over the websocket until it shows `text`; returns the pid of the served program."""
    async with browser.ws_connect(f"{serving.address}/ws?width=100&height=30", origin=serving.address) as ws:
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


async def test_without_the_link_nothing_is_to_be_had(serving: Serving) -> None:
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


async def test_the_link_lets_one_browser_in(serving: Serving) -> None:
    async with browser() as mine:
        async with mine.get(serving.link) as answer:
            assert answer.status == 200
            cookie = answer.headers["set-cookie"]
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        async with mine.get(serving.address + "/") as answer:
            assert answer.status == 200 and "/ws" in await answer.text()
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        await shown(mine, serving, b"Baker & Daughters")
        # The cookie is no key from elsewhere: another page, or another name for this machine (DNS rebinding).
        for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Host": "localhost:1"}):
            async with mine.get(serving.address + "/", headers=headers) as answer:
                assert answer.status == 403, headers
        with pytest.raises(WSServerHandshakeError):
            await mine.ws_connect(f"{serving.address}/ws", origin="http://evil.example")
    async with browser() as other:
        async with other.get(serving.link) as answer:
            assert answer.status == 403
        async with other.get(serving.next_link()) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
async def test_what_it_served_ends_with_it(serving: Serving, number: signal.Signals, status: int) -> None:
    async with browser() as mine:
        async with mine.get(serving.link):
            served = await shown(mine, serving, b"Baker & Daughters")
        serving.process.send_signal(number)
        assert serving.process.wait(PATIENCE_S) == status
    end = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{served}").exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    workplace_in(tmp_path).close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "clientsync_tui", "--config", str(tmp_path / "config.toml")]
        done = subprocess.run(
            [*command, "--serve", "--port", str(port)], capture_output=True, text=True, timeout=PATIENCE_S
        )
    assert done.returncode == 2 and f"Port {port} cannot be used" in done.stderr
