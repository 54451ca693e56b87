"""Lines of text beside a list."""

from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp

from clientsync_tui.widgets.details_pane import DetailsPane, Line, line, wrapped
from tests.support.pilot import run_app


def texts(of: Line, width: int) -> list[str]:
    return [part.plain.rstrip() for part in wrapped(of, width)]


def test_long_line_wraps_with_its_own_indent() -> None:
    of = Line((("Note      ", "muted"), ("ask for Ivy, mornings only", "")), 10)
    assert texts(of, 26) == ["Note      ask for Ivy,", "          mornings only"]
    assert texts(of, 60) == ["Note      ask for Ivy, mornings only"]


def test_right_part_gets_its_own_line_without_room() -> None:
    of = line("Abbey Road Bakery", "heading", right="ABB01 · North")
    assert texts(of, 40) == ["Abbey Road Bakery          ABB01 · North"]
    assert texts(of, 20) == ["Abbey Road Bakery", "ABB01 · North"]


def test_no_width_loses_or_doubles_a_word() -> None:
    of = Line((("Xero  ", "heading"), ("✗ expired: sign-in refused, 株式会社さくら会計", "error")), 2)
    for width in range(8, 60):
        lines = texts(of, width)
        assert "".join("".join(lines).split()) == "Xero✗expired:sign-inrefused,株式会社さくら会計", width


class PaneApp(App[None]):
    def compose(self) -> ComposeResult:
        yield DetailsPane()


async def test_text_from_outside_is_neither_markup_nor_an_escape_code() -> None:
    app = PaneApp()
    async with run_app(app, size=(60, 6)) as pilot:
        pane = app.query_one(DetailsPane)
        pane.show([line("[bold]Bold[/bold] \x1b]52;c;eA==\x07 [@click=app.quit]x[/]", "error")])
        await pilot.pause()
        drawn = "".join(segment.text for strip in app.screen._compositor.render_strips() for segment in strip)
        assert "[bold]Bold[/bold]" in drawn and "[@click=app.quit]x[/]" in drawn
        assert "\x1b" not in drawn and "\x07" not in drawn


async def test_wheel_shows_the_lines_below() -> None:
    app = PaneApp()
    async with run_app(app, size=(60, 6)) as pilot:
        pane = app.query_one(DetailsPane)
        pane.show([line(f"Line {n}") for n in range(10)])
        for kind, last in ((MouseScrollDown, 8), (MouseScrollDown, 9), (MouseScrollUp, 6)):
            await pilot._post_mouse_events([kind], pane)
            assert f"Line {last}" in pane.render().plain.splitlines()[5], kind
