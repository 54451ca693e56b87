"""The app in a real pseudo-terminal: what it sends there, and how it reacts to being suspended, resized or cut off."""

import os
import re
import signal
from pathlib import Path

import pytest

from clientsync_tui.terminal import capabilities as facts
from tests.support.clients import ANN, add, signed_in, workplace_in
from tests.support.terminal import Terminal

COLOUR = re.compile(rb"\x1b\[(?:[0-9]*[;:])*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9]*)*m")
DARK_ANSWER, LIGHT_ANSWER = b"\x1b]11;rgb:1717/1818/1b1b\x1b\\", b"\x1b]11;rgb:fdfd/f6f6/e3e3\x07"
WHO_ANSWER = b"\x1b[?62;22c"
SLOW_LINE = {"SSH_TTY": "/dev/pts/3"}
"""Over SSH, the program waits a second for an answer. That is long enough for a test on a busy machine. It also sets variables that
Textual reads when it is imported, so it has to be a fresh process."""
LIGHT_BACKGROUND, DARK_BACKGROUND = b"48;2;250;250;249", b"48;2;23;24;27"


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """`--config` of a practice with two clients."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    workplace = workplace_in(tmp_path)
    sign_in = signed_in(workplace.store, ANN)
    add(workplace.store, "Abbey Road Bakery Ltd", sign_in)
    add(workplace.store, "Baker & Daughters")
    workplace.close()
    return ["--config", str(tmp_path / "config.toml")]


def test_pasted_escape_sequences_are_text_and_not_keys(words: list[str]) -> None:
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        terminal.press("e")
        terminal.until("Note about Abbey Road Bakery Ltd")
        terminal.press("\x1b[200~Ask \x1b[31mIvy\x1b[0m first\x1b")
        terminal.press("[1mq\rq\x1b[201~!")
        terminal.until("first[1mq / q!")
        assert "Ask [31mIvy[0m first" in terminal.text
        assert "Note about Abbey Road Bakery Ltd" in terminal.text


def test_no_colour_code_is_sent_under_no_color(words: list[str]) -> None:
    with Terminal(*words, environment={"NO_COLOR": "1"}) as terminal:
        terminal.until("Baker & Daughters")
        terminal.press("v")
        terminal.until("1 selected")
        terminal.press("?")
        terminal.until("Open Client Sync, export")
        terminal.press("\x1b")
        terminal.until(lambda: "export" not in terminal.text)
        terminal.press("s")
        terminal.until("not set up")
        terminal.press("\x1b")
        terminal.until("Baker & Daughters")
        terminal.press("q")
        assert terminal.end() == 0
        assert COLOUR.findall(terminal.written) == []
        # Reverse, bold and underline replace the colours.
        codes = set(b";".join(re.findall(rb"\x1b\[([0-9;]*)m", terminal.written)).split(b";"))
        assert {b"7", b"1", b"4"} <= codes


def test_colours_are_there_without_it(words: list[str]) -> None:
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        assert COLOUR.search(terminal.written)


@pytest.mark.parametrize(
    ("answer", "background"), [(LIGHT_ANSWER, LIGHT_BACKGROUND), (DARK_ANSWER, DARK_BACKGROUND)]
)
def test_theme_follows_the_terminals_background(words: list[str], answer: bytes, background: bytes) -> None:
    with Terminal(
        *words, environment=SLOW_LINE, fresh=True, answers={facts.ASK_WHO: answer + WHO_ANSWER}
    ) as terminal:
        terminal.until("Baker & Daughters")
        assert background in terminal.written


def test_silent_terminal_is_not_waited_for(words: list[str]) -> None:
    with Terminal(*words, environment={"COLORFGBG": "0;15"}) as terminal:
        terminal.until("Baker & Daughters")
        assert LIGHT_BACKGROUND in terminal.written


def test_keys_typed_while_the_terminal_is_asked_are_not_lost(words: list[str]) -> None:
    # The terminal's answer arrives between keys. The filter and its words still arrive, without any part of the answer.
    typing = b"/dau" + LIGHT_ANSWER + b"gh" + WHO_ANSWER
    with Terminal(*words, environment=SLOW_LINE, fresh=True, answers={facts.ASK_WHO: typing}) as terminal:
        terminal.until("1 of 2")
        terminal.until("daugh")
        assert LIGHT_BACKGROUND in terminal.written


def test_keys_typed_before_the_start_are_not_lost(words: list[str]) -> None:
    with Terminal(*words, typed=b"/daugh") as terminal:
        terminal.until("1 of 2")
        assert facts.ASK_BACKGROUND not in terminal.written


def test_sixteen_colours_are_the_terminals_own(words: list[str]) -> None:
    with Terminal(*words, environment={"TERM": "xterm", "COLORTERM": ""}) as terminal:
        terminal.until("Baker & Daughters")
        assert not re.search(rb"\x1b\[[0-9;]*[34]8[;:]", terminal.written)


def test_terminal_without_cursor_movement_is_offered_the_menu(words: list[str]) -> None:
    with Terminal(*words, environment={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 2
        assert b"clientsync menu" in terminal.written and b"\x1b" not in terminal.written


def test_little_is_sent_over_ssh(words: list[str]) -> None:
    with Terminal(*words, environment={"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, fresh=True) as terminal:
        terminal.until("Baker & Daughters")
        terminal.press("q")
        terminal.end()
        assert b"\x1b[?1003h" not in terminal.written
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        assert b"\x1b[?1003h" in terminal.written


def test_over_ssh_frames_are_few_and_nothing_is_animated() -> None:
    environment = {"SSH_TTY": "/dev/pts/3", "TERM": "xterm-256color"}
    facts.prepare(environment)
    assert environment["TEXTUAL_FPS"] == "15" and environment["TEXTUAL_ANIMATIONS"] == "none"
    # The user's own settings stay.
    environment = {"SSH_TTY": "/dev/pts/3", "TEXTUAL_FPS": "30"}
    facts.prepare(environment)
    assert environment["TEXTUAL_FPS"] == "30"


def test_empty_variable_counts_as_not_set() -> None:
    environment = {
        "NO_COLOR": "",
        "TEXTUAL_DRIVER": "",
        "TEXTUAL_FPS": "",
        "SSH_TTY": "/dev/pts/3",
        "LANG": "",
    }
    facts.prepare(environment)
    assert not {"NO_COLOR", "TEXTUAL_DRIVER"} & {*environment}
    assert environment["TEXTUAL_FPS"] == "15" and environment["LANG"] == ""


def test_program_is_suspended_and_comes_back(words: list[str]) -> None:
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        terminal.press("\x1a")
        terminal.until(lambda: terminal.state() == "T")
        # Meanwhile the shell's screen and settings are restored.
        assert b"\x1b[?1049l" in terminal.written
        terminal.screen.reset()
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.until("Baker & Daughters")
        terminal.press("q")
        assert terminal.end() == 0


def test_dropped_line_ends_it(words: list[str]) -> None:
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        terminal.hang_up()
        terminal.end(within_s=10)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT])
def test_signals_to_end_leave_the_terminal_restored(words: list[str], number: int) -> None:
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        os.kill(terminal.process.pid, number)
        assert terminal.end() == 0
        assert all(
            sequence in terminal.written for sequence in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h")
        )


def test_terminal_too_small_says_what_it_needs_and_comes_back(words: list[str]) -> None:
    with Terminal(*words, size=(30, 8)) as terminal:
        terminal.until("needs 40x10")
        terminal.resize(100, 30)
        terminal.until("Baker & Daughters")
        terminal.press("/dau")
        terminal.until("1 of 2")
        # While typing.
        terminal.resize(20, 5)
        terminal.until("enlarge")
        terminal.resize(80, 24)
        terminal.until("1 of 2")
        terminal.press("gh")
        terminal.until("daugh")


def test_q_quits_where_the_terminal_is_too_small(words: list[str]) -> None:
    with Terminal(*words, size=(39, 9)) as terminal:
        terminal.until("needs 40x10")
        terminal.until("press q to")
        terminal.press("q")
        assert terminal.end(within_s=10) == 0


def test_terminal_that_has_no_size_yet_is_drawn_once(words: list[str]) -> None:
    """Textual then gets two sizes, one of which is its own guess."""
    code = f"""
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSWINSZ, bytes(8))
sys.argv = ["clientsync", *{words!r}]
from clientsync_tui.__main__ import main
main()
"""
    with Terminal(size=(100, 24), environment={"COLUMNS": "100"}, code=code) as terminal:
        terminal.until("Baker & Daughters")
        terminal.press("q")
        assert terminal.end(within_s=10) == 0
        assert len(terminal.written) < 30_000


def test_size_is_the_terminals_own_whatever_the_environment_says(words: list[str]) -> None:
    with Terminal(*words, size=(100, 24), environment={"COLUMNS": "20", "LINES": "5"}) as terminal:
        terminal.until("Baker & Daughters")
        terminal.press("q")
        assert terminal.end(within_s=10) == 0


def test_unexpected_error_is_one_line(words: list[str], tmp_path: Path) -> None:
    secret = "token-ABC123"
    code = f"""
import sys
from clientsync_tui.screens.clients.clients import ClientsScreen
def broken(self):
    held = {secret!r}
    raise RuntimeError("the token is " + held)
ClientsScreen.do_views = broken
sys.argv = ["clientsync", *{words!r}]
from clientsync_tui.__main__ import main
main()
"""
    with Terminal(code=code) as terminal:
        terminal.until("Baker & Daughters")
        terminal.press("w")
        assert terminal.end() == 1
        after = terminal.written.rpartition(b"\x1b[?1049l")[2].decode()
        assert "clientsync: Unexpected error (RuntimeError)." in after
        assert "Traceback" not in after and secret.encode() not in terminal.written
    log = tmp_path / "data" / "clientsync" / "errors.log"
    assert "in broken" in log.read_text() and secret + '"' not in log.read_text()
    assert f"is {secret}" not in log.read_text() and log.stat().st_mode & 0o777 == 0o600
