"""The app in a real browser as it opens, without a click into the page."""

import asyncio
import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from tests.app.test_serve import PATIENCE_S, Serving, serving

__all__ = ["serving"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    """A page of Chromium, by its own protocol."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while (answer := await self._socket.receive_json(timeout=PATIENCE_S)).get("id") != number:
            pass
        return answer["result"]

    async def until(self, expression: str) -> None:
        """Waits until this JavaScript is true."""
        end = time.monotonic() + PATIENCE_S
        while not (await self.call("Runtime.evaluate", expression=expression))["result"].get("value"):
            assert time.monotonic() < end, expression
            await asyncio.sleep(0.05)

    async def press(self, key: str, code: str, number: int) -> None:
        named = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        await self.call(
            "Input.dispatchKeyEvent", type="keyDown", text="\r" if key == "Enter" else key, **named
        )
        await self.call("Input.dispatchKeyEvent", type="keyUp", **named)


@asynccontextmanager
async def opened(link: str) -> AsyncGenerator[Page]:
    """The link, opened in a separate browser."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--remote-debugging-port=0",
        ]
        process = subprocess.Popen(
            [CHROMIUM, *options, f"--user-data-dir={folder}", link],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port_file, end = Path(folder) / "DevToolsActivePort", time.monotonic() + PATIENCE_S
            while not (port_file.exists() and len(port_file.read_text().split()) == 2):
                assert time.monotonic() < end and process.poll() is None
                await asyncio.sleep(0.05)
            async with ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port_file.read_text().split()[0]}/json") as answer:
                    pages = [each for each in await answer.json() if each["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"]) as socket:
                    yield Page(socket)
        finally:
            process.kill()
            process.wait()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
async def test_page_has_keyboard_focus_at_once(serving: Serving) -> None:
    async with opened(serving.link) as page:
        await page.until("document.body?.classList.contains('-first-byte')")
        await page.press("q", "KeyQ", 81)
        await page.until("document.body.classList.contains('-closed')")
        # Restart has them then.
        await page.press("Enter", "Enter", 13)
        await page.until("document.body && !document.body.classList.contains('-closed')")
        await page.until("document.body?.classList.contains('-first-byte')")
