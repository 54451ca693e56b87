"""The sign-in link in a real terminal: a key prints it whole and unbroken."""

from tests.support.practice import Practice, practice, practices
from tests.support.terminal import Terminal

__all__ = ["practice", "practices"]


def test_link_is_printed_as_plain_text(practice: Practice) -> None:
    with Terminal("--config", str(practice.config)) as terminal:
        terminal.until("There are no clients yet")
        terminal.press("s")
        terminal.until("not signed in")
        terminal.press("l")
        terminal.until("Copy the link")
        before = len(terminal.written)
        terminal.press("P")
        terminal.until("Press Enter")
        plain = terminal.written[before:].partition(b"Press Enter")[0]
        # Unbroken: all 420 characters follow one another, however wide the terminal is.
        line = next(line for line in plain.split(b"\r\n") if line.startswith(practice.sandbox.url.encode()))
        assert line.count(b"code_challenge_method=S256") == 1
        assert b"\x1b" not in line
        assert b"ssh -L" in plain
        terminal.press("\r")
        terminal.until("Show link as plain text")
