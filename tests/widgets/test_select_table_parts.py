"""The parts of the select table that need no screen: widths, texts, the scrollbar, rows in memory."""

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from table_app import COLUMNS, TableApp, client, clients

from clientsync_tui.widgets.select_table.fit import fit
from clientsync_tui.widgets.select_table.layout import GAP, lay_out, still_fit
from clientsync_tui.widgets.select_table.list_rows import ListRows
from clientsync_tui.widgets.select_table.rows import Cell, Column, Row, RowId
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


def test_narrow_screen_drops_columns_from_the_right_and_never_the_name():
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
            least=st.none() | st.integers(1, 20),
            chosen=st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(4, 250),
    st.none() | st.lists(st.lists(st.integers(1, 60), max_size=5), min_size=8, max_size=8),
)
def test_columns_never_overlap_nor_leave_the_screen(
    columns: list[Column], width: int, lengths: list[list[int]] | None
):
    places = lay_out(columns, width, 2, lengths and [sorted(of) for of in lengths])
    assert places
    assert places[0].start == 2
    assert places[-1].end <= width
    for one, next_one in pairwise(places):
        assert one.end + GAP == next_one.start
    if any(place.column.flex and not place.column.chosen and place.column.most is None for place in places):
        assert places[-1].end == width


def placed(lengths: list[list[int]], width: int) -> dict[str, int]:
    return {place.column.key: place.width for place in lay_out(COLUMNS, width, 2, lengths)}


def test_columns_are_as_wide_as_their_texts_and_the_rest_goes_to_those_that_may_grow():
    texts = [[4, 4], [9, 26], [5], [9], [6]]
    assert placed(texts, 120) == {"code": 4, "client": 83, "team": 5, "status": 9, "refreshed": 9}
    sorted_places = lay_out(COLUMNS, 120, 2, texts, {"team"})
    assert [place.width for place in sorted_places][:3] == [4, 82, 6]


def test_empty_column_gives_way_before_a_text_is_cut():
    texts = [[5], [18, 38], [], [11, 20], [6]]
    assert placed(texts, 82) == {"code": 5, "client": 40, "status": 20, "refreshed": 9}
    assert placed(texts, 110)["team"] == 4


def test_column_that_cuts_fewest_texts_is_cut_first():
    few_long_names = [[6] * 20, [*[14] * 19, 40], [8] * 20, [20] * 20, [9] * 20]
    assert placed(few_long_names, 80) == {"code": 6, "client": 27, "team": 8, "status": 20, "refreshed": 9}
    long_names = [[6] * 20, [40] * 20, [8] * 20, [*[9] * 19, 30], [9] * 20]
    narrow = lay_out((*COLUMNS[:3], COLUMNS[3]._replace(width=8), COLUMNS[4]), 85, 2, long_names)
    assert [(place.column.key, place.width) for place in narrow][1::2] == [("client", 40), ("status", 12)]


def test_name_gets_narrower_before_the_last_other_column_is_dropped_and_never_below_its_least():
    columns = (Column("client", "Client", 24, keep=9, least=12), Column("status", "Status", 20, keep=8))
    texts = [[30] * 3, [25] * 3]
    assert [place.width for place in lay_out(columns, 40, 2, texts)] == [16, 20]
    assert [place.width for place in lay_out(columns, 36, 2, texts)] == [12, 20]
    assert [place.column.key for place in lay_out(columns, 35, 2, texts)] == ["client"]


def test_name_keeps_its_usual_width_for_longer_names_further_down():
    columns = (Column("client", "Client", 24, keep=9, least=12), Column("status", "Status", 20, keep=8))
    texts = [[12] * 3, [28] * 3]
    assert [place.width for place in lay_out(columns, 48, 2, texts)] == [12, 28]
    assert [place.width for place in lay_out(columns, 48, 2, texts, goes_on=True)] == [24, 20]


def test_names_are_cut_last():
    columns = (
        Column("client", "Client", 24, keep=9, least=12),
        Column("status", "Status", 26, keep=8, least=14),
    )
    long_names, long_statuses = [[36] * 9, [*[11] * 8, 26]], [[*[24] * 8, 36], [26] * 9]
    assert [place.width for place in lay_out(columns, 54, 2, long_names)] == [30, 20]
    assert [place.width for place in lay_out(columns, 54, 2, long_statuses)] == [24, 26]


def test_chosen_width_follows_from_nothing_else():
    columns = (COLUMNS[0]._replace(width=20, chosen=True), COLUMNS[1])
    assert [place.width for place in lay_out(columns, 60, 2, [[4], [10]])] == [20, 36]


async def test_columns_follow_the_page_when_rows_are_filtered_and_stay_while_scrolling():
    long = "Client 00090 of a name that is long"
    rows = [Row(n, (f"C{n:03}", f"Client {n:05}", "North-East", "", "14 Nov")) for n in range(100)]
    rows[90] = Row(90, ("C090", long, "", "", "14 Nov"))
    app = TableApp(rows)
    async with run_app(app, size=(66, 20)) as pilot:
        await pilot.pause()
        before = app.table.places
        await pilot.press("end")
        assert app.table.places == before
        assert long not in app.lines()[app.line_of("00090")]
        app.show(lambda rows: rows.filter("00090"))
        await pilot.pause()
        wide = app.table.places
        assert long in app.lines()[1]
        app.show(lambda rows: rows.filter("0009"))
        await pilot.pause()
        assert app.table.places != wide, "the other rows' teams were left out"
        app.show(lambda rows: rows.filter("00091"))
        await pilot.pause()
        of_one = app.table.places
        app.show(lambda rows: rows.filter("00092"))
        await pilot.pause()
        assert app.table.places == of_one


async def test_widths_cost_what_is_on_the_page_whatever_the_number_of_rows():
    class Many:
        fetched = 0

        def order(self) -> range:
            return range(100_000)

        def fetch(self, ids: Sequence[RowId]) -> list[Row]:
            self.fetched += len(ids)
            return [client(int(id)) for id in ids]

        def selectable(self, ids: Sequence[RowId]) -> Sequence[RowId]:
            return ids

    app, many = TableApp([]), Many()
    async with run_app(app, size=(120, 36)) as pilot:
        app.table.show(many)
        await pilot.pause()
        assert app.table.places[1].width > len("Client 00000")
        assert many.fetched <= 36


def test_column_grows_to_its_most_and_the_others_take_the_rest():
    columns = (Column("a", "A", 10, flex=1, most=12), Column("b", "B", 10, flex=1))
    assert [place.width for place in lay_out(columns, 62)] == [12, 48]


def test_remaining_width_goes_first_to_the_column_with_the_largest_share():
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
def test_thumb_is_at_an_end_only_when_the_rows_are(page: int, count: int, data: st.DataObject):
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


def test_column_may_be_sorted_by_what_it_means():
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


def test_another_letter_in_the_filter_of_100_000_rows_is_fast():
    rows = ListRows(COLUMNS, clients(100_000))
    rows.filter("c")
    rows.order()
    started = time.perf_counter()
    for text in ("cl", "cli", "clie", "client 0", "client 09", "client 099"):
        rows.filter(text)
        rows.order()
    # A few tens of milliseconds each; the limit leaves room for a busy machine.
    assert (time.perf_counter() - started) / 6 < 0.5


def test_title_is_complete_if_there_is_room_even_before_rows_are_known() -> None:
    columns = (Column("name", "Client", 18, keep=2), Column("id", "Organisation id", 12, flex=1))
    places = lay_out(columns, 40)
    assert places[1].width >= len("Organisation id")
    narrow = lay_out(columns, 30, 0, [[18], [4]])
    assert not still_fit(narrow, columns, [[4], [4]]), "there is room for it now"
