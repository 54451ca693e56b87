"""`python -m bench.programs.data_table ROWS`: Textual's own table with the same clients, extended to select as ours does.

A column of marks replaces what it lacks. Each cell is a `Text`, because a client's name must not be read as markup.
"""

import sys
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from bench.programs.clients import COLUMNS, client
from clientsync_tui.widgets.select_table.list_rows import text_of


class Program(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "sort('client')"),
        Binding("O", "sort('code')"),
        Binding("A", "mark_all('☑')"),
        Binding("N", "mark_all('☐')"),
        Binding("space", "toggle", priority=True),
    ]

    def compose(self) -> ComposeResult:
        self.table: DataTable[Text] = DataTable(cursor_type="row")
        yield self.table

    def on_mount(self) -> None:
        self.table.add_column(" ", key="mark", width=1)
        for column in COLUMNS:
            self.table.add_column(column.title, key=column.key)
        self.table.add_rows(
            (Text("☐"), *(Text(text_of(cell)) for cell in client(number).cells))
            for number in range(int(sys.argv[1]))
        )
        self.table.focus()

    def action_sort(self, key: str) -> None:
        self.table.sort(key, key=lambda cell: cell.plain.casefold())

    def action_toggle(self) -> None:
        here = Coordinate(self.table.cursor_row, 0)
        self.table.update_cell_at(here, Text("☐" if self.table.get_cell_at(here).plain == "☑" else "☑"))

    def action_mark_all(self, mark: str) -> None:
        for row in range(self.table.row_count):
            self.table.update_cell_at(Coordinate(row, 0), Text(mark))


if __name__ == "__main__":
    Program().run(mouse=False)
