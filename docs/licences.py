"""Writes LICENSES.md, the packages that Client Sync is installed with and their licences: `python docs/licences.py`.

The licences are those that the installed packages state. Needs the project installed with its test extra.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent.parent
LIST = HERE / "LICENSES.md"
PROJECT = "clientsync-tui"

HEAD = """# Licences

Made by `python docs/licences.py`. The packages installed with Client Sync, and the licence that each states. Nothing of them is
changed, and nothing is copied into this repository.

The extra `postgres` adds psycopg (LGPL-3.0), which is loaded only for a practice on PostgreSQL.

| package | licence | needed by |
|---|---|---|
"""

PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
ELSEWHERE = {"pywin32-ctypes": "BSD-3-Clause"}
"""The licences of packages that are only installed on other platforms."""


def needed() -> dict[str, set[str]]:
    """Every package that is installed with the project on some platform, and which others need it."""
    found: dict[str, set[str]] = {}
    waiting = [(PROJECT, frozenset[str]())]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        for requirement in _requirements(name, extras):
            below = canonicalize_name(requirement.name)
            found.setdefault(below, set()).add(name)
            one = (below, frozenset(requirement.extras))
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    return found


def _requirements(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for text in _told(name):
        requirement = Requirement(text)
        marker = requirement.marker
        environments = [
            {**platform, "extra": extra} for platform in PLATFORMS.values() for extra in extras or {""}
        ]
        if marker is None or any(marker.evaluate(environment) for environment in environments):
            yield requirement


def _told(name: str) -> list[str]:
    if name in ELSEWHERE:
        return []
    if name == PROJECT:
        project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
        return [str(each) for each in project["dependencies"]]
    return metadata.requires(name) or []


def licence(name: str) -> str:
    """The licence that the package states, in its shortest form."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    says = metadata.metadata(name)
    if expression := says.get("License-Expression"):
        return expression
    classifiers = says.get_all("Classifier") or []
    named = [
        each.split(" :: ")[-1]
        for each in classifiers
        if each.startswith("License :: ") and not each.endswith(" :: OSI Approved")
    ]
    if named:
        return ", ".join(named)
    first = str(says.get("License") or "").strip().partition("\n")[0]
    return re.sub(r"\s+", " ", first) or "it does not say"


def page() -> str:
    """The whole page."""
    rows = [
        f"| {name} | {licence(name)} | {', '.join(sorted('Client Sync' if x == PROJECT else x for x in by))} |"
        for name, by in sorted(needed().items())
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    LIST.write_text(page(), encoding="utf-8")
