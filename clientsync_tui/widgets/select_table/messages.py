"""The messages of a select table to its screen."""

from textual.message import Message
from textual.widget import Widget

from clientsync_tui.widgets.select_table.rows import RowId


class TableMessage(Message):
    """From a select table, so that `@on(SelectTable.Opened, "#clients")` finds the right one."""

    def __init__(self, table: Widget) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> Widget:
        return self.table


class CursorMoved(TableMessage, namespace="select_table"):
    """The cursor is on another row; `id` is None if there are no rows."""

    def __init__(self, table: Widget, id: RowId | None) -> None:
        super().__init__(table)
        self.id = id


class SelectionChanged(TableMessage, namespace="select_table"):
    """`total` rows are selected; the filter hides `hidden` of them."""

    def __init__(self, table: Widget, total: int, hidden: int) -> None:
        super().__init__(table)
        self.total = total
        self.hidden = hidden


class Opened(TableMessage, namespace="select_table"):
    """Enter or a double click on a row."""

    def __init__(self, table: Widget, id: RowId, *, clicked: bool = False) -> None:
        super().__init__(table)
        self.id = id
        self.clicked = clicked


class Refused(TableMessage, namespace="select_table"):
    """The row under the cursor can't be selected; `reason` says why."""

    def __init__(self, table: Widget, id: RowId, reason: str) -> None:
        super().__init__(table)
        self.id = id
        self.reason = reason


class SortRequested(TableMessage, namespace="select_table"):
    """A column's title was clicked. `add`: sort by it after the present columns."""

    def __init__(self, table: Widget, key: str, add: bool) -> None:
        super().__init__(table)
        self.key = key
        self.add = add


class ColumnsChanged(TableMessage, namespace="select_table"):
    """Columns were chosen, reordered or resized: worth saving for the next start."""
