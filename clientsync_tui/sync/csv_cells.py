"""Cells of a CSV that a spreadsheet takes for text: a name that begins with `=` must not be worked out when the file is opened."""

import re

# What begins a formula (owasp.org, "CSV Injection"), at the start of a cell or behind what another locale's spreadsheet divides at.
_START, _FORMULA = r"(^|[;\t\r\n])", r"(?=[=+\-@\t\r\n＝＋－＠])"
_TO_DEFUSE = re.compile(rf"{_START}('*){_FORMULA}")
_DEFUSED = re.compile(rf"{_START}'('*){_FORMULA}")


def defused(text: str) -> str:
    """`text` with an apostrophe before each formula; `plain` takes it off again."""
    return _TO_DEFUSE.sub(r"\1'\2", text)


def plain(cell: str) -> str:
    """The text that `defused` was given."""
    return _DEFUSED.sub(r"\1\2", cell)
