"""Which columns the client list shows, in which order and how wide, and what it is sorted by."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from ...sync.client_columns import Sort
from ...widgets.answers import Answers
from ...widgets.button import Button
from ...widgets.dialogue_keys import own_key
from ...widgets.options import Options
from ...widgets.select_table.rows import Column
from ..dialogues.dialogue import Dialogue
from .rows import columns as all_columns
from .rows import usual

NARROWEST, WIDEST, STEP = 4, 80, 2


def read(saved: Sequence[Any]) -> tuple[Column, ...]:
    """Parses the columns that `written` saved; the usual ones if nothing was saved or it can't be read."""
    known = {column.key: column for column in all_columns()}
    with suppress(ValueError, TypeError, AttributeError):
        columns = [
            known[key] if width is None else widened(known[key], int(width))
            for key, width in saved
            if key in known
        ]
        if any(column.key == "name" for column in columns):
            return tuple(columns)
    return usual()


def read_former(saved: Sequence[Any]) -> tuple[Column, ...]:
    """Parses what release 0.3 saved. Its widths were a column's minimum, whether the user had chosen them or not."""
    with suppress(ValueError, TypeError):
        return read([(key, None) for key, _ in saved])
    return usual()


def written(columns: Sequence[Column]) -> list[tuple[str, int | None]]:
    """The columns in the form that is saved."""
    return [(column.key, column.width if column.chosen else None) for column in columns]


def widened(column: Column, width: int) -> Column:
    """A column with a chosen width."""
    return column._replace(width=max(NARROWEST, min(width, WIDEST)), chosen=True)


def next_sort(sort: Sort, key: str, *, add: bool) -> Sort:
    """The new sort after choosing a column: by it alone (again: reversed), or with it added after the others."""
    place_of = dict(sort)
    if not add:
        return ((key, not sort[0][1] if sort and sort[0][0] == key else False),)
    if key in place_of:
        return tuple((k, not down if k == key else down) for k, down in sort)
    return (*sort, (key, False))


class MarkedLines(Options):
    """Lines with a mark in front. A click on the mark, or on the line under the cursor, does what enter does; on another line it puts
    the cursor there."""

    mark_width = 0
    """The width of a mark and the blank after it."""

    @on(events.Click)
    def go_to_line(self, event: events.Click) -> None:
        """A click elsewhere than on a mark moves the cursor there."""
        at = event.style.meta.get("option")
        if at is not None and at != self.highlighted and event.x >= self.mark_width:
            event.prevent_default()
            self.highlighted = at


class Editor(Dialogue[None]):
    """A list that is redrawn after each key; the last line says what can be done with the line under the cursor."""

    title_words: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        """The list, and the way out."""
        with Vertical(classes="dialogue editor"):
            yield Static(self.title_words, classes="question", markup=False)
            yield MarkedLines(compact=True)
            yield Answers(leave=Button("Close (esc)", id="close"))

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.dismiss()

    def on_mount(self) -> None:
        """Draws the list."""
        self.draw(0)
        self.options.focus()

    @property
    def options(self) -> MarkedLines:
        """The list."""
        return self.query_one(MarkedLines)

    @property
    def at(self) -> int:
        """The line under the cursor."""
        return self.options.highlighted or 0

    def lines(self) -> Sequence[tuple[str, str]]:
        """(mark, words) of each line."""
        return ()

    def draw(self, at: int) -> None:
        """Draws the list again with the cursor on a line."""
        lines = self.lines()
        self.options.mark_width = max(cell_len(mark) for mark, _ in lines) + 1
        self.options.set_options(
            Option(Content.assemble((f"{mark} ", "bold"), words)) for mark, words in lines
        )
        self.options.highlighted = at


class ColumnsScreen(Editor):
    """Chooses, orders and resizes columns; `columns` is the result."""

    title_words = "Columns"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        own_key("dialogue.close", "dismiss", "Close", show=False),
        own_key("table.toggle", "show_or_hide", "Show/hide"),
        own_key("columns.move_up", "shift(-1)", "Up"),
        own_key("columns.move_down", "shift(1)", "Down"),
        own_key("columns.wider", "widen(1)"),
        own_key("columns.narrower", "widen(-1)"),
        own_key("columns.usual", "usual"),
    ]

    def __init__(self, columns: Sequence[Column], *, ascii_marks: bool) -> None:
        super().__init__()
        self._marks = ("[x]", "[ ]") if ascii_marks else ("☑", "☐")
        self._shown: list[str] = [column.key for column in columns]
        self._all = [*columns, *(column for column in all_columns() if column.key not in self._shown)]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as chosen."""
        return tuple(column for column in self._all if column.key in self._shown)

    def lines(self) -> Sequence[tuple[str, str]]:
        """Each column with its width, if one was chosen."""
        yes, no = self._marks
        return [
            (
                yes if column.key in self._shown else no,
                f"{column.title:<14} {column.width if column.chosen else 'fits':>4}",
            )
            for column in self._all
        ]

    def action_show_or_hide(self) -> None:
        """Shows or hides a column. The client's name is always shown."""
        key = self._all[self.at].key
        if key == "name":
            self.notify("The client's name is always shown.", severity="warning")
        elif key in self._shown:
            self._shown.remove(key)
        else:
            self._shown.append(key)
        self.draw(self.at)

    def on_option_list_option_selected(self) -> None:
        """Enter, or a click."""
        self.action_show_or_hide()

    def action_shift(self, by: int) -> None:
        """Moves a column."""
        at, to = self.at, self.at + by
        if 0 <= to < len(self._all):
            self._all[at], self._all[to] = self._all[to], self._all[at]
            self.draw(to)

    def action_widen(self, by: int) -> None:
        """Makes a column wider or narrower."""
        column = self._all[self.at]
        self._all[self.at] = widened(column, column.width + by * STEP)
        self.draw(self.at)

    def action_usual(self) -> None:
        """Back to the usual width."""
        self._all, self._shown = list(all_columns()), [column.key for column in usual()]
        self.draw(0)


class SortScreen(Editor):
    """Chooses what the list is sorted by."""

    title_words = "Sort by"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        own_key("dialogue.close", "dismiss", "Close", show=False),
        Binding("enter", "sort", "Sort by this"),
        own_key("sort.also", "choose(True)"),
    ]

    def __init__(self, sort: Sort, columns: Sequence[Column], *, ascii_marks: bool) -> None:
        super().__init__()
        self.sort = sort
        self._columns = [column for column in columns if column.sortable]
        self._arrows = ("^", "v") if ascii_marks else ("▲", "▼")

    def lines(self) -> Sequence[tuple[str, str]]:
        """Each column with its position in the sort."""
        places = {key: f"{n}{self._arrows[down]}" for n, (key, down) in enumerate(self.sort, 1)}
        return [(f"{places.get(column.key, ''):<2}", column.title) for column in self._columns]

    def action_choose(self, add: bool) -> None:
        """Sorts by the line under the cursor."""
        self.sort = next_sort(self.sort, self._columns[self.at].key, add=add)
        self.draw(self.at)

    def action_sort(self) -> None:
        """Sorts by it alone."""
        self.action_choose(False)
        self.dismiss()

    def on_option_list_option_selected(self) -> None:
        """Enter, or a click."""
        self.action_sort()
