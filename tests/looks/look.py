"""What a terminal would show, as text that can be read and compared: each line, and below it a letter for each cell's style."""

import difflib
import os
from pathlib import Path
from string import ascii_letters, digits

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.screen import Screen

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "UPDATE_LOOKS"
"""Set in the environment, it writes what is seen to the golden files."""
PLAIN = " "


def look(screen: Screen[object]) -> str:
    """The screen's lines, each with its styles, then what the letters mean."""
    letters: dict[str, str] = {}
    lines: list[str] = []
    for strip in screen._compositor.render_strips():
        text = styles = ""
        for segment in strip:
            said = _said(segment.style)
            letter = PLAIN if not said else letters.setdefault(said, (ascii_letters + digits)[len(letters)])
            text += segment.text
            styles += letter * cell_len(segment.text)
        lines.append(f"|{text}|")
        lines.append(f"'{styles}'")
    lines += [f"{letter}: {said}" for said, letter in letters.items()]
    return "\n".join(lines) + "\n"


def _said(style: Style | None) -> str:
    if style is None:
        return ""
    marks = [
        name for name in ("bold", "dim", "italic", "underline", "reverse", "strike") if getattr(style, name)
    ]
    colours = [f"{colour.name}" for colour in (style.color,) if colour is not None]
    if style.bgcolor is not None:
        colours.append(f"on {style.bgcolor.name}")
    return " ".join((*marks, *colours))


def golden(name: str) -> str:
    """The golden file of that name; empty when there is none, or it is to be written."""
    file = GOLDEN / f"{name}.txt"
    return file.read_text("utf-8") if file.exists() and not os.environ.get(UPDATE) else ""


def compare(name: str, seen: str) -> None:
    """Fails with the difference when it looks otherwise than the golden file of that name."""
    if os.environ.get(UPDATE):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / f"{name}.txt").write_text(seen, "utf-8")
        return
    kept = golden(name)
    if seen != kept:
        difference = "\n".join(
            difflib.unified_diff(
                kept.splitlines(), seen.splitlines(), "as it was", "as it is", lineterm="", n=1
            )
        )
        pytest.fail(
            f"{name} looks different; if it is meant to, run with {UPDATE}=1.\n{difference}", pytrace=False
        )
