"""Releases: the wheel has everything that the program needs, and the source archive everything that the wheel is built from."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from clientsync_tui import version

NAME = f"clientsync_tui-{version()}"


@pytest.fixture(scope="module")
def dists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both archives, built without a network."""
    folder = tmp_path_factory.mktemp("dists")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def wheel(dists: Path) -> list[str]:
    return zipfile.ZipFile(dists / f"{NAME}-py3-none-any.whl").namelist()


def sources(folder: str, kind: str) -> set[str]:
    """The files below a folder of the checkout."""
    return {path.as_posix() for path in Path(folder).rglob(f"*.{kind}")}


def test_wheel_has_every_module_and_style_sheet(wheel: list[str]) -> None:
    assert sources("clientsync_tui", "py") <= set(wheel)
    assert {f"clientsync_tui/{sheet}" for sheet in sources("styles", "tcss")} <= set(wheel)


def test_wheel_has_the_manual_page_and_nothing_of_the_checkout(wheel: list[str]) -> None:
    rest = [name for name in wheel if not name.startswith(("clientsync_tui/", f"{NAME}.dist-info/"))]
    assert rest == [f"{NAME}.data/data/share/man/man1/clientsync.1"]


def test_source_archive_has_all_tests_and_documents(dists: Path) -> None:
    with tarfile.open(dists / f"{NAME}.tar.gz") as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    wanted = sources("clientsync_tui", "py") | sources("styles", "tcss") | sources("tests", "py")
    wanted |= sources("docs", "md") | sources("requirements", "lock")
    wanted |= {
        "README.md",
        "SECURITY.md",
        "LICENSES.md",
        "LICENSE",
        "pyproject.toml",
        ".ci/run",
        ".ci/install",
    }
    assert wanted <= names


def test_wheel_carries_its_licence(dists: Path) -> None:
    with zipfile.ZipFile(dists / f"{NAME}-py3-none-any.whl") as archive:
        metadata = archive.read(f"{NAME}.dist-info/METADATA").decode()
        assert "License-Expression: MIT" in metadata
        assert b"MIT License" in archive.read(f"{NAME}.dist-info/licenses/LICENSE")


def test_there_is_only_one_version() -> None:
    assert re.search(
        rf'^version = "{re.escape(version())}"$', Path("pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
