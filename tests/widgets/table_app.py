"""An app around one select table, and the messages it sent to its screen."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from textual import on
from textual.app import App, ComposeResult

from clientsync_tui.widgets.select_table.list_rows import ListRows
from clientsync_tui.widgets.select_table.messages import TableMessage
from clientsync_tui.widgets.select_table.rows import Cell, Column, Row
from clientsync_tui.widgets.select_table.table import SelectTable

COLUMNS = (
    Column("code", "Code", 6, keep=5),
    Column("client", "Client", 20, flex=1, keep=9),
    Column("team", "Team", 8),
    Column("status", "Status", 20, keep=7),
    Column("refreshed", "Refreshed", 11, align="right", sortable=False),
)
M = TypeVar("M", bound=TableMessage)


def client(number: int, name: str = "", *, fixed: str | None = None) -> Row:
    status = Cell("connected", "ok") if number % 2 else Cell("✗ expired", "error")
    return Row(number, (f"C{number:03}", name or f"Client {number:05}", "North", status, "14 Nov"), fixed)


def clients(count: int) -> list[Row]:
    return [client(number) for number in range(count)]


class TableApp(App[None]):
    def __init__(self, rows: Sequence[Row], *, selecting: bool = True) -> None:
        super().__init__()
        self.rows = ListRows(COLUMNS, rows)
        self.selecting = selecting
        self.messages: list[TableMessage] = []

    def compose(self) -> ComposeResult:
        yield SelectTable(COLUMNS, rows=self.rows, selecting=self.selecting, id="table")

    @property
    def table(self) -> SelectTable:
        return self.query_one(SelectTable)

    @on(SelectTable.CursorMoved, "#table")
    @on(SelectTable.SelectionChanged, "#table")
    @on(SelectTable.Opened, "#table")
    @on(SelectTable.Refused, "#table")
    @on(SelectTable.SortRequested, "#table")
    @on(SelectTable.ColumnsChanged, "#table")
    def hear(self, message: TableMessage) -> None:
        self.messages.append(message)

    def heard(self, kind: type[M]) -> list[M]:
        return [message for message in self.messages if isinstance(message, kind)]

    def show(self, change: Callable[[ListRows], None]) -> None:
        """Filters or sorts, and shows the result, as a screen does."""
        change(self.rows)
        self.table.show(self.rows)

    def lines(self) -> list[str]:
        """The text on the screen, line by line."""
        return [strip.text for strip in self.screen._compositor.render_strips()]

    def line_of(self, text: str) -> int:
        return next(y for y, line in enumerate(self.lines()) if text in line)
