"""How commands speak: data on stdout, talk on stderr, and no question where there is no terminal.

Names lost what drives a terminal where they entered the practice; what somebody wrote into its file by other means loses it here.
"""

import json
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
AT_ONCE = 500


def interactive() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agree(question: str, yes: bool) -> None:
    """Asks before something ends or is replaced, unless `yes` was given. Raises click's Abort for a no, and as `agreeable` does."""
    agreeable(yes)
    if not yes:
        click.confirm(question, abort=True, err=True)


def agreeable(yes: bool) -> None:
    """Raises click's UsageError where nobody can be asked and `yes` was not given."""
    if not (yes or interactive()):
        raise click.UsageError("Nothing was done: without a terminal to ask on, this needs --yes.")


def agree_to_replace(file: Path, own: "OwnFiles", yes: bool) -> None:
    """Asks before a file is replaced. Raises click's Abort for a no, UsageError where the file must not be written at all, or where
    nobody can be asked; Trouble where it cannot be written."""
    from ..host.named_file import replaces

    there = replaces(file, own)
    if there and not (yes or interactive()):
        raise click.UsageError(f"{file} exists. Nothing was written: --yes replaces it.")
    if there and not yes:
        click.confirm(f"{file} exists. Replace it?", abort=True, err=True)


def say(text: str = "") -> None:
    """Talk, on stderr."""
    click.echo(text, err=True)


def document(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(as_json(value))


def array(values: Iterable[Any]) -> None:
    """A JSON array on stdout, written element by element."""
    opening = "["
    for some in batched(map(as_json, values)):
        click.echo(opening + ",\n ".join(some), nl=False)
        opening = ",\n "
    click.echo("[]" if opening == "[" else "]")


def lines(texts: Iterable[str]) -> None:
    """Lines on stdout."""
    _write(map(clean, texts))


def _write(texts: Iterable[str]) -> None:
    # Many at a time: each writing is a flush.
    for some in batched(texts):
        click.echo("\n".join(some))


def batched(values: Iterable[T]) -> Iterator[list[T]]:
    """`values`, some hundreds at a time."""
    iterator = iter(values)
    while some := list(islice(iterator, AT_ONCE)):
        yield some


def as_json(value: Any) -> str:
    """`value` as JSON on one line, in what stdout can encode."""
    return clean(json.dumps(value, ensure_ascii="utf" not in (sys.stdout.encoding or "").lower()))


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], shrink: int | None = None) -> None:
    """Columns on stdout: aligned on a terminal, where column `shrink` gives way if it is too narrow; divided by tabs elsewhere."""
    if not sys.stdout.isatty():
        _write("\t".join(map(clean, row)) for row in chain([titles], rows))
        return
    from rich.cells import cell_len, set_cell_size

    whole = [list(titles), *(list(map(clean, row)) for row in rows)]
    widths = [max(cell_len(row[n]) for row in whole) for n in range(len(titles))]
    if shrink is not None:
        from shutil import get_terminal_size

        over = sum(widths) + 2 * (len(widths) - 1) - get_terminal_size().columns
        widths[shrink] = max(widths[shrink] - max(over, 0), min(12, widths[shrink]))

    def shown(line: Sequence[str]) -> str:
        cells = [
            set_cell_size(text, width - 1) + "…" if cell_len(text) > width else set_cell_size(text, width)
            for text, width in zip(line, widths, strict=True)
        ]
        return "  ".join(cells).rstrip()

    lines(shown(row) for row in whole)


def day(moment: str | None) -> str:
    """The day and time of an ISO time, for a table; empty when there is none."""
    return moment[:16].replace("T", " ") if moment else ""
