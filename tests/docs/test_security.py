"""Every promise in SECURITY.md has a test."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^\s*(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
}
NAMED = re.compile(r"`(test_\w+)`")


def rows() -> list[list[str]]:
    """The rows of the tables whose last column names tests."""
    found: list[list[str]] = []
    telling = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            telling = False
        elif cells[-1] == "shown by":
            telling = True
        elif telling and not cells[0].startswith("---"):
            found.append(cells)
    return found


def test_every_line_names_a_test_and_every_test_is_there() -> None:
    assert len(rows()) > 40
    for row in rows():
        named = NAMED.findall(row[-1])
        assert named and " ".join(f"`{name}`" for name in named) == row[-1], row
    missing = set(NAMED.findall(PAGE)) - TESTS
    assert not missing
