"""`python -m bench.programs.select_table ROWS`: the select table with this many clients; `o` sorts by name, `O` by code."""

import sys

from textual.app import App, ComposeResult
from textual.binding import Binding

from bench.programs.clients import COLUMNS, client
from clientsync_tui.widgets.select_table.list_rows import ListRows
from clientsync_tui.widgets.select_table.table import SelectTable


class Program(App[None]):
    BINDINGS = [Binding("o", "sort('client')"), Binding("O", "sort('code')")]

    def compose(self) -> ComposeResult:
        self.rows = ListRows(COLUMNS, [client(number) for number in range(int(sys.argv[1]))])
        self.table = SelectTable(COLUMNS, rows=self.rows)
        yield self.table

    def action_sort(self, key: str) -> None:
        self.rows.sort([(key, False)])
        self.table.sort = ((key, False),)
        self.table.show(self.rows)


if __name__ == "__main__":
    Program().run(mouse=False)
