"""The golden files, one per scene, with its looks one after the other, in a form that people can read and compare."""

import difflib
import os
from pathlib import Path
from string import ascii_letters, digits

from tests.looks.look import Row

FOLDER = Path(__file__).parent / "golden"
UPDATE = "UPDATE_LOOKS"
"""If this is set in the environment, the looks are written to the golden files."""
LETTERS = ascii_letters + digits
NONE = "."
"""The letter of cells without a style."""
TEXT, STYLES, SAME = "|'\""
Size = tuple[int, int]
Lines = list[str]


def updating() -> bool:
    """Whether the look is the expected one."""
    return bool(os.environ.get(UPDATE))


class Golden:
    """The saved looks of one scene, and those seen now."""

    def __init__(self, name: str) -> None:
        self._file = FOLDER / f"{name}.txt"
        self._kept: dict[str, Lines] = {}
        self._seen: dict[str, Lines] = {}
        self._first: dict[Size, Lines] = {}
        self._letters: dict[str, dict[str, str]] = {}
        if self._file.exists():
            for line in self._file.read_text("utf-8").splitlines():
                if line.startswith("# "):
                    lines = self._kept[line[2:]] = Lines()
                else:
                    lines.append(line)

    # As it is kept

    def kept(self, size: Size, theme: str) -> list[Row] | None:
        """How it looked."""
        head = _head(size, theme)
        if head not in self._kept:
            return None
        first = next(each for each in self._kept if each.startswith(_head(size, "")))
        lines = list(self._kept[first])
        for n, line in enumerate(lines):
            if line == SAME:
                lines[n] = lines[n - 2]
        for line in self._kept[head] if head != first else ():
            row, kept = int(line[:2]), line[3:]
            lines[2 * row - 2 + (kept[0] == STYLES)] = kept
        means = {line[0]: line[2:] for line in self._kept[_legend(theme)]} | {NONE: ""}
        return [
            (text[1:], tuple((means[run[0]], int(run[1:])) for run in styles[1:].split()))
            for text, styles in zip(lines[::2], lines[1::2], strict=True)
        ]

    # As it is seen

    def add(self, size: Size, theme: str, rows: list[Row]) -> None:
        """This is how it looks."""
        letters = self._letters.setdefault(theme, {"": NONE})
        lines: Lines = []
        for text, runs in rows:
            for said, _ in runs:
                letters.setdefault(said, LETTERS[len(letters) - 1])
            lines += [TEXT + text, STYLES + " ".join(f"{letters[said]}{count}" for said, count in runs)]
        if size in self._first:
            pairs = enumerate(zip(lines, self._first[size], strict=True))
            compact = [f"{n // 2 + 1:>2} {line}" for n, (line, first) in pairs if line != first]
        else:
            self._first[size] = lines
            compact = [
                SAME if n % 2 and n > 1 and line == lines[n - 2] else line for n, line in enumerate(lines)
            ]
        self._seen[_head(size, theme)] = compact

    def differences(self) -> str:
        """The looks that differ from the saved ones, by size and theme. If requested, saves them instead."""
        seen = {**self._seen, **{_legend(theme): _means(known) for theme, known in self._letters.items()}}
        if updating():
            FOLDER.mkdir(exist_ok=True)
            parts = ["\n".join([f"# {head}", *lines]) for head, lines in seen.items()]
            self._file.write_text("\n".join(parts) + "\n", "utf-8")
            return ""
        return "\n".join(
            f"--- {head}\n" + "\n".join(_difference(self._kept.get(head, []), seen.get(head, [])))
            for head in {**self._kept, **seen}
            if self._kept.get(head) != seen.get(head)
        )


def _head(size: Size, theme: str) -> str:
    return f"{size[0]}x{size[1]} {theme}"


def _legend(theme: str) -> str:
    return f"{theme} means"


def _means(letters: dict[str, str]) -> Lines:
    return [f"{letter} {said}" for said, letter in letters.items() if said]


def _difference(kept: Lines, seen: Lines) -> Lines:
    return list(difflib.unified_diff(kept, seen, "as it was", "as it is", lineterm="", n=1))[2:]
