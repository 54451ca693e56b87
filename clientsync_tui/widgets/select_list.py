"""A select table over rows in memory, with a word filter, sorting, and a line with the counts."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from .fields.field import Field
from .select_table.list_rows import ListRows
from .select_table.rows import Column, text_of
from .select_table.table import SelectTable


class WordFilter(Field):
    """The filter line. Enter and down move to the table."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down,enter", "leave", show=False)]

    def action_leave(self) -> None:
        """Moves to the table, which stays filtered."""
        self.screen.query_one(SelectTable).focus()


class SelectList(Vertical):
    """The counts, the filter while it is in use, and the table."""

    DEFAULT_CSS = """
    SelectList { height: 1fr; }
    SelectList > .counts, SelectList > .whole {
        height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
    }
    SelectList > WordFilter { display: none; }
    SelectList > WordFilter.used { display: block; }
    """

    def __init__(
        self, columns: Sequence[Column], *, selecting: bool = True, ascii_marks: bool = False, empty: str = ""
    ) -> None:
        """`empty`: tells the user what to do if there are no rows."""
        super().__init__()
        self.columns = columns
        self.rows = ListRows(columns, ())
        self.table = SelectTable(columns, selecting=selecting)
        self.table.ascii_marks = ascii_marks
        self._empty = empty
        self._filter = WordFilter(placeholder="Show only what contains these words")
        self._counts = Static("", classes="counts", markup=False)
        # What the columns had to shorten.
        self._whole = Static("", classes="whole", markup=False)
        self._words = ""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._counts
        yield self._filter
        yield self.table
        yield self._whole

    def show(self, rows: ListRows, words: str, sort: tuple[tuple[str, bool], ...]) -> None:
        """Shows `rows`, already sorted by `sort` (sort a long list in a thread). `words`: its description in the line of
        counts.
        """
        self.rows, self._words = rows, words
        self.table.sort = sort
        self._arrange()

    def count(self) -> None:
        """Updates the counts of what is shown and selected."""
        total, hidden = self.table.selection.total, self.table.hidden_count
        # What changes comes first, so that a narrow screen shows it too.
        parts: list[str] = []
        if self._filter.value.strip():
            parts.append(f"{self.table.row_count:,} shown")
        if total:
            parts.append(f"{total:,} selected" + (f" ({hidden:,} not shown)" if hidden else ""))
        self._counts.update(" · ".join([*parts, self._words]))

    def _arrange(self) -> None:
        self.rows.filter(self._filter.value)
        filtered = bool(self._filter.value.strip())
        self.table.empty_text = "Nothing matches the filter." if filtered else self._empty
        self.table.show(self.rows)
        self._moved()
        self.count()

    @on(SelectTable.CursorMoved)
    def _moved(self) -> None:
        id = self.table.cursor_id
        found = self.rows.fetch([id]) if id is not None else ()
        cells = [text_of(cell) for cell in found[0].cells] if found else []
        self._whole.update("  ".join(filter(None, cells)))

    # Filter

    @property
    def is_filtered(self) -> bool:
        """Whether the filter's line is there."""
        return self._filter.has_class("used")

    def open_filter(self) -> None:
        """Shows the filter line and moves there."""
        self._filter.add_class("used")
        self._filter.focus()

    def back(self) -> bool:
        """Clears the filter and moves to the table; False if there was no filter."""
        used = self.is_filtered
        if used:
            self._filter.value = ""
            self._filter.remove_class("used")
            self.table.focus()
        return used

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._arrange()

    # Sort

    def sort_by(self, key: str, *, add: bool = False) -> None:
        """Sorts by a column, or reverses the order if already sorted by it. `add`: after the present columns."""
        present = dict(self.table.sort)
        turned = (key, not present[key] if key in present else False)
        if add:
            present[key] = turned[1]
            self.table.sort = tuple(present.items())
        else:
            self.table.sort = (turned,)
        self.rows.sort(self.table.sort)
        self._arrange()

    @on(SelectTable.SortRequested)
    def _sort_requested(self, event: SelectTable.SortRequested) -> None:
        event.stop()
        self.sort_by(event.key, add=event.add)

    @on(SelectTable.Refused)
    def _refused(self, event: SelectTable.Refused) -> None:
        event.stop()
        self.notify(event.reason, markup=False, severity="warning")

    @on(SelectTable.SelectionChanged)
    def _selected(self) -> None:
        self.count()
