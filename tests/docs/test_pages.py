"""Every command of the documents, run as a reader would who follows the page from top to bottom."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.reader import Reader
from tests.support.practice import ELSEWHERE, cheap_keyring

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (tmp_path / "keyring").mkdir()
    checkout = str(Path.cwd())
    for name in (*ELSEWHERE, "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    told = {"HOME": str(home), "PYTHONPATH": checkout, "PATH": f"{home}/.local/bin:/usr/bin:/bin"}
    for name, value in (told | cheap_keyring(tmp_path / "keyring")).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home)
    reader = Reader(home, monkeypatch)
    yield reader
    reader.leave()


def test_the_page_for_administrators(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    # The encrypted file is what that page is about.
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    assert reader.follow(DOCS / "administrators.md") > 15


def test_the_guide(reader: Reader) -> None:
    assert reader.follow(DOCS / "guide.md") > 30
    assert sorted(each.name for each in reader.home.rglob("*") if "clientsync" in each.name) == [
        "clientsync",  # the program
        "clientsync",  # its completion
    ]
