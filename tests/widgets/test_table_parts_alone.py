"""The parts that the select table is assembled from, each without a screen."""

from types import SimpleNamespace
from typing import Any

from rich.segment import Segment
from table_app import COLUMNS, client, clients
from textual.geometry import Offset, Region, Size
from textual.strip import Strip

from clientsync_tui.widgets.select_table.line_cache import LineCache
from clientsync_tui.widgets.select_table.list_rows import ListRows
from clientsync_tui.widgets.select_table.pointer import Pointer
from clientsync_tui.widgets.select_table.range_selection import RangeSelection
from clientsync_tui.widgets.select_table.shown_columns import Page, ShownColumns
from clientsync_tui.widgets.select_table.window import Window


class View:
    """Rows without a screen."""

    def __init__(self, *rows: Any) -> None:
        self.rows = ListRows(COLUMNS, rows or clients(10))
        self.window = Window(self.rows)
        self.window.look_at(0, 5)
        self.cursor = 0
        self.visible_rows = range(5)
        self.drawn: set[int] = set()

    def move_cursor(self, index: int) -> None:
        self.cursor = max(0, min(index, len(self.window.order) - 1))

    def redraw_rows(self, *indices: int) -> None:
        self.drawn.update(indices)


def test_range_grows_and_shrinks_with_the_cursor() -> None:
    view, counts = View(), list[tuple[int, int]]()
    ranges = RangeSelection(view, lambda *count: counts.append(count), lambda id, reason: None)
    ranges.extend_to(3)
    assert ranges.selection.ids == {0, 1, 2, 3} and view.drawn == {0, 1, 2, 3}
    ranges.extend_to(1)
    assert ranges.selection.ids == {0, 1} and counts[-1] == (2, 0)
    ranges.end_range()
    view.move_cursor(5)
    ranges.extend_to(6)
    assert ranges.selection.ids == {0, 1, 5, 6}


def test_selected_rows_that_the_filter_hides_are_counted() -> None:
    view, counts = View(), list[tuple[int, int]]()
    ranges = RangeSelection(view, lambda *count: counts.append(count), lambda id, reason: None)
    ranges.select(0, 3)
    with ranges.other_rows():
        view.rows.filter("00001")
        view.window = Window(view.rows)
    assert counts[-1] == (4, 3)


def test_fixed_row_is_refused_with_its_reason() -> None:
    refused: list[tuple[Any, str]] = []
    ranges = RangeSelection(
        View(client(0, fixed="already added")),
        lambda *count: None,
        lambda *refusal: refused.append(refusal),
    )
    ranges.toggle(0)
    assert refused == [(0, "already added")] and not ranges.selection.total


def test_columns_are_as_wide_as_the_rows_also_if_the_table_was_drawn_before_they_came() -> None:
    rows = [client(1, "Abbey")]
    pages = [Page(120, 2, None, ()), Page(120, 2, rows, ())]
    early, late = (ShownColumns(COLUMNS, lambda: pages[0]), ShownColumns(COLUMNS, lambda: pages[1]))
    assert early.places != late.places
    pages[0] = pages[1]
    assert early.fit() and early.places == late.places


def test_only_the_lines_that_changed_are_drawn_again() -> None:
    cache, drawn = LineCache(), list[int]()

    def draw(y: int) -> Strip:
        drawn.append(y)
        return Strip([Segment("x" * 10)])

    def lines() -> list[Strip]:
        return cache.lines(Region(0, 0, 10, 3), Size(10, 3), (), None, draw)

    lines()
    cache.forget([Region(0, 1, 10, 1)])
    lines()
    assert drawn == [0, 1, 2, 1]
    cache.forget()
    lines()
    assert drawn == [0, 1, 2, 1, 0, 1, 2]


class Listener:
    """What the mouse requested from the table's screen."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def columns_changed(self) -> None:
        self.heard.append("columns")

    def opened(self, index: int) -> None:
        self.heard.append(index)

    def sort_requested(self, key: str, *, add: bool) -> None:
        self.heard.append((key, add))


def test_click_on_a_title_sorts_and_a_double_click_on_a_row_opens_it() -> None:
    column = COLUMNS[1]
    view: Any = SimpleNamespace(
        places=[SimpleNamespace(column=column, start=3, end=20)], text_width=40, mark_width=2, row_count=10,
        gutter=SimpleNamespace(top_left=Offset(0, 0)), scroll_offset=Offset(0, 2),
    )  # fmt: skip
    listener = Listener()
    pointer = Pointer(view, None, listener)

    def click(x: int, y: int, **more: Any) -> None:
        event = {"offset": Offset(x, y), "stop": lambda: None, "shift": False, "ctrl": False, "chain": 1}
        pointer.click(SimpleNamespace(**event | more))  # pyright: ignore[reportArgumentType]

    click(5, 0)
    click(5, 0, ctrl=True)
    click(5, 3, chain=2)
    assert listener.heard == [("client", False), ("client", True), 4]
