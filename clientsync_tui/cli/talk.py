"""How commands speak: data on stdout, talk on stderr, and no question where there is no terminal."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click


def interactive() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str = "") -> None:
    """Talk, on stderr."""
    click.echo(text, err=True)


def document(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(as_json(value))


def array(values: Iterable[Any]) -> None:
    """A JSON array on stdout, written element by element."""
    opening = "["
    for value in values:
        click.echo(f"{opening}{as_json(value)}", nl=False)
        opening = ",\n "
    click.echo("[]" if opening == "[" else "]")


def as_json(value: Any) -> str:
    """`value` as JSON on one line, in what stdout can encode."""
    return json.dumps(value, ensure_ascii="utf" not in (sys.stdout.encoding or "").lower())


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], shrink: int | None = None) -> None:
    """Aligned columns on stdout. Column `shrink` gives way on a terminal that is too narrow; elsewhere nothing is cut."""
    from rich.cells import cell_len, set_cell_size

    lines = [list(titles), *(list(row) for row in rows)]
    widths = [max(cell_len(line[n]) for line in lines) for n in range(len(titles))]
    if shrink is not None and sys.stdout.isatty():
        from shutil import get_terminal_size

        over = sum(widths) + 2 * (len(widths) - 1) - get_terminal_size().columns
        widths[shrink] = max(widths[shrink] - max(over, 0), min(12, widths[shrink]))
    for line in lines:
        cells = [
            set_cell_size(text, width - 1) + "…" if cell_len(text) > width else set_cell_size(text, width)
            for text, width in zip(line, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def day(moment: str | None) -> str:
    """The day and time of an ISO time, for a table; empty when there is none."""
    return moment[:16].replace("T", " ") if moment else ""
