import asyncio
import sys
import webbrowser
from pathlib import Path

import pytest

from clientsync_tui.sandbox.server import Running
from clientsync_tui.signin import browser
from tests.signin.desk import Desk, desk, first_person, keyring
from tests.support.sandbox import sandbox

__all__ = ["desk", "keyring", "sandbox"]

LINK = "https://login.example/authorize?a=1&b=%20{}&state=s"
WRITES = f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\").write(repr(sys.argv[2:]))'"


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal without a screen."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "BROWSER"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("more", "given"), [("", [LINK]), (" {link}", [LINK]), (" --as 'A B' '{link}'", ["--as", "A B", LINK])]
)
async def test_users_own_command_gets_the_link(
    tmp_path: Path, messages: list[str], more: str, given: list[str]
):
    task = browser.open_link(LINK, f"{WRITES} {tmp_path}/out{more}", messages.append)
    assert task is not None
    await task
    assert (tmp_path / "out").read_text() == repr(given) and messages == []


@pytest.mark.parametrize(
    "link",
    ["file:///etc/passwd", "javascript:alert(1)", "--new-window", "", "HTTPS", "data:text/html,x", "/bin/sh"],
)
async def test_only_web_links_are_opened(
    tmp_path: Path, messages: list[str], monkeypatch: pytest.MonkeyPatch, link: str
):
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "get", lambda: pytest.fail("it was opened"))
    for command in (f"{WRITES} {tmp_path}/out", None):
        assert browser.open_link(link, command, messages.append) is None
    assert len(messages) == 2 and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/no/such/browser", "could not be started"),
        ("browser 'unclosed", "could not be started"),
        (f"{sys.executable} -c 'raise SystemExit(7)'", "status 7"),
    ],
)
async def test_command_that_fails_is_reported_and_not_raised(messages: list[str], command: str, says: str):
    task = browser.open_link(LINK, command, messages.append)
    assert task is not None
    await task
    assert len(messages) == 1 and says in messages[0]


async def test_browser_command_that_stays_open_does_not_block(messages: list[str]):
    task = browser.open_link(LINK, f"{sys.executable} -c 'import time; time.sleep(30)'", messages.append)
    assert task is not None
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
    assert messages == []


async def test_without_a_screen_nothing_is_opened(
    bare: None, messages: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webbrowser, "get", lambda *_: pytest.fail("a browser was looked for"))
    assert browser.open_link(LINK, None, messages.append) is None
    assert not browser.opens_by_itself(None) and browser.opens_by_itself("firefox")
    monkeypatch.setenv("DISPLAY", "localhost:10.0")
    monkeypatch.setenv("SSH_CONNECTION", "1 2 3 4")
    assert browser.open_link(LINK, None, messages.append) is None


async def opened_by(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, messages: list[str]
) -> str | None:
    """The arguments of a browser named in BROWSER on a machine with a screen; None if it is not started."""
    program = folder / "chosen-browser"
    program.write_text(f'#!/bin/sh\necho "$1" > {folder}/out\n')
    program.chmod(0o755)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("BROWSER", text.format(program))
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    browser.open_link(LINK, None, messages.append)
    out = folder / "out"
    async with asyncio.timeout(10):
        while not messages and not (out.exists() and out.read_text().endswith("\n")):
            await asyncio.sleep(0.02)
    return out.read_text().strip() if out.exists() else None


async def test_with_a_screen_a_graphical_browser_is_opened(
    bare: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, messages: list[str]
):
    assert await opened_by("{} %s &", tmp_path, monkeypatch, messages) == LINK


async def test_terminal_browsers_are_never_opened(
    bare: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, messages: list[str]
):
    assert await opened_by("{} %s", tmp_path, monkeypatch, messages) is None
    assert messages == ["No browser could be opened. Open the link yourself."]


async def test_sandbox_command_signs_in_without_a_browser(desk: Desk, sandbox: Running, messages: list[str]):
    code = "import sys; from clientsync_tui.sandbox.consent.authorise import sign_in; sign_in(sys.argv[1], sys.argv[2])"
    command = f"{sys.executable} -c '{code}' {{link}} {first_person(sandbox)}"
    async with desk.begin() as attempt:
        task = browser.open_link(attempt.link, command, messages.append)
        assert (await attempt.wait(30)).person.email == first_person(sandbox)
        assert task is not None
        await task
    assert messages == []
