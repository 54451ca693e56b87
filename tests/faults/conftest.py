"""A practice with some history and no network; each fault hits a copy of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clientsync_tui.practice.entries import Kind
from clientsync_tui.store.store import Store
from tests.store.entries import added, connected, of_client, of_link, signed_in
from tests.support.command import Command, environment

CLIENTS = 40


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folders of someone who never used the program, with a keyring that costs nothing."""
    folder = tmp_path_factory.mktemp("home")
    keyring = folder / "keyring"
    keyring.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        patch.setenv("PYTHON_KEYRING_BACKEND", "tests.signin.keyrings.Folder")
        patch.setenv("TEST_KEYRING", str(keyring))
        yield folder


@pytest.fixture(scope="module")
def original(home: Path) -> Path:
    """The folder of a practice with some clients and one backup, closed."""
    folder = home / "original"
    folder.mkdir()
    (folder / "config.toml").write_text('[practice]\nname = "Tester & Co"\ndatabase = "practice.db"\n')
    store = Store(folder / "practice.db")
    store.ledger.append(signed_in())
    for n in range(CLIENTS):
        store.ledger.append(added(f"c{n}", f"Client {n}", practice_code=f"C{n:02}", team="North"))
        store.ledger.append(connected(f"c{n}", f"o{n}"))
    store.close()
    assert Command(folder / "config.toml").inside("backup").code == 0
    store = Store(folder / "practice.db")
    # Changes after the backup.
    store.ledger.append(of_client(Kind.NOTE_SET, "c1", note="Calls on Fridays"))
    store.ledger.append(of_link(Kind.REFRESHED, "c2", "o2", organisation_name=None, details={}, lists={}))
    store.close()
    return folder


@pytest.fixture
def cli(original: Path, tmp_path: Path) -> Command:
    """The command line on a copy of that practice, for one fault."""
    folder = tmp_path / "practice"
    shutil.copytree(original, folder)
    return Command(folder / "config.toml")


@pytest.fixture
def database(cli: Command) -> Path:
    return cli.config.parent / "practice.db"
