"""Counts with nouns that agree: 1 client, 2 clients. Names in a row: A, B and C."""

from collections.abc import Sequence


def noun(count: int, one: str, several: str = "") -> str:
    """`client` for 1, else `clients`. `several`: the plural, if it is not the singular with an s."""
    return one if count == 1 else several or f"{one}s"


def singular(several: str) -> str:
    """`tax rate` for `tax rates`, `category` for `categories`: for words known only in the plural."""
    if several.endswith("ies"):
        return f"{several[:-3]}y"
    return several[:-2] if several.endswith("sses") else several.removesuffix("s")


def in_a_row(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def counted(count: int, one: str, several: str = "") -> str:
    """`1 client`, `1,204 clients`."""
    return f"{count:,} {noun(count, one, several)}"
