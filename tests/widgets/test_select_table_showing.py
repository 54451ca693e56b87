"""What the select table shows: other orders, other contents, other sizes, nothing at all."""

from array import array
from collections.abc import Sequence

import pytest
from table_app import COLUMNS, TableApp, client, clients

from clientsync_tui.widgets.select_table.rows import Row, RowId
from clientsync_tui.widgets.select_table.table import SelectTable
from tests.support.pilot import run_app


async def test_cursor_stays_on_its_row_and_line_when_the_order_is_reversed():
    app = TableApp(clients(1000))
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("G", *["k"] * 5)
        line = app.line_of("Client 00994")
        app.show(lambda rows: rows.sort([("client", True)]))
        await pilot.pause()
        assert app.table.cursor_id == 994
        # It is the sixth from the top now, so there is no room to keep its line.
        assert app.line_of("Client 00994") == 6
        app.show(lambda rows: rows.sort([("client", False)]))
        await pilot.pause()
        assert app.table.cursor_id == 994
        assert 1 <= app.line_of("Client 00994") <= line


async def test_rows_that_come_in_above_do_not_move_the_cursors_line():
    app = TableApp(clients(1000))
    async with run_app(app, size=(80, 24)) as pilot:
        app.show(lambda rows: rows.filter("Client 00"))
        app.table.move_cursor(500)
        await pilot.press(*["k"] * 3)
        id, line = app.table.cursor_id, app.line_of("Client 00497")
        app.show(lambda rows: rows.sort([("status", False)]))
        await pilot.pause()
        assert app.table.cursor_id == id
        assert app.line_of("Client 00497") == line


async def test_row_that_is_missing_leaves_the_cursor_at_its_place():
    app = TableApp(clients(20))
    async with run_app(app) as pilot:
        await pilot.press("end")
        app.show(lambda rows: rows.filter("Client 0000"))
        await pilot.pause()
        assert app.table.cursor_id == 9
        assert app.heard(SelectTable.CursorMoved)[-1].id == 9


async def test_hidden_selections_are_counted_through_filters_and_sorts():
    app = TableApp(clients(100))
    async with run_app(app) as pilot:
        await pilot.press("space", "G", "space")
        app.show(lambda rows: rows.filter("Client 0000"))
        await pilot.pause()
        change = app.heard(SelectTable.SelectionChanged)[-1]
        assert (change.total, change.hidden) == (2, 1)
        await pilot.press("g", "space")
        change = app.heard(SelectTable.SelectionChanged)[-1]
        assert (change.total, change.hidden) == (1, 1)
        app.show(lambda rows: rows.filter(""))
        await pilot.pause()
        change = app.heard(SelectTable.SelectionChanged)[-1]
        assert (change.total, change.hidden) == (1, 0)


async def test_selection_changed_by_the_screen_is_drawn_and_reported():
    app = TableApp(clients(10))
    async with run_app(app) as pilot:
        app.show(lambda rows: rows.filter("Client 00001"))
        app.table.selection.add([1, 2, 3])
        await pilot.pause()
        change = app.heard(SelectTable.SelectionChanged)[-1]
        assert (change.total, change.hidden) == (3, 2)
        assert app.lines()[1].startswith("☑")


class Changing:
    """Rows whose content changes. One of them vanishes between the order and the fetch."""

    def __init__(self) -> None:
        self.names = {number: f"Name {number}" for number in range(50)}
        self.fetched: list[list[RowId]] = []

    def order(self) -> Sequence[RowId]:
        return array("q", range(50))

    def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
        self.fetched.append(list(ids))
        return [client(int(id), self.names[int(id)]) for id in ids if id in self.names]

    def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
        return ids


async def test_changed_rows_are_fetched_again_and_only_they():
    app, rows = TableApp([]), Changing()
    async with run_app(app, size=(80, 12)) as pilot:
        app.table.show(rows)
        await pilot.pause()
        rows.names[3] = "Renamed"
        rows.names.pop(4)
        rows.fetched.clear()
        app.table.refresh_rows([3, 4])
        await pilot.pause()
        assert sorted(rows.fetched[0]) == [3, 4]
        assert "Renamed" in app.lines()[4]
        assert app.lines()[5].strip(" ▐") == ""
        rows.names[0] = "All new"
        app.table.refresh_rows()
        await pilot.pause()
        assert "All new" in app.lines()[1]


async def test_moving_inside_the_page_fetches_nothing():
    app, rows = TableApp([]), Changing()
    async with run_app(app, size=(80, 12)) as pilot:
        app.table.show(rows)
        rows.fetched.clear()
        await pilot.press("j", "j", "k", "space", "A", "N")
        assert rows.fetched == []
        assert app.table.cursor_row == client(1, "Name 1")


async def test_drawing_never_fetches():
    class Strict(Changing):
        drawing = False

        def fetch(self, ids: Sequence[RowId]) -> Sequence[Row]:
            assert not self.drawing
            return super().fetch(ids)

    app, rows = TableApp([]), Strict()
    async with run_app(app, size=(80, 12)) as pilot:
        app.table.show(rows)
        draw = app.table.render_lines

        def watched(crop):
            rows.drawing = True
            try:
                return draw(crop)
            finally:
                rows.drawing = False

        app.table.render_lines = watched
        await pilot.press("pagedown", "pagedown", "G", "g", "j")
        await pilot.resize_terminal(60, 30)
        await pilot.pause()
        assert "Name 28" in app.lines()[29]


async def test_empty_table_says_what_to_do_next_and_fills_later():
    app = TableApp([])
    async with run_app(app, size=(20, 10)) as pilot:
        app.table.empty_text = "No client yet.\nPress s to add some."
        await pilot.pause()
        text = [line.strip() for line in app.lines()]
        assert text[2:5] == ["No client yet.", "Press s to add", "some."]
        app.table.show(TableApp(clients(3)).rows)
        await pilot.pause()
        assert "Client" in app.lines()[1]
        assert app.heard(SelectTable.CursorMoved)[-1].id == 0


async def test_rows_may_be_shown_before_the_table_is_on_a_screen():
    class Early(TableApp):
        def compose(self):
            table = SelectTable(COLUMNS, id="table")
            table.show(self.rows)
            yield table

    app = Early(clients(100))
    async with run_app(app, size=(80, 24)) as pilot:
        assert "Client 00000" in app.lines()[1]
        await pilot.press("G")
        assert "Client 00099" in app.lines()[23]


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (80, 24), (120, 40), (200, 60), (3, 2), (1, 1)])
async def test_every_size_keeps_the_cursor_in_sight_and_its_lines_exact(size: tuple[int, int]):
    app = TableApp(clients(1000))
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("G", *["k"] * 10)
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert [strip.cell_length for strip in app.table.render_lines(app.table.size.region)] == [
            size[0]
        ] * size[1]
        if size[0] >= 20:
            assert app.line_of("Client 00989") >= 1
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.table.cursor_id == 989
        assert app.line_of("Client 00989") >= 1
