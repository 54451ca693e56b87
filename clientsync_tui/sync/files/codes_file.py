"""The file of practice codes: a CSV in any form that spreadsheets write."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...host.whole_file import read_descriptor, read_file
from ...practice.counted import counted
from ...practice.text import clean, folded
from ...practice.trouble import UsageError
from .csv_cells import plain
from .export import CLIENT, CODE, ID

MOST_BYTES = 64_000_000
STDIN = Path("-")
LINES_SHOWN = 20
_DELIMITERS = ",;\t|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LINE_END = r"\r\n|\r|\n"
_NAMED_DELIMITER = re.compile(rf'"?sep=([^"\w \r\n])"?[,;\t|]*(?={_LINE_END}|$)', re.IGNORECASE)
"""The line that tells Excel which delimiter is used."""


class WrongLines(UsageError):
    """The file can't be used. `lines`: what is wrong, by line number (1 is the header). Nothing was changed.

    `damaged`: the only problem is codes that a spreadsheet seems to have changed, which the user may want as they
    are.
    """

    def __init__(self, lines: Sequence[tuple[int, str]], *, damaged: bool = False) -> None:
        shown = [f"line {number}: {says}" for number, says in lines[:LINES_SHOWN]]
        if more := len(lines) - len(shown):
            shown.append(f"and {counted(more, 'more line')}.")
        wrong = f"{counted(len(lines), 'line is', 'lines are')} wrong"
        super().__init__("\n".join([f"{wrong}. Nothing was changed.", *shown]))
        self.lines = lines
        self.damaged = damaged


@dataclass(frozen=True, slots=True)
class Line:
    """A line with a code. `number`: where it starts in the file. The texts are unchanged, except for blanks at the
    ends.
    """

    number: int
    id: str
    client: str
    code: str


def read(path: Path) -> str:
    """The text of the file, or of stdin (`STDIN`). Raises UsageError if it is too large, not UTF-8 or UTF-16, or not text."""
    try:
        data = read_descriptor(0, MOST_BYTES + 1) if path == STDIN else read_file(path, MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}.") from None
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"{path} is larger than {MOST_BYTES // 1_000_000} MB: that can't be a list of practice codes."
        )
    # Excel's "Unicode text" is UTF-16.
    encoding, name = ("utf-16", "UTF-16") if data.startswith(_UTF16) else ("utf-8-sig", "UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        number = 1 if name == "UTF-16" else _line_at(data[: error.start].decode("latin-1"))
        raise WrongLines([(number, f"This is not {name}. Save the file as CSV UTF-8.")]) from None
    if "\0" in text:
        number = _line_at(text[: text.index("\0")])
        raise WrongLines([(number, "It contains a NUL byte, so it is not a CSV file.")])
    return text


def _line_at(before: str) -> int:
    return len(re.findall(_LINE_END, before)) + 1


def lines(text: str) -> list[Line]:
    """The lines of a CSV with a header, split by the delimiter that yields the wanted columns.

    Raises UsageError if a column is missing, WrongLines if the CSV is not well-formed.
    """
    likely = _DELIMITERS
    if named := _NAMED_DELIMITER.match(text):
        # Emptied instead of removed, so that the other lines keep their numbers.
        likely, text = named[1] + likely, text[named.end() :]
    delimiter = _delimiter(text, likely)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[Line] = []
    columns: dict[str, int] | None = None
    end = 0
    try:
        for row in reader:
            number, end = end + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = _columns(row, number)
                continue
            cells = {
                title: plain(row[n].strip()).strip() if n < len(row) else "" for title, n in columns.items()
            }
            found.append(Line(number, cells.get(ID, ""), cells.get(CLIENT, ""), cells[CODE]))
    except csv.Error as error:
        raise WrongLines([(end + 1, f"This is not well-formed CSV: {error}.")]) from None
    if columns is None:
        raise UsageError("The file is empty. It needs a header with Practice code and one of ID, Client.")
    return found


def _delimiter(text: str, likely: str) -> str:
    """The delimiter that gives the header the wanted columns, else the one that splits it most."""
    headers = {delimiter: _header(text, delimiter) for delimiter in likely}
    for delimiter, header in headers.items():
        if _is_enough(_places(header)):
            return delimiter
    return max(headers, key=lambda delimiter: len(headers[delimiter]))


def _header(text: str, delimiter: str) -> list[str]:
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for row in rows:
            if any(cell.strip() for cell in row):
                return row
    except csv.Error:
        pass
    return []


def _places(header: Sequence[str]) -> dict[str, list[int]]:
    titles = {title.casefold(): title for title in (ID, CLIENT, CODE)}
    found: dict[str, list[int]] = {}
    for n, cell in enumerate(header):
        if title := titles.get(folded(clean(plain(cell.strip()).strip()))):
            found.setdefault(title, []).append(n)
    return found


def _is_enough(titles: Mapping[str, object]) -> bool:
    return CODE in titles and (ID in titles or CLIENT in titles)


def _columns(header: Sequence[str], number: int) -> dict[str, int]:
    found = _places(header)
    for title, places in found.items():
        if len(places) > 1:
            raise WrongLines([(number, f'The header has the column "{title}" twice.')])
    if not _is_enough(found):
        columns = ", ".join(f'"{clean(cell)}"' for cell in header[:20])
        raise WrongLines(
            [(number, f'The header needs "{CODE}" and one of "{ID}", "{CLIENT}". It has {columns}.')]
        )
    return {title: places[0] for title, places in found.items()}
