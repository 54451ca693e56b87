"""A practice on a sandbox, and the command line on it; one per module, because no test here spoils it for the others."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command, environment
from tests.support.practice import ELSEWHERE, Practice, cheap_keyring, set_up


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folders of someone who never used the program."""
    folder = tmp_path_factory.mktemp("home")
    keyring = folder / "keyring"
    keyring.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (environment(folder) | cheap_keyring(keyring)).items():
            patch.setenv(name, value)
        for name in (*ELSEWHERE, "CLIENTSYNC_PASSPHRASE_FILE"):
            patch.delenv(name, raising=False)
        yield folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Running], Practice]:
    """Makes new practices for a sandbox."""

    return lambda box: set_up(box, tmp_path_factory.mktemp("practice"))


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    """A sandbox of twelve organisations."""
    with running(Options(organisations=12, limits=False, softwares=("xero",), hostile=True)) as server:
        yield server


@pytest.fixture(scope="module")
def practice(box: Running, made: Callable[[Running], Practice]) -> Practice:
    """A practice that no one has signed in to yet."""
    return made(box)


@pytest.fixture(scope="module")
def cli(practice: Practice) -> Command:
    """The command line on that practice."""
    return Command(practice.config)
