"""Dependencies: each one is used, the version limits are true, and hashes and licences are recorded."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs import licences

PROJECT = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
DIRECT = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = [Requirement(text) for extra in PROJECT["optional-dependencies"].values() for text in extra]
SOURCE = "\n".join(path.read_text("utf-8") for path in Path("clientsync_tui").rglob("*.py"))


def locked(name: str) -> dict[str, str]:
    """The versions in a lock file, by name; each must have hashes, and the file may contain nothing else."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", Path("requirements", name).read_text("utf-8").strip()):
        first, *hashes = [line.strip(" \\") for line in block.splitlines()]
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .*)?", first), first
        assert hashes and all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), first
        package, _, version = first.partition(" ;")[0].partition("==")
        found[package] = version
    return found


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_every_dependency_is_used(requirement: Requirement) -> None:
    module = requirement.name.replace("-", "_")
    assert re.search(rf"^\s*(from|import) {module}\b", SOURCE, re.MULTILINE)


def test_oldest_allowed_versions_are_the_tested_ones() -> None:
    tried = locked("lowest.lock")
    for requirement in DIRECT:
        bound = next(limit.version for limit in requirement.specifier if limit.operator == ">=")
        version = tried[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version)
        assert version.startswith(bound), f"{requirement} was tried with {version}"


def test_development_is_locked() -> None:
    versions = locked("dev.lock")
    for requirement in (*DIRECT, *EXTRAS):
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"run requirements/lock: {requirement}"


def test_licences_are_listed() -> None:
    needed = licences.needed()
    versions = locked("dev.lock")
    assert set(needed) <= set(versions), "run: requirements/lock"
    others = {
        name for name in set(needed) - set(licences.ELSEWHERE) if metadata.version(name) != versions[name]
    }
    if others:
        pytest.skip(f"other versions than the locked ones are installed: {', '.join(sorted(others))}")
    page = licences.page()
    assert licences.LIST.read_text("utf-8") == page, "run: python docs/licences.py"
    assert set(licences.ELSEWHERE) <= set(needed)
    assert "does not say" not in page
