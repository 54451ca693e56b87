"""Rows in memory, filtered and sorted, for a list of up to 100,000 rows that is not in SQLite."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from clientsync_tui.practice.text import searched, sort_key
from clientsync_tui.widgets.select_table.rows import Column, Row, RowId, text_of


def _searched(row: Row) -> str:
    # Words contain no blanks, so none is ever found across two cells.
    return " ".join([_searched_cell(text_of(cell)) for cell in row.cells])


def _searched_cell(text: str) -> str:
    return text.lower() if text.isascii() else _searched_once(text)


# Marks and status words appear in many rows, and folding accents costs much more than the rest.
_searched_once = lru_cache(maxsize=4096)(searched)


class ListRows:
    """`Rows` over a sequence that doesn't change.

    What sorting and filtering need from all rows is computed once, when first needed.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        keys: Mapping[str, Callable[[Row], Any]] | None = None,
    ) -> None:
        """`keys`: for a column's key, what to sort its rows by; otherwise their text, ignoring case and accents."""
        self._columns = {column.key: index for index, column in enumerate(columns)}
        self._rows = {row.id: row for row in rows}
        self._ids: list[RowId] = list(self._rows)
        self._fixed = {row.id for row in rows if row.fixed is not None}
        self._keys = keys or {}
        self._sorted = self._ids
        self._filter: tuple[str, ...] = ()
        self._matching: Collection[RowId] | None = None
        self._haystack: dict[RowId, str] | None = None
        self._sort_keys: dict[str, dict[RowId, Any]] = {}
        self._order: list[RowId] | None = self._ids

    def order(self) -> Sequence[RowId]:
        if self._order is None:
            matching = self._matching
            self._order = self._sorted if matching is None else [id for id in self._sorted if id in matching]
        return self._order

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        return [self._rows[id] for id in ids if id in self._rows]

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        fixed = self._fixed
        return [id for id in ids if id not in fixed] if fixed else ids

    def filter(self, text: str) -> None:
        """Keeps only rows whose cells contain every word of `text`, ignoring case and accents; "" for all."""
        words = tuple(searched(text).split())
        if not words:
            self._matching = None
        else:
            if self._haystack is None:
                self._haystack = {id: _searched(row) for id, row in self._rows.items()}
            # A longer text only matches rows that the shorter one did, so each typed letter searches fewer
            # rows.
            narrower = self._matching is not None and " ".join(words).startswith(" ".join(self._filter))
            found: Collection[RowId] = (self._matching or ()) if narrower else self._haystack
            haystack = self._haystack
            for word in words:
                found = {id for id in found if word in haystack[id]}
            self._matching = found
        self._filter = words
        self._order = None

    def sort(self, by: Sequence[tuple[str, bool]]) -> None:
        """Sorts by these columns, primary first: (column key, descending). Ties keep their original order."""
        ids = self._ids
        for key, descending in reversed(by):
            ids = sorted(ids, key=self._keys_of(key).__getitem__, reverse=descending)
        self._sorted = ids
        self._order = None

    def _keys_of(self, column: str) -> dict[RowId, Any]:
        if column not in self._sort_keys:
            key, index = self._keys.get(column), self._columns[column]
            self._sort_keys[column] = {
                id: key(row) if key else sort_key(text_of(row.cells[index])) for id, row in self._rows.items()
            }
        return self._sort_keys[column]
