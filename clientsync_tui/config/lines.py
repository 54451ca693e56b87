"""Finds the line of a table or key in a TOML file, because the TOML libraries don't say."""

import re

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*([\w.\-\"' ]+?)\s*=")


def line_of(text: str, table: str, key: str | None) -> int | None:
    """The line (from 1) of `key` in `table`, or of the table itself; None if not found."""
    wanted = ".".join(part for part in (table, key) if part)
    within, header = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _HEADER.fullmatch(line):
            within = _plain(found[1])
            if within == wanted or within.startswith(f"{wanted}."):
                return number
            header = number if within == table else header
        elif (found := _KEY.match(line)) and _is_or_begins(
            f"{within}.{_plain(found[1])}".lstrip("."), wanted
        ):
            return number
    return header


def _is_or_begins(name: str, wanted: str) -> bool:
    """Whether a line's full name is the wanted one, or a table that contains it, as in `http = 5` or `NAME = {...}`."""
    return name == wanted or wanted.startswith(f"{name}.")


def _plain(name: str) -> str:
    """A dotted name without quotes and without blanks around its dots."""
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
