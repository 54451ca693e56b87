"""How the select table looks: marks, styles, odd names, themes, no colour."""

import pytest
from rich.cells import cell_len
from table_app import TableApp, client, clients
from textual.filter import NoColor
from textual.widgets import Input

from clientsync_tui.widgets.select_table.table import SelectTable
from tests.support.pilot import run_app


def styles_of(app: TableApp, line: int) -> list[tuple[str, bool, bool, bool]]:
    """The runs of a line: text, reversed, underlined, bold."""
    runs = app.screen._compositor.render_strips()[line]
    return [
        (s.text, bool(s.style.reverse), bool(s.style.underline), bool(s.style.bold)) for s in runs if s.style
    ]


async def test_cursor_is_reversed_with_the_focus_and_underlined_without():
    class Two(TableApp):
        def compose(self):
            yield from super().compose()
            yield Input()

    app = Two(clients(5))
    async with run_app(app, size=(60, 12)) as pilot:
        assert styles_of(app, 1)[0][1:3] == (True, False)
        assert not any(run[1] for run in styles_of(app, 2))
        header = styles_of(app, 0)[0]
        assert header[2:] == (True, True)
        await pilot.press("tab")
        assert styles_of(app, 1)[0][1:3] == (False, True)
        assert styles_of(app, 0)[0][2:] == (True, False)


async def test_selection_is_a_mark_and_bold_and_never_colour_alone():
    app = TableApp(clients(5))
    async with run_app(app, size=(60, 12)) as pilot:
        await pilot.press("down", "space", "down")
        assert all(bold for text, _, _, bold in styles_of(app, 2) if text.strip())
        assert not any(bold for *_, bold in styles_of(app, 1))
        assert app.lines()[2][0] == "☑"
        app.table.ascii_marks = True
        await pilot.pause()
        assert [line[:4] for line in app.lines()[:4]] == ["    ", "[ ] ", "[x] ", "[ ] "]
        assert all(line.isascii() for line in app.lines() if "expired" not in line)


@pytest.mark.parametrize(
    "name",
    [
        "[red]x[/]",
        "Acme [Holdings] [/] Ltd [@click=app.quit]",
        "東京商事株式会社 とても長い名前の会社でございます",
        "Éléonore" + "e\u0301\u0302" * 10,
        "👩‍👩‍👧 Family & Sons ⚠️ ☑",
        "مخبز الشارع",
        "A" * 500,
        "",
    ],
)
async def test_odd_names_are_shown_as_they_are_and_line_up(name: str):
    app = TableApp([client(0, name or " "), client(1, "Plain")])
    async with run_app(app, size=(64, 8)):
        odd, plain = app.lines()[1], app.lines()[2]
        assert cell_len(odd) == cell_len(plain) == 64
        start = name[:9].split("\u200d")[0].strip()
        assert start in odd
        assert cell_len(odd.split("✗")[0]) == cell_len(plain.split("connected")[0])


async def test_control_characters_never_reach_the_terminal():
    app = TableApp([client(0, "Evil\x1b]52;c;AAAA\x07\x9b2J\r\n\tName\u202e")])
    async with run_app(app, size=(80, 6)):
        assert "Evil]52;c;AAAA2JName" in app.lines()[1]
        assert all(character.isprintable() for character in app.lines()[1])


async def test_everything_is_distinguishable_without_colour(monkeypatch: pytest.MonkeyPatch):
    app = TableApp([client(0, fixed="already added"), client(1), client(2)])
    app._filters.append(NoColor())
    async with run_app(app, size=(60, 8)) as pilot:
        await pilot.press("down", "space")
        for line in range(4):
            for segment in app.screen._compositor.render_strips()[line]:
                assert segment.style is not None
                assert segment.style.color is not None and segment.style.color.is_default
                assert segment.style.bgcolor is not None and segment.style.bgcolor.is_default
        assert styles_of(app, 2)[0][1:] == (True, False, True)
        assert [line[0] for line in app.lines()[1:4]] == ["·", "☑", "☐"]


async def test_change_of_theme_is_followed_at_once():
    app = TableApp(clients(5))
    async with run_app(app, size=(60, 8)) as pilot:

        def colours() -> list[object]:
            return [s.style.color for s in app.screen._compositor.render_strips()[2] if s.style]

        app.theme = "textual-dark"
        await pilot.pause()
        dark = colours()
        app.theme = "textual-light"
        await pilot.pause()
        light = colours()
        assert light != dark
        app.theme = "ansi-dark"
        await pilot.pause()
        assert colours() not in (dark, light)


async def test_line_has_few_changes_of_style():
    app = TableApp(clients(5))
    async with run_app(app, size=(120, 8)):
        runs = app.screen._compositor.render_strips()[2]
        # Plain, the status, plain again.
        assert len(list(runs)) == 3
        assert len(list(app.screen._compositor.render_strips()[1])) <= 2


async def test_border_or_a_tint_from_a_style_sheet_is_drawn():
    class Bordered(TableApp):
        CSS = "SelectTable { border: round red; }"

    app = Bordered(clients(100))
    async with run_app(app, size=(60, 10)) as pilot:
        assert app.lines()[0].startswith("╭")
        assert app.lines()[2].startswith("│☐ C000")
        await pilot.press("G")
        assert "Client 00099" in app.lines()[8]
        await pilot.click(SelectTable, offset=(20, 7))
        assert app.table.cursor_id == 98


async def test_moving_inside_the_page_repaints_two_lines():
    app = TableApp(clients(1000))
    async with run_app(app, size=(80, 24)) as pilot:
        await pilot.press("down")
        drawn: list[int] = []
        draw = app.table.render_line

        def counting(y: int):
            drawn.append(y)
            return draw(y)

        app.table.render_line = counting
        await pilot.press("down")
        assert sorted(drawn) == [2, 3]
        drawn.clear()
        await pilot.press("space")
        assert drawn == [3]
        drawn.clear()
        await pilot.press("shift+down", "shift+down")
        assert set(drawn) == {3, 4, 5}
