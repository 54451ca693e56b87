"""The seam: only an accounting app's own file, its sandbox personality and documents know anything about it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import clientsync_tui
from clientsync_tui.accounting.seam.registry import softwares

PACKAGE = Path(clientsync_tui.__file__).parent
NAMES = {word for each in softwares().values() for word in (each.name, each.title, each.title.split()[0])}
KNOWN = re.compile(rf"(?i)(?<![a-z])(?:{'|'.join(map(re.escape, sorted(NAMES)))})(?![a-z])")


def files() -> Iterator[Path]:
    """Shared files: everything but adapters and personalities."""
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE)
        own = inside.parts[:1] == ("accounting",) and inside.stem in softwares()
        played = inside.parts[:2] == ("sandbox", "personalities") and len(inside.parts) > 3
        if path.suffix in {".py", ".tcss", ".toml", ".html", ".txt"} and not own and not played:
            yield path


def example_lines(text: str) -> set[int]:
    """The lines of commands' examples, which name an app as someone would type it."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "options.examples":
            found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, ast.keyword) and node.arg == "examples":
            found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def named_in(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if not KNOWN.search(text):
        return []
    examples = example_lines(text) if path.suffix == ".py" else set[int]()
    return [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if number not in examples and KNOWN.search(line)
    ]


def test_no_software_is_named_outside_its_own_file():
    assert [line for path in files() for line in named_in(path)] == []


def test_search_for_app_names_finds_them():
    assert {"xero", "quickbooks", "freeagent"} <= NAMES
    for line in ('if software.name == "xero":', "from ..accounting.quickbooks import X", "QuickBooks' own"):
        assert KNOWN.search(line)
    assert not KNOWN.search("zero, freeagents and quick books")
    assert len(list(files())) > 150
