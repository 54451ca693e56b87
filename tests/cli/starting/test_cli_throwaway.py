"""`--sandbox`: a practice with some history, deleted however the program ends."""

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar

from tests.support import process
from tests.support.command import PATIENCE_S
from tests.support.process import Process

pytestmark = pytest.mark.long


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def left(temporary: Path) -> list[Path]:
    return list(temporary.glob("clientsync-sandbox-*"))


def test_command_on_it(temporary: Path, home: Path) -> None:
    done = process.run(["--sandbox", "--software", "xero", "add", "xero", "--all", "--json"])
    assert done.returncode == 0, done.stderr
    assert "Nothing is saved" in done.stderr
    document = json.loads(done.stdout)
    assert document["done"] > 0 and document["failed"] == 0
    assert left(temporary) == []
    assert not (home / "data" / "clientsync").exists(), "the person's own practice is not touched"


def test_demo_of_chosen_apps_alone(temporary: Path) -> None:
    done = process.run(["--sandbox", "--software", "zoho_books", "software", "--json"])
    assert done.returncode == 0, done.stderr
    assert [row["name"] for row in json.loads(done.stdout) if row["configured"]] == ["zoho_books"]
    for words in (["--sandbox", "--software", "nope"], ["--software", "xero"]):
        refused = process.run([*words, "clients"])
        assert refused.returncode == 2 and "Error: " in refused.stderr


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_killed_it_leaves_nothing(temporary: Path) -> None:
    started = Process(
        ["--sandbox", "--software", "sage", "log", "--follow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert started.stdout is not None and started.stdout.readline()
    folder = left(temporary)[0]
    serving = [each for each in Path("/proc").glob("[0-9]*") if _child_of(each, started.pid)]
    assert len(serving) == 1
    started.kill()
    started.wait()
    started.stdout.close()
    end = time.monotonic() + PATIENCE_S
    while folder.exists() or serving[0].exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def _child_of(process: Path, parent: int) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[1] == str(parent)
    except (OSError, IndexError):
        return False


@pytest.mark.parametrize(
    "words", [("--sandbox", "--software", "sage", "clients", "--json"), ("--serve",)], ids=" ".join
)
def test_nothing_in_the_working_folder_is_imported(
    temporary: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """It may be a folder that a colleague can write, as in `cd /srv/shared && clientsync --sandbox`."""
    shared = tmp_path / "shared"
    shared.mkdir()
    for name in (
        "click",
        "asyncio",
        "clientsync_tui",
        "textual",
        "starlette",
        "sitecustomize",
        "usercustomize",
    ):
        (shared / f"{name}.py").write_text("import pathlib; pathlib.Path('ran').touch()\n")
    program = [sys.executable, "-P", "-m", "clientsync_tui", *words]
    with subprocess.Popen(program, cwd=shared, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        if "--serve" in words:
            link = started.stdout.readline().strip()
            asyncio.run(_opened(link))
            started.terminate()
        else:
            assert json.loads(started.stdout.read())
    assert started.returncode == 0
    assert not (shared / "ran").exists()


async def _opened(link: str) -> None:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        async with browser.get(link) as answer:
            home = re.findall(r"Path=(\S+)/", answer.headers["set-cookie"])[0]
        origin = link.partition("/?")[0]
        async with browser.ws_connect(f"{origin}{home}/ws?width=100&height=30", origin=origin) as socket:
            assert (await socket.receive(timeout=PATIENCE_S)).data
