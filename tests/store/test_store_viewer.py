"""A viewer can read the practice's file but not write to it: everything can be read, and nothing is left beside it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clientsync_tui.app.app import ClientSyncApp
from clientsync_tui.store.store import Store
from clientsync_tui.workplace import Workplace
from tests.store.entries import added
from tests.support.pilot import run_app
from tests.support.practice import shown, until

NOBODY = 65534
REFUSED = "Not available: you are a viewer."
PROGRAM = """
import json, os, sys
from click.testing import CliRunner
from clientsync_tui.cli.main import root
import filelock

def run(config, *words):
    said = CliRunner().invoke(root, ["--config", config, *words])
    return {"code": said.exit_code, "out": said.stdout, "err": said.stderr or str(said.exception)}

COMMANDS = json.loads(sys.argv[2])
for words in COMMANDS:
    # On another practice, so that everything is imported before this process becomes someone who may not read the program.
    run(sys.argv[3], *words)
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
print(json.dumps([run(sys.argv[1], *words) for words in COMMANDS]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a viewer may pass through but not write to."""
    made = Path(tempfile.mkdtemp())
    home = made / "home"
    home.mkdir()
    (home / "config.toml").write_text(f"[practice]\ndatabase = '{made / 'practice.db'}'\n")
    if os.geteuid() == 0:
        for path in (home, home / "config.toml"):
            os.chown(path, NOBODY, NOBODY)
    with closing(Store(made / "practice.db")) as store:
        store.ledger.append(added("c1", "Abbey"))
    for_viewers(made)
    made.chmod(0o755 if os.geteuid() == 0 else 0o555)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def for_viewers(folder: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path = folder / f"practice.db{ending}"
        if path.exists():
            if os.geteuid() == 0:
                os.chown(path, 0, NOBODY)
            path.chmod(0o640 if os.geteuid() == 0 else 0o440)


def as_viewer(folder: Path, *commands: tuple[str, ...]) -> list[dict[str, Any]]:
    home, other = folder / "home", Path(tempfile.mkdtemp())
    shutil.copy(folder / "practice.db", other)
    (other / "practice.db").chmod(0o600)
    (other / "config.toml").write_text("[practice]\ndatabase = 'practice.db'\n")
    configs = [str(home / "config.toml"), json.dumps(commands), str(other / "config.toml")]
    words = [sys.executable, "-c", PROGRAM, *configs]
    environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    try:
        return json.loads(subprocess.check_output(words, text=True, env=environment))
    finally:
        shutil.rmtree(other)


def test_viewer_reads_and_is_refused_every_change_and_leaves_nothing(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    clients, client, log, status, note, claim = as_viewer(
        folder,
        ("clients", "--json"),
        ("client", "Abbey"),
        ("log", "--json"),
        ("practice", "status", "--json"),
        ("set", "--client", "Abbey", "--note", "Hello"),
        ("claim", "--client", "Abbey"),
    )
    assert not clients["code"], clients
    assert [found["name"] for found in json.loads(clients["out"])] == ["Abbey"]
    assert client["code"] == 0 and "client added" in client["out"]
    assert [entry["kind"] for entry in json.loads(log["out"])] == ["client_added"]
    assert json.loads(status["out"])["is"] == "viewer"
    for refused in (note, claim):
        assert refused["code"] == 2 and REFUSED in refused["err"], refused
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two people")
def test_viewer_sees_what_is_written_while_they_read(folder: Path) -> None:
    with closing(Store(folder / "practice.db")) as store:
        store.ledger.append(added("c2", "Baker"))
        for_viewers(folder)
        (clients,) = as_viewer(folder, ("clients", "--json"))
    assert not clients["code"], clients
    assert [found["name"] for found in json.loads(clients["out"])] == ["Abbey", "Baker"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two people")
async def test_screen_of_a_viewer_says_why_nothing_can_be_changed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(home: Path) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(home))
        workplace = Workplace.open(home / "config.toml")
        async with run_app(ClientSyncApp(workplace), size=(120, 30)) as pilot:
            await until(pilot, lambda: "Abbey" in shown(pilot))
            for key in ("e", "M", "t") if os.geteuid() else ("exclamation_mark", "escape"):
                await pilot.press(key)
                await until(pilot, lambda: not os.geteuid() or REFUSED in shown(pilot))
            await pilot.press("h")
            await until(pilot, lambda: "client added" in shown(pilot))
            await pilot.press("escape", "q")
        workplace.close()

    # Run it once as someone who may write, so that everything is imported before this process loses access to the program.
    shutil.copy(folder / "home" / "config.toml", tmp_path)
    await look(tmp_path)
    for_viewers(folder)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        await look(folder / "home")
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two people")
def test_reader_notices_the_first_writer(folder: Path) -> None:
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        with closing(Store(folder / "practice.db")) as viewer:
            seen = viewer.changes()
            os.seteuid(0)
            with closing(Store(folder / "practice.db")) as writer:
                writer.ledger.append(added("c2", "Baker"))
                for_viewers(folder)
                os.seteuid(NOBODY)
                assert viewer.changes() != seen and viewer.clients.total() == 2
                os.seteuid(0)
    finally:
        os.seteuid(0)
        os.setegid(0)
