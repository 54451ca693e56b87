"""What a spreadsheet turns a CSV into when it opens and saves it, with all cells in the format General."""

import csv
import re
from pathlib import Path

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH_AND_DAY = re.compile(
    r"(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ]?(\d{1,2})|(\d{1,2})[- ]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
)


def saved_again(cell: str) -> str:
    """A cell after that."""
    text = cell.strip()
    if formula := re.fullmatch(r'="(.*)"', text):
        return formula[1]
    if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text):
        return _number(text)
    if found := _MONTH_AND_DAY.fullmatch(text):
        day, month = int(found[2] or found[3]), (found[1] or found[4]).title()
        return f"{day:02d}-{month}" if 1 <= day <= 31 else cell
    if (
        (found := re.fullmatch(r"(\d{1,2})[-/](\d{1,2})", text))
        and 1 <= int(found[2]) <= 12
        and int(found[1]) <= 31
    ):
        return f"{int(found[1]):02d}-{MONTHS[int(found[2]) - 1]}"
    return text.upper() if text.lower() in ("true", "false") else cell


def _number(text: str) -> str:
    value = float(text)
    if "e" not in text.lower() and abs(value) < 1e11:
        return str(int(value)) if value == int(value) else str(value)
    mantissa, exponent = f"{value:.{2 if 'e' in text.lower() else 5}E}".split("E")
    return f"{mantissa}E{int(exponent):+03d}"


def save_again(file: Path, to: Path) -> None:
    """The whole file, as "CSV UTF-8"."""
    with (
        file.open(encoding="utf-8-sig", newline="") as source,
        to.open("w", encoding="utf-8-sig", newline="") as target,
    ):
        csv.writer(target).writerows([saved_again(cell) for cell in row] for row in csv.reader(source))
