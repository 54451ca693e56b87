"""What libraries write to standard error while the app is open, in a real pseudo-terminal."""

from tests.support.practice import Practice, practice, practices
from tests.support.terminal import Terminal

__all__ = ["practice", "practices"]

NOISE = "OVER THE SCREEN"


def test_a_keyring_that_complains_draws_nothing_over_the_screen(practice: Practice) -> None:
    noisy = {"PYTHON_KEYRING_BACKEND": "tests.signin.keyrings.Noisy"}
    with Terminal("--config", str(practice.config), environment=noisy) as terminal:
        terminal.until("There are no clients yet")
        terminal.press("s")
        terminal.until("not signed in")
        terminal.press("l")
        # The keyring was tested before the link is there.
        terminal.until("Copy the link")
        # What is printed in place of the screen still comes.
        terminal.press("P")
        terminal.until("Press Enter")
        terminal.press("\r")
        terminal.until("Show link as plain text")
        assert NOISE.encode() not in terminal.written
        terminal.press("\x11")
        assert terminal.end() == 0


def test_what_ends_the_app_is_still_said() -> None:
    code = (
        "import os, sys\n"
        "from clientsync_tui.screen_alone import screen_alone\n"
        "with screen_alone():\n"
        "    os.write(2, b'unseen ')\n"
        "    print('seen', file=sys.stderr)\n"
        "    print('drawn', file=sys.__stderr__)\n"
        "os.write(2, b'after ')\n"
        "print('last', file=sys.stderr)\n"
    )
    with Terminal(code=code) as terminal:
        assert terminal.end() == 0
        assert terminal.written.split() == [b"seen", b"drawn", b"after", b"last"]
