"""A file has one reason to exist, and a folder can be taken in at a glance."""

from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("clientsync_tui", "tests", "bench", "docs")
MOST_LINES, MOST_LINES_OF_THE_APP = 400, 200
MOST_FILES, MOST_LOOSE_MODULES = 20, 8


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]


def test_files_are_short(files: list[Path]) -> None:
    lengths = {file: len(file.read_text("utf-8").splitlines()) for file in files}
    assert lengths[ROOT / "clientsync_tui/app/app.py"] <= MOST_LINES_OF_THE_APP
    assert [str(file) for file, lines in lengths.items() if lines > MOST_LINES] == []


def test_folders_are_small(files: list[Path]) -> None:
    counts = Counter(file.parent for file in files)
    assert [str(folder) for folder, count in counts.items() if count > MOST_FILES] == []
    loose = [
        file for file in files if file.parent == ROOT / "clientsync_tui" and not file.name.startswith("__")
    ]
    assert len(loose) <= MOST_LOOSE_MODULES
