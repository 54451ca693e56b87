"""A practice on a sandbox, and the command line on it; one for a module, because no test here leaves the other without ground."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tomlkit

from clientsync_tui.sandbox.config import software_tables
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command, environment
from tests.support.practice import Practice

HIDDEN = (
    "SSH_CONNECTION",
    "SSH_TTY",
    "SSH_CLIENT",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "CLIENTSYNC_PASSPHRASE_FILE",
)


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folders of somebody who never used the program; their keyring costs nothing to open, unlike an encrypted file."""
    folder = tmp_path_factory.mktemp("home")
    keyring = folder / "keyring"
    keyring.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        for name in HIDDEN:
            patch.delenv(name, raising=False)
        patch.setenv("PYTHON_KEYRING_BACKEND", "tests.signin.keyrings.Folder")
        patch.setenv("TEST_KEYRING", str(keyring))
        yield folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Running], Practice]:
    """Makes new practices for a sandbox."""

    def make(box: Running) -> Practice:
        folder = tmp_path_factory.mktemp("practice")
        tables = {
            "practice": {"name": "Tester & Co", "database": "practice.db"},
            "http": {"timeout_s": 5, "attempts": 2},
            "software": software_tables(box.url),
        }
        (folder / "config.toml").write_text(tomlkit.dumps(tables))
        return Practice(box, folder)

    return make


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    """A sandbox of twelve organisations."""
    with running(Options(organisations=12, limits=False)) as server:
        yield server


@pytest.fixture(scope="module")
def practice(box: Running, made: Callable[[Running], Practice]) -> Practice:
    """A practice that nobody has signed in to yet."""
    return made(box)


@pytest.fixture(scope="module")
def cli(practice: Practice) -> Command:
    """The command line on that practice."""
    return Command(practice.config)
