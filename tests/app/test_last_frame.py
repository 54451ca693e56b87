"""The last frame is up before Textual is imported, and only while it is true."""

import json
import os
import signal
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clientsync_tui.store.store import Store
from clientsync_tui.terminal import last_frame
from tests.support.clients import ANN, add, signed_in
from tests.support.command import Command
from tests.support.terminal import Terminal

NO_TEXTUAL = "import sys; sys.modules['textual'] = None; from clientsync_tui.__main__ import main; main()"
"""Runs the program as if it were killed before it imports Textual: what is on the screen then is the last frame."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A practice with two clients in its own home folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "data" / "clientsync").mkdir(parents=True, mode=0o700)
    config = tmp_path / "config.toml"
    config.write_text('[practice]\nname = "Hartley"\ndatabase = "practice.db"\n')
    config.chmod(0o600)
    store = Store(tmp_path / "practice.db")
    ann = signed_in(store, ANN)
    add(store, "Baker & Daughters", ann, code="BAK01")
    add(store, "Harbour Fish Bar Ltd", ann)
    store.close()
    yield config


def leave(config: Path, *keys: str, size: tuple[int, int] = (80, 24)) -> bytes:
    """Starts the app, presses keys, and leaves; returns what it wrote."""
    with Terminal("--config", str(config), size=size) as terminal:
        terminal.until("2 clients")
        for key in keys:
            terminal.press(key)
            terminal.read()
        terminal.press("q")
        assert terminal.end() == 0
        return terminal.written


def frame(config: Path) -> Path:
    return last_frame.path_for(config)


def shown_before_textual(config: Path, size: tuple[int, int] = (80, 24), **environment: str) -> bool:
    """Whether the list is shown before any part of Textual is loaded."""
    code = NO_TEXTUAL.replace("import sys;", f"import sys; sys.argv[1:] = ['--config', {str(config)!r}];")
    with Terminal(code=code, size=size, environment=environment) as terminal:
        terminal.end()
        up = terminal.written.find(b"Baker & Daughters")
        if up >= 0:
            # The terminal is restored, and the error is readable there.
            assert terminal.written.find(last_frame.LEAVE.encode()) > up
        return up >= 0


def test_the_list_is_up_before_textual_is_imported(config: Path) -> None:
    assert not shown_before_textual(config)
    leave(config)
    assert stat.S_IMODE(frame(config).stat().st_mode) == 0o600
    assert shown_before_textual(config)
    written = leave(config)
    # The app takes over without entering the screen again, which would clear it.
    assert written.count(b"\x1b[?1049h") == 1
    assert written.index(b"Baker & Daughters") < written.index(b"\x1b[?1004h")
    assert shown_before_textual(config)


def change_database(config: Path) -> None:
    Command(config).inside("set", "--client", "BAK01", "--note", "mornings")


def change_config(config: Path) -> None:
    config.write_text(config.read_text() + "\n[screen]\nascii = true\n")


def change_mode(config: Path) -> None:
    frame(config).chmod(0o644)


def replace_by_link(config: Path) -> None:
    frame(config).rename(config.parent / "elsewhere")
    frame(config).symlink_to(config.parent / "elsewhere")


def let_time_pass(config: Path) -> None:
    held = json.loads(frame(config).read_text())
    frame(config).write_text(json.dumps({**held, "until": 1.0}))


def spoil(config: Path) -> None:
    frame(config).write_bytes(b'{"about": [], "files": {}}')


def spoil_the_files(config: Path) -> None:
    held = json.loads(frame(config).read_text())
    frame(config).write_text(json.dumps({**held, "files": []}))


def nest_deeply(config: Path) -> None:
    frame(config).write_text("[" * 100_000)


def plant_a_pipe(config: Path) -> None:
    frame(config).unlink()
    os.mkfifo(frame(config))


@pytest.mark.parametrize(
    "change",
    [
        change_database,
        change_config,
        change_mode,
        replace_by_link,
        let_time_pass,
        spoil,
        spoil_the_files,
        nest_deeply,
        plant_a_pipe,
    ],
)
def test_a_frame_that_may_not_be_true_is_not_shown(config: Path, change: Callable[[Path], None]) -> None:
    leave(config)
    change(config)
    assert not shown_before_textual(config)


HANGS = "import sys, signal; sys.modules['textual'] = None; from clientsync_tui.terminal.last_frame import Shown; s = Shown(sys.argv[1:]); s.show(); signal.pause()"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_terminal_is_restored_when_a_signal_ends_the_start(config: Path, number: signal.Signals) -> None:
    leave(config)
    code = HANGS.replace("import sys,", f"import sys; sys.argv[1:] = ['--config', {str(config)!r}]; import")
    with Terminal(code=code) as terminal:
        terminal.until("Baker & Daughters")
        os.kill(terminal.process.pid, number)
        assert terminal.end() == -number
        assert terminal.written.endswith(last_frame.LEAVE.encode())


def test_a_claim_that_ends_takes_the_frame_with_it(config: Path) -> None:
    Command(config).inside("claim", "--client", "BAK01", "--minutes", "1")
    leave(config)
    assert json.loads(frame(config).read_text())["until"] < time.time() + 61


def test_a_frame_of_another_terminal_is_not_shown(config: Path) -> None:
    leave(config)
    assert not shown_before_textual(config, size=(100, 30))
    assert not shown_before_textual(config, NO_COLOR="1")
    assert shown_before_textual(config)


def test_the_tab_on_which_the_list_was_left_is_up_at_the_next_start(config: Path) -> None:
    leave(config, "2", "j")
    assert shown_before_textual(config)
    # The next start begins there, and saves the same again.
    leave(config)
    assert shown_before_textual(config)


def test_frame_that_the_next_start_would_not_show_is_not_saved(config: Path) -> None:
    leave(config, " ")
    assert not frame(config).exists()
    config.write_text(f"{config.read_text()}\n[screen]\nrestore = false\n")
    leave(config, "2")
    assert not frame(config).exists()
    leave(config)
    assert frame(config).exists()


def test_a_write_that_the_screen_has_not_seen_is_noticed(config: Path) -> None:
    store = Store(config.parent / "practice.db")
    seen = store.changes()
    with store.unchanged_since(seen) as unchanged:
        assert unchanged
    other = sqlite3.connect(config.parent / "practice.db")
    other.execute("UPDATE clients SET note = 'x'")
    other.commit()
    other.close()
    with store.unchanged_since(seen) as unchanged:
        assert not unchanged
    store.close()
