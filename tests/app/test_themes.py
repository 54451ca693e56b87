"""The themes: text that is readable on every background, greys that stay grey, and which theme a terminal gets."""

import pytest
from rich.color import ColorSystem
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from clientsync_tui.app import look
from clientsync_tui.screens.clients import triage
from clientsync_tui.terminal import capabilities
from clientsync_tui.widgets import details_pane

GROUNDS = ("background", "surface", "panel")
TEXTS = (
    "text", "text-muted", "text-primary", "text-success", "text-warning", "text-error", "foreground", "primary",
)  # fmt: skip
BOTH = pytest.mark.parametrize("theme", [look.DARK, look.LIGHT], ids=lambda theme: theme.name)


def luminance(color: Color) -> float:
    """WCAG 2's relative luminance."""
    parts = [part / 255 for part in color.rgb]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(theme: Theme) -> dict[str, str]:
    app: App[None] = App()
    look.use_theme(app, theme.name)
    return app.get_css_variables()


@BOTH
def test_text_can_be_read(theme: Theme) -> None:
    palette = colours(theme)
    ratios = {
        (text, ground): contrast(Color.parse(palette[text]), Color.parse(palette[ground]))
        for text in TEXTS
        for ground in GROUNDS
    }
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}
    # Unavailable choices are dimmer, but readable.
    assert contrast(Color.parse(palette["text-disabled"]), Color.parse(palette["background"])) >= 3


@BOTH
def test_greys_stay_greys_with_256_colours(theme: Theme) -> None:
    for name in (*GROUNDS, "foreground", "text-muted", "scrollbar"):
        exact = Color.parse(colours(theme)[name])
        number = exact.rich_color.downgrade(ColorSystem.EIGHT_BIT).number
        assert number is not None and (number >= 232 or number in (16, 231)), (name, exact, number)


def test_three_backgrounds_are_distinguishable() -> None:
    for theme in (look.DARK, look.LIGHT):
        grounds = [Color.parse(colours(theme)[name]) for name in GROUNDS]
        assert len({ground.rich_color.downgrade(ColorSystem.EIGHT_BIT).number for ground in grounds}) == 3


@pytest.mark.parametrize(
    ("setting", "light", "environment", "name"),
    [
        ("auto", None, {"TERM": "xterm-256color"}, "clientsync-dark"),
        ("auto", True, {"TERM": "xterm-256color"}, "clientsync-light"),
        ("auto", False, {"TERM": "xterm-256color", "COLORFGBG": "0;15"}, "clientsync-dark"),
        ("auto", None, {"TERM": "xterm-256color", "COLORFGBG": "0;default;15"}, "clientsync-light"),
        ("auto", None, {"TERM": "xterm", "COLORTERM": "truecolor"}, "clientsync-dark"),
        ("auto", None, {"TERM": "xterm"}, "ansi-dark"),
        ("auto", None, {"TERM": "linux"}, "ansi-dark"),
        ("auto", True, {"TERM": "xterm-16color"}, "ansi-light"),
        ("auto", None, {"TERM": "xterm-256color", "NO_COLOR": "1"}, "ansi-dark"),
        ("auto", None, {"TERM": "xterm-256color", "NO_COLOR": ""}, "clientsync-dark"),
        ("auto", None, {"TERM": "alacritty"}, "clientsync-dark"),
        ("light", False, {"TERM": "xterm"}, "clientsync-light"),
        ("ansi", True, {"TERM": "xterm-256color"}, "ansi-light"),
    ],
)
def test_which_theme_a_terminal_gets(
    setting: str, light: bool | None, environment: dict[str, str], name: str
) -> None:
    assert look.theme_name(setting, light, environment) == name


@pytest.mark.parametrize(
    ("parts", "light"),
    [((b"ffff", b"ffff", b"ffff"), 1), ((b"00", b"00", b"00"), 0), ((b"8", b"8", b"8"), 8 / 15)],
)
def test_colour_of_any_length_has_a_lightness(parts: tuple[bytes, bytes, bytes], light: float) -> None:
    assert capabilities.lightness(*parts) == pytest.approx(light)


def test_colours_of_lines_and_bars_are_readable() -> None:
    styles = {*details_pane.STYLES.values(), *triage.STYLES.values()} - {"", "bold"}
    assert {style.removeprefix("$") for style in styles} <= set(TEXTS)
