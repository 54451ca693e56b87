"""Notifications for users who are looking elsewhere, and copying to their clipboard."""

import base64
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.config.reading import load
from clientsync_tui.practice.trouble import UsageError
from clientsync_tui.screens.connections.open_app import OpenSoftware
from clientsync_tui.terminal import clipboard, notifications
from tests.support.pilot import run_app
from tests.support.practice import Practice, practice, practices, shown, until

__all__ = ["practice", "practices"]
LINK = "https://example.com/authorize?state=" + "x" * 300


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"TERM": "xterm-256color"}, "bell"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "9"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "9"),
        ({"TERM": "xterm-kitty"}, "9"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "777"),
        ({"TERM": "foot"}, "777"),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0", "TERM_PROGRAM": "iTerm.app"}, "bell"),
        ({"TERM": "screen", "VTE_VERSION": "7600"}, "bell"),
    ],
)
def test_each_terminal_gets_its_own_notification(environment: dict[str, str], kind: str) -> None:
    sent = notifications.sequence("Check: ended", "3 done; 1\x1b]52;c;eA==\x07 failed", "auto", environment)
    expected = {
        "bell": "\a",
        "9": "\x1b]9;Check: ended: 3 done, 1]52,c,eA== failed\x1b\\",
        "777": "\x1b]777;notify;Check: ended;3 done, 1]52,c,eA== failed\x1b\\",
    }
    assert sent == expected[kind]
    assert notifications.sequence("a", "b", "bell", environment) == "\a"
    assert notifications.sequence("a", "b", "off", environment) == ""


def test_setting_has_three_values(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[screen]\nnotices = "loud"\n')
    with pytest.raises(UsageError, match="auto, bell, off"):
        load(config)


async def test_end_of_a_job_on_another_screen_rings_the_bell(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.add(practice.people[0])
    written: list[str] = []
    monkeypatch.setattr(ClientSyncApp, "write", lambda self, sequence: written.append(sequence))
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        client, *_ = app.workplace.store.clients.codes()
        app.open("connections", client=client[0])
        await pilot.press("f")
        await until(pilot, lambda: any("ended" in notice.title for notice in app.notices.log))
        assert written == ["\a"]
    app.workplace.close()


def test_clipboard_works_through_tmux_and_screen() -> None:
    plain = f"\x1b]52;c;{base64.b64encode(LINK.encode()).decode()}\a"
    assert clipboard.sequence(LINK, {}) == plain
    assert clipboard.sequence(LINK, {"STY": "1.pts"}) == f"\x1bP{plain}\x1b\\"
    assert clipboard.sequence(LINK, {"TMUX": "/tmp/t"}) == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"


async def test_copied_text_is_also_shown_whole(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    written: list[str] = []
    monkeypatch.setattr(ClientSyncApp, "write", lambda self, sequence: written.append(sequence))
    app = practice.app()
    async with run_app(app, size=(80, 24)) as pilot:
        app.push_screen(OpenSoftware("Xero", "Baker Ltd", LINK))
        await until(pilot, lambda: written)
        assert written == [clipboard.sequence(LINK, {})]
        await until(pilot, lambda: LINK in shown(pilot).replace("\n", ""))
        await until(pilot, lambda: "Copied to your terminal's clipboard" in said(app))
    app.workplace.close()


def said(app: ClientSyncApp) -> str:
    return "\n".join(str(widget.render()) for widget in app.screen.query("Static"))


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """A separate tmux server."""
    if shutil.which("tmux") is None:
        pytest.skip("no tmux here")
    command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
    subprocess.run([*command, "new-session", "-d", "-x", "80", "-y", "24", "sh"], check=True)
    yield command
    subprocess.run([*command, "kill-server"], check=False)


def test_copy_inside_tmux_is_in_its_buffer(tmux: list[str], tmp_path: Path) -> None:
    code = f"import asyncio; from clientsync_tui.terminal import clipboard; asyncio.run(clipboard.to_tmux({LINK!r}))"
    done = tmp_path / "done"
    line = f"{sys.executable} {tmp_path / 'copy.py'}; touch {done}"
    (tmp_path / "copy.py").write_text(f"import sys; sys.path.insert(0, {str(Path.cwd())!r})\n{code}\n")
    subprocess.run([*tmux, "send-keys", line, "Enter"], check=True)
    end = time.monotonic() + 30
    while not done.exists() and time.monotonic() < end:
        time.sleep(0.05)
    buffer = subprocess.run([*tmux, "show-buffer"], capture_output=True, text=True, check=True).stdout
    assert buffer == LINK
