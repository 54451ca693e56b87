"""The parts of the select table that need no screen: widths, texts, the scrollbar, rows in memory."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from table_app import COLUMNS, TableApp, client, clients

from clientsync_tui.widgets.select_table.fit import fit
from clientsync_tui.widgets.select_table.layout import GAP, lay_out
from clientsync_tui.widgets.select_table.list_rows import ListRows
from clientsync_tui.widgets.select_table.rows import Cell, Column, Row
from clientsync_tui.widgets.select_table.scrollbar import thumb, top_at
from clientsync_tui.widgets.select_table.table import SelectTable
from tests.support.pilot import run_app

# Texts


@given(st.text(), st.integers(0, 30), st.sampled_from(["left", "right"]), st.sampled_from(["end", "middle"]))
def test_any_text_takes_exactly_its_cells(text: str, width: int, align, shorten):
    fitted = fit(text, width, align=align, shorten=shorten)
    assert cell_len(fitted) == width
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in fitted)


@pytest.mark.parametrize(
    ("text", "width", "shorten", "expected"),
    [
        ("Abbey Road Bakery", 20, "end", "Abbey Road Bakery   "),
        ("Abbey Road Bakery", 12, "end", "Abbey Road… "),
        ("Abbey Road Bakery", 11, "end", "Abbey Road…"),
        ("Abbey Road Bakery", 11, "middle", "Abbey…akery"),
        ("東京商事株式会社", 8, "end", "東京商… "),
        ("東京商事株式会社", 8, "middle", "東京…社 "),
        ("e\u0301" * 8, 4, "end", "e\u0301" * 3 + "…"),
        ("Abbey", 1, "end", "…"),
        ("Abbey", 0, "end", ""),
    ],
)
def test_long_texts_are_shortened_by_cells(text: str, width: int, shorten, expected: str):
    assert fit(text, width, shorten=shorten) == expected


# Columns


def test_a_narrow_screen_drops_columns_from_the_right_and_never_the_name():
    def keys(width: int) -> list[str]:
        return [place.column.key for place in lay_out(COLUMNS, width, 2)]

    assert keys(120) == ["code", "client", "team", "status", "refreshed"]
    assert keys(70) == ["code", "client", "team", "status"]
    assert keys(61) == ["code", "client", "status"]
    assert keys(50) == ["client", "status"]
    assert keys(30) == ["client"]
    assert keys(5) == ["client"]
    assert lay_out((), 80) == ()


@given(
    st.lists(
        st.builds(
            Column,
            key=st.just("k"),
            title=st.just("T"),
            width=st.integers(1, 20),
            flex=st.integers(0, 3),
            keep=st.integers(0, 5),
            most=st.none() | st.integers(1, 40),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(4, 250),
)
def test_columns_never_overlap_nor_leave_the_screen(columns: list[Column], width: int):
    places = lay_out(columns, width, 2)
    assert places
    assert places[0].start == 2
    assert places[-1].end <= width
    for one, next_one in pairwise(places):
        assert one.end + GAP == next_one.start
    assert len(places) == 1 or all(place.width >= place.column.width for place in places)
    if any(place.column.flex and place.column.most is None for place in places):
        assert places[-1].end == width


def test_a_column_grows_to_its_most_and_the_others_take_the_rest():
    columns = (Column("a", "A", 10, flex=1, most=12), Column("b", "B", 10, flex=1))
    assert [place.width for place in lay_out(columns, 62)] == [12, 48]


def test_what_is_left_goes_first_to_the_column_that_is_to_have_most():
    columns = (Column("a", "A", 10, flex=1), Column("b", "B", 10, flex=20), Column("c", "C", 10, flex=1))
    assert [place.width for place in lay_out(columns, 43)] == [10, 19, 10]


async def test_columns_are_chosen_ordered_and_widened_and_cells_follow_their_column():
    app = TableApp(clients(3))
    async with run_app(app, size=(80, 8)) as pilot:
        code, name, _, status, _ = COLUMNS
        app.table.columns = (status, Column("client", "Name", 30, keep=9), code)
        await pilot.pause()
        assert app.lines()[0].split() == ["Status", "Name", "Code"]
        assert app.lines()[2].split() == ["☐", "connected", "Client", "00001", "C001"]
        assert len(app.heard(SelectTable.ColumnsChanged)) == 1
        app.table.columns = app.table.columns
        await pilot.pause()
        assert len(app.heard(SelectTable.ColumnsChanged)) == 1
        with pytest.raises(ValueError, match="nonsense"):
            app.table.columns = (name, Column("nonsense", "?", 3))


# The scrollbar


@given(st.integers(1, 60), st.integers(0, 100_000), st.data())
def test_the_thumb_is_at_an_end_only_when_the_rows_are(page: int, count: int, data: st.DataObject):
    top = data.draw(st.integers(0, max(0, count - page)))
    covered = thumb(top, page, count)
    if count <= page:
        assert not covered
        return
    assert covered and covered.start >= 0 and covered.stop <= page
    free = page - len(covered)
    assert (covered.start == 0) == (top == 0) or free < 2
    assert (covered.stop == page) == (top == count - page) or free < 2


@given(st.integers(2, 60), st.integers(0, 100_000))
def test_pulling_the_thumb_reaches_both_ends(page: int, count: int):
    assert top_at(0, page, count) == top_at(-5, page, count) == 0
    assert top_at(page - 1, page, count) == top_at(page + 5, page, count) == max(0, count - page)


# Rows in memory


def test_every_word_must_occur_somewhere_and_case_and_width_do_not_matter():
    rows = ListRows(
        COLUMNS,
        [client(0, "Abbey Road Bakery"), client(1, "BAKER & Daughters"), client(2, "ＩＶＹ Ｌａｎｅ")],
    )
    for text, ids in (
        ("bake", [0, 1]),
        ("bakery", [0]),
        ("bake", [0, 1]),
        ("bake road", [0]),
        ("road  c000", [0]),
        ("ivy", [2]),
        ("connected", [1]),
        ("ba", [0, 1]),
        ("nobody", []),
        ("", [0, 1, 2]),
    ):
        rows.filter(text)
        assert list(rows.order()) == ids, text


def test_sorting_by_several_columns_keeps_equals_in_order_and_goes_with_a_filter():
    names = ["b", "É", "a", "e", "B"]
    rows = ListRows(COLUMNS, [client(number, name) for number, name in enumerate(names)])
    rows.sort([("client", False)])
    assert list(rows.order()) == [2, 0, 4, 1, 3]
    rows.sort([("client", True)])
    assert list(rows.order()) == [1, 3, 0, 4, 2]
    rows.sort([("status", False), ("client", False)])
    assert list(rows.order()) == [1, 3, 2, 0, 4]
    rows.filter("expired")
    assert list(rows.order()) == [2, 0, 4]
    rows.sort([])
    assert list(rows.order()) == [0, 2, 4]


def test_a_column_may_be_sorted_by_what_it_means():
    rows = [Row(n, (text, "", "", "", "")) for n, text in enumerate(("10", "9", "100"))]
    by_number = ListRows(COLUMNS, rows, keys={"code": lambda row: int(cell_text(row))})
    by_number.sort([("code", False)])
    assert list(by_number.order()) == [1, 0, 2]


def cell_text(row: Row) -> str:
    cell = row.cells[0]
    return cell.text if isinstance(cell, Cell) else cell


def test_fixed_rows_are_left_out_of_what_may_be_selected():
    rows = ListRows(COLUMNS, [client(0), client(1, fixed="already added"), client(2)])
    assert list(rows.selectable([2, 1, 0])) == [2, 0]
    assert [row.id for row in rows.fetch([2, 7, 0])] == [2, 0]


def test_a_letter_more_in_the_filter_of_100_000_rows_is_quick():
    rows = ListRows(COLUMNS, clients(100_000))
    rows.filter("c")
    rows.order()
    started = time.perf_counter()
    for text in ("cl", "cli", "clie", "client 0", "client 09", "client 099"):
        rows.filter(text)
        rows.order()
    # A few tens of milliseconds each; the limit leaves room for a busy machine.
    assert (time.perf_counter() - started) / 6 < 0.5
