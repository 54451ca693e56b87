"""The program on platforms where Python has less than on Linux: it starts, and commands and screens work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clients import ANN, add, signed_in, workplace_in
from tests.support.command import PATIENCE_S, environment

TAKES_AWAY = """
import asyncio, os, signal, sys
import clientsync_tui.app.app, clientsync_tui.cli.main, clientsync_tui.serve, clientsync_tui.sandbox.server, clientsync_tui.demo.throwaway
import clientsync_tui.workplace, clientsync_tui.signin.keyrings.encrypted_file, clientsync_tui.signin.loopback, filelock
import textual.drivers.linux_driver, textual.pilot

platform, folder = sys.argv[1:3]
# The libraries have chosen by now; they are for their own tests.
for name in [name for name in sys.modules if name.split(".")[0] == "clientsync_tui"]:
    del sys.modules[name]

def refuse(*_):
    raise NotImplementedError

if platform != "darwin":
    for name in ("termios", "tty", "fcntl", "pwd", "grp", "resource"):
        sys.modules[name] = None
    for name in ("geteuid", "getuid", "getegid", "getgid", "getpgrp", "tcgetpgrp", "chown", "fchown", "fchmod", "lchown", "mkfifo",
                 "set_blocking", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_NOCTTY", "O_CLOEXEC", "getpgid", "setsid", "killpg"):
        delattr(os, name)
    for name in ("SIGHUP", "SIGCONT", "SIGTSTP", "SIGWINCH", "SIGQUIT", "SIGALRM", "SIGUSR1"):
        delattr(signal, name)
    for found in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        found.clear()
    os.getlogin = lambda: "ann"
    asyncio.SelectorEventLoop.add_signal_handler = refuse
delattr(os, "O_PATH")
if platform != "linux":
    sys.platform = platform

from clientsync_tui.cli.main import root

def run(*words, code=0):
    try:
        root.main(["--config", folder + "/config.toml", *words], prog_name="clientsync")
    except SystemExit as end:
        assert end.code == code, (words, end.code)

run("--version")
run("clients", "--json")
run("client", "B1")
run("log")
run("software")
run("export", folder + "/clients.csv")
run("export", folder + "/clients.csv", code=2)
run("export", "--yes", folder + "/clients.csv")
run("export", "--yes", folder + "/practice.db", code=2)
run("backup", folder + "/copy.db")
run("restore", "--yes", folder + "/copy.db")
run("doctor", code=1)
run("setup", "xero", "--client-id", "abc")

from pathlib import Path
from clientsync_tui.terminal import capabilities
from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.workplace import Workplace
from tests.support.pilot import run_app

async def screens():
    with capabilities.AskedBackground({"TERM": "xterm"}) as asked:
        assert asked.is_light() is None
    app = ClientSyncApp(Workplace.open(Path(folder) / "config.toml"))
    async with run_app(app, size=(100, 30)) as pilot:
        await pilot.pause()
        for key in ("down", "question_mark", "escape", "s", "escape", "h", "escape", "q"):
            await pilot.press(key)
    assert app.return_code in (0, None), app.return_code

asyncio.run(screens())
print("all is done")
"""


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_program_starts_without_platform_specific_modules(tmp_path: Path, platform: str) -> None:
    """`linux`: the names are missing although the platform says Linux."""
    workplace = workplace_in(tmp_path)
    add(workplace.store, "Baker & Daughters", signed_in(workplace.store, ANN), code="B1")
    workplace.close()
    done = subprocess.run(
        [sys.executable, "-c", TAKES_AWAY, platform, str(tmp_path)],
        env={**os.environ, **environment(tmp_path / "home")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0 and done.stdout.endswith("all is done\n"), done.stdout[-2000:] + done.stderr
    assert "Baker" in (tmp_path / "clients.csv").read_text()
