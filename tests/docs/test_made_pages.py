"""Generated pages are up to date."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clientsync_tui.cli.main import root
from docs import manpage
from tests.support.command import every_command


def test_manual_page_is_what_the_commands_say() -> None:
    assert manpage.PAGE.read_text("utf-8") == manpage.page(), "run: python docs/manpage.py"


def test_manual_page_has_every_command() -> None:
    page = manpage.page()
    for words, command in every_command(root):
        if words and not command.hidden:
            assert f".SS clientsync {manpage.roff(' '.join(words))}\n" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
def test_manual_page_is_good_roff(tmp_path: Path) -> None:
    process = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", manpage.PAGE], capture_output=True, text=True, check=True
    )
    # Unevenly filled lines are not a mistake.
    assert [line for line in process.stderr.splitlines() if not re.search("adjust|break", line)] == []
