"""The keys of the select table: cursor, ranges, bulk selections."""

from typing import ClassVar

import pytest
from table_app import TableApp, client, clients

from clientsync_tui.widgets.select_table.table import SelectTable
from tests.support.pilot import run_app


@pytest.mark.parametrize(
    ("keys", "id"),
    [
        ("down down up", 1),
        ("j j k", 1),
        ("up", 0),
        ("pagedown", 23),
        ("pagedown pageup", 0),
        ("end", 999),
        ("G", 999),
        ("G pageup", 976),
        ("G down", 999),
        ("G home", 0),
        ("G g", 0),
    ],
)
async def test_cursor_moves_and_stays_in_sight(keys: str, id: int):
    app = TableApp(clients(1000))
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press(*keys.split())
        assert app.table.cursor_id == id
        assert app.line_of(f"Client {id:05}") >= 1
        moved = app.heard(SelectTable.CursorMoved)
        assert (moved[-1].id if moved else 0) == id


async def test_space_toggles_and_every_change_is_counted():
    app = TableApp(clients(10))
    async with run_app(app) as pilot:
        await pilot.press("space", "down", "space", "space", "down", "space")
        assert app.table.selection.ids == {0, 2}
        counts = [(m.total, m.hidden) for m in app.heard(SelectTable.SelectionChanged)]
        assert counts == [(1, 0), (2, 0), (1, 0), (2, 0)]
        assert app.lines()[1].startswith("☑")
        assert app.lines()[2].startswith("☐")


async def test_range_grows_shrinks_and_reverses():
    app = TableApp(clients(100))
    async with run_app(app) as pilot:
        await pilot.press("down", "space", "down", "down", "down")
        await pilot.press("shift+down", "shift+down")
        assert app.table.selection.ids == {1, 4, 5, 6}
        await pilot.press("shift+up")
        assert app.table.selection.ids == {1, 4, 5}
        await pilot.press(*["shift+up"] * 4)
        assert app.table.selection.ids == {1, 2, 3, 4}
        # What was selected before the range stays when the range leaves it.
        await pilot.press("shift+up", *["shift+down"] * 3)
        assert app.table.selection.ids == {1, 3, 4}


async def test_v_extends_with_any_movement_until_v_again():
    app = TableApp(clients(1000))
    async with run_app(app) as pilot:
        await pilot.press("v")
        assert app.table.ranging
        assert app.table.selection.ids == {0}
        await pilot.press("G")
        assert app.table.selection.total == 1000
        await pilot.press("g", "j", "j", "v", "j", "j")
        assert app.table.selection.ids == {0, 1, 2}
        assert not app.table.ranging


async def test_one_undo_reverts_a_whole_range_and_the_next_redoes_it():
    app = TableApp(clients(100))
    async with run_app(app) as pilot:
        await pilot.press("space", "down", "down", "shift+down", "shift+down")
        app.table.action_undo_selection()
        assert app.table.selection.ids == {0}
        app.table.action_undo_selection()
        assert app.table.selection.ids == {0, 2, 3, 4}


@pytest.mark.parametrize(("all_key", "none_key"), [("A", "N"), ("ctrl+a", "ctrl+d")])
async def test_all_none_and_invert_respect_what_the_filter_hides(all_key: str, none_key: str):
    app = TableApp([client(0, "Abbey Road Bakery"), client(1, "Baker & Daughters"), client(2, "Ivy Lane")])
    async with run_app(app) as pilot:
        await pilot.press("end", "space")
        app.show(lambda rows: rows.filter("bake"))
        await pilot.press(all_key)
        assert app.table.selection.ids == {0, 1, 2}
        change = app.heard(SelectTable.SelectionChanged)[-1]
        assert (change.total, change.hidden) == (3, 1)
        await pilot.press("i")
        assert app.table.selection.ids == {2}
        await pilot.press("i", none_key)
        change = app.heard(SelectTable.SelectionChanged)[-1]
        assert (change.total, change.hidden) == (0, 0)
        app.table.action_undo_selection()
        await pilot.pause()
        change = app.heard(SelectTable.SelectionChanged)[-1]
        assert (change.total, change.hidden) == (3, 1)


async def test_fixed_row_is_never_selected_and_says_why():
    app = TableApp([client(0), client(1, fixed="already added as IVY01"), client(2)])
    async with run_app(app) as pilot:
        await pilot.press("down", "space")
        assert [(m.id, m.reason) for m in app.heard(SelectTable.Refused)] == [(1, "already added as IVY01")]
        assert app.table.selection.total == 0
        assert app.lines()[2].startswith("·")
        await pilot.press("A")
        assert app.table.selection.ids == {0, 2}
        await pilot.press("N", "i")
        assert app.table.selection.ids == {0, 2}
        await pilot.press("N", "g", "shift+down", "shift+down")
        assert app.table.selection.ids == {0, 2}


async def test_enter_opens_the_row_and_nothing_where_there_is_none():
    app = TableApp(clients(3))
    async with run_app(app) as pilot:
        await pilot.press("down", "enter")
        assert [m.id for m in app.heard(SelectTable.Opened)] == [1]
        app.show(lambda rows: rows.filter("nobody"))
        await pilot.press("enter", "space", "down", "up", "pagedown", "end", "v", "shift+down", "A", "i", "N")
        assert len(app.heard(SelectTable.Opened)) == 1
        assert app.table.cursor_id is None
        assert app.table.selection.total == 0


async def test_table_without_selecting_has_no_marks_and_its_keys_do_nothing():
    app = TableApp(clients(3), selecting=False)
    async with run_app(app) as pilot:
        assert app.lines()[1].startswith("C000")
        await pilot.press("space", "A", "v", "down")
        assert app.table.selection.total == 0
        assert app.table.cursor_id == 1


async def test_escape_ends_a_range_first_and_is_the_screens_otherwise():
    class Leaving(TableApp):
        BINDINGS: ClassVar = [("escape", "leave", "Back")]
        left = 0

        def action_leave(self) -> None:
            self.left += 1

    app = Leaving(clients(10))
    async with run_app(app) as pilot:
        await pilot.press("v", "down", "escape", "down")
        assert app.table.selection.ids == {0, 1}
        assert app.left == 0
        await pilot.press("escape")
        assert app.left == 1


async def test_keys_can_be_changed_by_a_keymap():
    app = TableApp(clients(10))
    async with run_app(app) as pilot:
        app.set_keymap({"table.toggle": "x", "table.down": "n"})
        await pilot.press("x", "n", "x", "space")
        assert app.table.selection.ids == {0, 1}


async def test_step_costs_the_same_however_long_the_range():
    app = TableApp(clients(5000))
    asked: list[int] = []
    selectable = app.rows.selectable
    app.rows.selectable = lambda ids: asked.append(len(ids)) or selectable(ids)
    async with run_app(app) as pilot:
        await pilot.press("v", "G")
        asked.clear()
        await pilot.press("k", "k", "j")
        assert app.table.selection.total == 4999
        assert max(asked) <= 1
