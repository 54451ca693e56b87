"""Only changes are sent, and the terminal shows the same as if everything had been sent."""

from collections.abc import Sequence
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from clientsync_tui.terminal.changed_cells import ChangedCells
from tests.support.clients import add, signed_in, workplace_in
from tests.support.terminal import Terminal

WIDTH, HEIGHT = 12, 3
SIZE = Size(WIDTH, HEIGHT)
COLOURS = ColorSystem.TRUECOLOR
STYLES = st.sampled_from(
    [
        None,
        Style(),
        Style(bold=True),
        Style(color="#aabbcc", bgcolor="#112233"),
        Style(color="#aabbcc", bgcolor="#000000"),
        Style(color="#aabbcc", bgcolor="#112233", reverse=True),
        Style(color="red", underline=True),
        Style(dim=True, underline=True),
        Style(color="#aabbcc", bgcolor="#112233", bold=True, italic=True),
        Style(color="#aabbcc", bgcolor="#112233", meta={"@click": "nothing"}),
    ]
)
TEXTS = st.text(alphabet="ab  ✓é株", max_size=6)


@st.composite
def pieces(draw: st.DrawFn) -> list[tuple[int, int, Strip]]:
    """Part of a frame, or (beginning at the left, as wide as the screen) whole lines of it."""
    drawn: list[tuple[int, int, Strip]] = []
    for y in draw(st.lists(st.integers(0, HEIGHT - 1), unique=True, min_size=1)):
        x = draw(st.one_of(st.just(0), st.integers(0, WIDTH - 2)))
        width = WIDTH if x == 0 else draw(st.integers(1, WIDTH - x))
        parts = draw(st.lists(st.tuples(TEXTS, STYLES), max_size=4))
        strip = Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(width)
        drawn.append((y, x, strip))
    return drawn


def cells(written: str, terminal: pyte.Screen) -> list[list[pyte.screens.Char]]:
    """What a terminal shows after this is written over its present content."""
    pyte.Stream(terminal).feed(written)
    return [[terminal.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


@given(st.lists(pieces(), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_terminal_shows_the_same_as_if_everything_was_sent(
    frames: Sequence[list[tuple[int, int, Strip]]],
) -> None:
    console = Console(color_system="truecolor", force_terminal=True)
    sparing, terminal = ChangedCells(), pyte.Screen(WIDTH, HEIGHT)
    rows = [Strip.blank(WIDTH)] * HEIGHT
    sparing.draw([(y, 0, row) for y, row in enumerate(rows)], SIZE, COLOURS)
    for frame in frames:
        for y, x, strip in frame:
            rows[y] = Strip.join([rows[y].crop(0, x), strip, rows[y].crop(x + strip.cell_length)])
        everything = "".join(f"\x1b[{y + 1};1H{row.render(console)}" for y, row in enumerate(rows))
        expected = cells(everything, pyte.Screen(WIDTH, HEIGHT))
        assert cells(sparing.draw(frame, SIZE, COLOURS), terminal) == expected


def row(*parts: tuple[str, Style | None]) -> tuple[int, int, Strip]:
    return (0, 0, Strip([Segment(*part) for part in parts]).adjust_cell_length(WIDTH))


def test_unchanged_cells_are_not_sent() -> None:
    cells = ChangedCells()
    bold = Style(bold=True)
    assert "one" in cells.draw([row(("one", bold), (" two", None))], SIZE, COLOURS)
    assert cells.draw([row(("one", bold), (" two", None))], SIZE, COLOURS) == ""
    assert cells.draw([row(("one", bold), (" ten", None))], SIZE, COLOURS) == "\x1b[1;6Hen"
    cells.forget()
    assert "one" in cells.draw([row(("one", bold), (" ten", None))], SIZE, COLOURS)


def test_attribute_is_turned_on_and_off_without_sending_the_background_again() -> None:
    plain, bold = (
        Style(color="#aabbcc", bgcolor="#112233"),
        Style(color="#aabbcc", bgcolor="#112233", bold=True),
    )
    written = ChangedCells().draw([row(("a", plain), ("b", bold), ("c", plain))], SIZE, COLOURS)
    assert "a\x1b[1mb\x1b[22mc" in written


def test_line_with_wide_characters_is_sent_whole() -> None:
    cells = ChangedCells()
    cells.draw([row(("株式 a", None))], SIZE, COLOURS)
    assert "株式" in cells.draw([row(("株式 b", None))], SIZE, COLOURS)


def test_columns_line_up_where_a_terminal_takes_characters_to_be_wider_or_narrower() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    line = row((f"{family} one", Style(bold=True)), ("two", None))
    for shown in ("X", "株", "株株株"):
        terminal = pyte.Screen(WIDTH, HEIGHT)
        terminal.draw("old old old!")
        written = ChangedCells().draw([line], SIZE, COLOURS)
        cells(written.replace(family, shown), terminal)
        characters = [terminal.buffer[0][x].data for x in range(WIDTH)]
        assert "".join(characters[2:]) == " onetwo   ", shown


def test_screen_is_redrawn_after_a_resize() -> None:
    cells = ChangedCells()
    cells.draw([row(("one", None))], SIZE, COLOURS)
    assert "one" in cells.draw([row(("one", None))], Size(WIDTH, HEIGHT + 1), COLOURS)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    workplace = workplace_in(tmp_path)
    sign_in = signed_in(workplace.store, "ann@example.com")
    for name in ("Abbey Road Bakery", "Baker & Daughters"):
        add(workplace.store, name, sign_in)
    workplace.close()
    return ["--config", str(tmp_path / "config.toml")]


def test_what_opening_and_closing_a_dialogue_costs(words: list[str]) -> None:
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        terminal.read(0.3)
        before = len(terminal.written)
        terminal.press("?")
        terminal.until("Open Client Sync, export")
        terminal.press("\x1b")
        terminal.until(lambda: "export" not in terminal.text)
        terminal.read(0.3)
        # Textual's own updates of the same come to 60,000.
        assert len(terminal.written) - before < 12_000


def test_redraw_replaces_what_others_wrote_over_the_screen(words: list[str]) -> None:
    with Terminal(*words) as terminal:
        terminal.until("Baker & Daughters")
        terminal.read(0.3)
        shown = terminal.text
        pyte.Stream(terminal.screen).feed("\x1b[5;1HBroadcast message from root@host: the machine goes down")
        assert "Broadcast" in terminal.text
        terminal.press("\x0c")
        terminal.until(lambda: terminal.text == shown)
