"""The select table under the mouse."""

from table_app import TableApp, client, clients
from textual.events import MouseMove, MouseScrollDown
from textual.pilot import Pilot

from clientsync_tui.widgets.select_table.table import SelectTable
from tests.support.pilot import run_app


async def drag(pilot: Pilot[None], *points: tuple[int, int]) -> None:
    """Presses at the first point, moves over the others, and releases at the last."""
    await pilot.mouse_down(SelectTable, offset=points[0])
    for point in points[1:]:
        await pilot._post_mouse_events([MouseMove], SelectTable, offset=point, button=1)
    await pilot.mouse_up(SelectTable, offset=points[-1])
    await pilot.pause()


async def test_click_moves_the_cursor_and_a_double_click_opens():
    app = TableApp(clients(100))
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.click(SelectTable, offset=(20, 5))
        assert app.table.cursor_id == 4
        assert app.heard(SelectTable.Opened) == []
        await pilot.double_click(SelectTable, offset=(20, 7))
        assert [m.id for m in app.heard(SelectTable.Opened)] == [6]
        assert app.table.selection.total == 0


async def test_below_the_last_row_a_click_does_nothing():
    app = TableApp(clients(3))
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.double_click(SelectTable, offset=(20, 15))
        assert app.table.cursor_id == 0
        assert app.messages == []


async def test_click_on_the_checkbox_toggles_and_a_double_click_there_does_not_open():
    app = TableApp([client(0), client(1, fixed="already added"), client(2)])
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.click(SelectTable, offset=(0, 3))
        assert app.table.selection.ids == {2}
        assert app.table.cursor_id == 2
        await pilot.click(SelectTable, offset=(0, 2))
        assert [m.reason for m in app.heard(SelectTable.Refused)] == ["already added"]
        await pilot.double_click(SelectTable, offset=(0, 3))
        assert app.heard(SelectTable.Opened) == []
        assert app.table.selection.ids == {2}


async def test_dragging_over_the_checkboxes_selects_and_dragging_back_from_a_selected_one_clears():
    app = TableApp([client(n, fixed="already added" if n == 3 else None) for n in range(100)])
    async with run_app(app, size=(80, 24)) as pilot:
        await drag(pilot, (0, 2), (0, 4), (0, 7))
        assert app.table.selection.ids == {1, 2, 4, 5, 6}
        await drag(pilot, (0, 6), (0, 3))
        assert app.table.selection.ids == {1, 6}
        # The button is released, so moving the mouse does nothing more.
        await pilot.hover(SelectTable, offset=(0, 10))
        assert app.table.selection.ids == {1, 6}


async def test_shift_and_click_extends_from_the_cursor():
    app = TableApp(clients(100))
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.click(SelectTable, offset=(20, 3))
        await pilot.click(SelectTable, offset=(20, 6), shift=True)
        assert app.table.selection.ids == {2, 3, 4, 5}
        await pilot.click(SelectTable, offset=(20, 4), shift=True)
        assert app.table.selection.ids == {2, 3}


async def test_wheel_scrolls_and_the_cursor_comes_back_with_the_next_key():
    app = TableApp(clients(1000))
    async with run_app(app, size=(80, 24)) as pilot:
        for _ in range(5):
            await pilot._post_mouse_events([MouseScrollDown], SelectTable, offset=(20, 5), button=0)
        await pilot.pause()
        assert app.table.scroll_offset.y > 0
        assert "Client 00000" not in "".join(app.lines())
        top = app.lines()[1]
        app.show(lambda rows: rows.filter(""))
        await pilot.pause()
        assert app.lines()[1] == top
        await pilot.press("down")
        assert app.line_of("Client 00001") >= 1


async def test_click_on_a_title_asks_for_the_sort_and_the_header_shows_it():
    app = TableApp(clients(10))
    async with run_app(app, size=(100, 24)) as pilot:
        title = app.lines()[0].index("Client")
        await pilot.click(SelectTable, offset=(title, 0))
        await pilot.click(SelectTable, offset=(3, 0), control=True)
        await pilot.click(SelectTable, offset=(app.lines()[0].index("Refreshed"), 0))
        assert [(m.key, m.add) for m in app.heard(SelectTable.SortRequested)] == [
            ("client", False),
            ("code", True),
        ]
        app.table.sort = (("client", True),)
        await pilot.pause()
        assert "Client ▼" in app.lines()[0]
        app.table.sort = (("client", True), ("code", False))
        await pilot.pause()
        assert "Client ▼1" in app.lines()[0]
        assert "Cod… ▲2" in app.lines()[0] or "Code ▲2" in app.lines()[0] or "Co… ▲2" in app.lines()[0]


async def test_dragging_the_edge_of_a_column_does_not_sort():
    app = TableApp(clients(10))
    async with run_app(app, size=(100, 24)) as pilot:
        await drag(pilot, (6, 0), (12, 0), (15, 0))
        assert (app.table.columns[0].width, app.table.columns[0].chosen) == (13, True)
        assert app.lines()[0].index("Client") == 17
        assert app.heard(SelectTable.SortRequested) == []
        assert len(app.heard(SelectTable.ColumnsChanged)) == 1


async def test_scrollbar_can_be_pulled_to_the_end():
    app = TableApp(clients(1000))
    async with run_app(app, size=(80, 24)) as pilot:
        assert app.lines()[1][-1] == "▐"
        assert app.lines()[23][-1] == " "
        await drag(pilot, (79, 1), (79, 12), (79, 23))
        assert "Client 00999" in app.lines()[23]
        assert app.lines()[23][-1] == "▐"
        assert app.table.cursor_id == 0
