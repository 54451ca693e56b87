"""What commands print: data on stdout, messages on stderr. Without a terminal they ask nothing.

Names are cleaned of control characters when they enter the practice. Text is cleaned again here, because something else may have
written to the practice's file.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..practice.text import clean

if TYPE_CHECKING:
    from ..host.named_file import OwnFiles

T = TypeVar("T")
BATCH = 500


def interactive() -> bool:
    """Whether there is a terminal to ask on."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def someone_there() -> bool:
    """Whether someone can be asked for a passphrase: on the terminal that this run belongs to, even if all streams are
    pipes.
    """
    return interactive() or _is_in_front()


def _is_in_front() -> bool:
    """Whether this run may read its own terminal. The system would stop a background run that tried, and it would wait forever."""
    if sys.platform == "win32":
        return False
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def confirm(question: str, yes: bool) -> None:
    """Asks before something is ended or replaced, unless `yes`.

    Raises: Abort if the answer is no. What `require_yes_or_terminal` raises.
    """
    require_yes_or_terminal(yes)
    if not yes:
        click.confirm(question, abort=True, err=True)


def require_yes_or_terminal(yes: bool) -> None:
    """Raises click's UsageError if there is no terminal to ask on and no `yes`."""
    if not (yes or interactive()):
        raise click.UsageError("Nothing was done. Without a terminal to ask on, add --yes.")


def confirm_replacing(file: Path, own: "OwnFiles", yes: bool) -> None:
    """Asks before a file is replaced, unless `yes`.

    Raises: Abort if the answer is no. UsageError if the file must not be written, or there is no terminal to ask on. Trouble if it
    can't be written.
    """
    from ..host.named_file import replaces

    exists = replaces(file, own)
    if exists and not (yes or interactive()):
        raise click.UsageError(f"{file} exists. Nothing was written. Add --yes to replace it.")
    if exists and not yes:
        click.confirm(f"{file} exists. Replace it?", abort=True, err=True)


def say(text: str = "") -> None:
    """Prints a message on stderr."""
    click.echo(text, err=True)


def _printed(text: str, *, newline: bool = True) -> bool:
    """Prints on stdout. False if its reader has stopped reading, such as `head`: the rest is not wanted, but the command still ends
    with its own exit status.
    """
    try:
        click.echo(text, nl=newline)
    except BrokenPipeError:
        return False
    return True


def json_document(value: Any) -> None:
    """Prints one JSON document on stdout."""
    _printed(json_line(value))


def json_array(values: Iterable[Any]) -> None:
    """Prints a JSON array on stdout, a batch of elements at a time."""
    opening = "["
    for batch in batched(map(json_line, values)):
        if not _printed(opening + ",\n ".join(batch), newline=False):
            return
        opening = ",\n "
    _printed("[]" if opening == "[" else "]")


def lines(texts: Iterable[str]) -> None:
    """Prints lines on stdout."""
    _write(map(clean, texts))


def _write(texts: Iterable[str]) -> None:
    # Each echo flushes, so print many lines with one.
    for batch in batched(texts):
        if not _printed("\n".join(batch)):
            return


def batched(values: Iterable[T]) -> Iterator[list[T]]:
    """`values` in lists of up to `BATCH`."""
    iterator = iter(values)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def json_line(value: Any) -> str:
    """`value` as JSON on one line, in characters that stdout can encode."""
    return clean(json.dumps(value, ensure_ascii="utf" not in (sys.stdout.encoding or "").lower()))


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], shrink: int | None = None) -> None:
    """Prints columns on stdout: aligned on a terminal, separated by tabs elsewhere.

    `shrink`: the column to shorten if the terminal is too narrow.
    """
    if not sys.stdout.isatty():
        _write("\t".join(map(clean, row)) for row in chain([titles], rows))
        return
    from rich.cells import cell_len, set_cell_size

    cells = [list(titles), *(list(map(clean, row)) for row in rows)]
    widths = [max(cell_len(row[n]) for row in cells) for n in range(len(titles))]
    if shrink is not None:
        from shutil import get_terminal_size

        over = sum(widths) + 2 * (len(widths) - 1) - get_terminal_size().columns
        widths[shrink] = max(widths[shrink] - max(over, 0), min(12, widths[shrink]))

    def aligned(row: Sequence[str]) -> str:
        padded = [
            set_cell_size(text, width - 1) + "…" if cell_len(text) > width else set_cell_size(text, width)
            for text, width in zip(row, widths, strict=True)
        ]
        return "  ".join(padded).rstrip()

    lines(aligned(row) for row in cells)


def date_and_time(moment: str | None) -> str:
    """An ISO time to the minute, for a table; empty for None."""
    return moment[:16].replace("T", " ") if moment else ""
