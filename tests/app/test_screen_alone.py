"""What libraries write to standard error while the app is open, in a real pseudo-terminal."""

from pathlib import Path

from tests.support.practice import Practice, practice, practices
from tests.support.terminal import Terminal

__all__ = ["practice", "practices"]

NOISE = "OVER THE SCREEN"


def test_keyring_that_complains_draws_nothing_over_the_screen(practice: Practice) -> None:
    noisy = {"PYTHON_KEYRING_BACKEND": "tests.signin.keyrings.Noisy"}
    with Terminal("--config", str(practice.config), environment=noisy) as terminal:
        terminal.until("There are no clients yet")
        terminal.press("s")
        terminal.until("not signed in")
        terminal.press("l")
        # The keyring is tested before the link appears.
        terminal.until("Copy the link")
        # Text printed instead of the screen still appears.
        terminal.press("P")
        terminal.until("Press Enter")
        terminal.press("\r")
        terminal.until("Show link as plain text")
        assert NOISE.encode() not in terminal.written
        terminal.press("\x11")
        assert terminal.end() == 0


def test_reason_for_ending_the_app_is_still_printed() -> None:
    code = (
        "import os, sys\n"
        "from clientsync_tui.terminal.screen_alone import screen_alone\n"
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


def test_app_draws_if_standard_error_is_a_file_closed_or_full(tmp_path: Path) -> None:
    """As in `clientsync 2> errors.txt`, which would draw the screen into the file."""
    for redirected in (
        "os.open(sys.argv[-1], os.O_WRONLY | os.O_CREAT)",
        "os.open('/dev/full', os.O_WRONLY)",
        None,
    ):
        code = (
            "import os, sys\n"
            + (
                f"os.dup2({redirected}, 2)\n"
                if redirected
                else "os.close(2)\nsys.stderr = sys.__stderr__ = None\n"
            )
            + "from clientsync_tui.host import standard_streams\n"
            "standard_streams.prepare()\n"
            "from clientsync_tui.terminal.screen_alone import screen_alone\n"
            "with screen_alone():\n"
            "    print('drawn', file=sys.__stderr__)\n"
            "print('unseen', file=sys.stderr)\n"
        ).replace("sys.argv[-1]", repr(str(tmp_path / "errors.txt")))
        with Terminal(code=code) as terminal:
            assert terminal.end() == 0
            assert terminal.written.split() == [b"drawn"]
    assert (tmp_path / "errors.txt").read_text() == "unseen\n"
