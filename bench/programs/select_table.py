"""`python -m bench.programs.select_table ROWS`: the select table with this many clients; `o` sorts by name, `O` by code.

As in the program, the rows are in SQLite, and only their ids are in memory.
"""

import sqlite3
import sys
from array import array
from collections.abc import Sequence
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from bench.programs.clients import COLUMNS, client
from clientsync_tui.widgets.select_table.list_rows import text_of
from clientsync_tui.widgets.select_table.rows import Row, RowId
from clientsync_tui.widgets.select_table.table import SelectTable


class ClientRows:
    def __init__(self, count: int) -> None:
        self._clients = sqlite3.connect(":memory:")
        self._clients.execute("create table clients (id integer primary key, code, client, number)")
        self._clients.executemany(
            "insert into clients values (?, ?, ?, ?)",
            ((n, *map(text_of, client(n).cells[:2]), n) for n in range(count)),
        )
        self._clients.execute("create index by_code on clients (code)")
        self._clients.execute("create index by_client on clients (client)")
        self.sort = "code"

    def order(self) -> Sequence[RowId]:
        ordered = self._clients.execute(f"select id from clients order by {self.sort}")
        return array("q", [id for (id,) in ordered])

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        marks = ",".join("?" * len(ids))
        found = self._clients.execute(f"select number from clients where id in ({marks})", list(ids))
        return [client(number) for (number,) in found]

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        return ids


class Program(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "sort('client')"), Binding("O", "sort('code')")]

    def compose(self) -> ComposeResult:
        self.rows = ClientRows(int(sys.argv[1]))
        self.table = SelectTable(COLUMNS, rows=self.rows)
        yield self.table

    def action_sort(self, key: str) -> None:
        self.rows.sort = key
        self.table.sort = ((key, False),)
        self.table.show(self.rows)


if __name__ == "__main__":
    Program().run(mouse=False)
