"""How the program looks: its themes and its style sheets."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePath

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from .terminal import few_colours

DARK = Theme(
    name="clientsync-dark",
    primary="#7aa2d6",
    secondary="#8fb8a8",
    accent="#d6b06a",
    foreground="#d7d8da",
    background="#17181b",
    surface="#1e1f22",
    panel="#2b2d31",
    success="#7fbf8e",
    warning="#e0b45c",
    error="#e5807a",
    dark=True,
)
LIGHT = Theme(
    name="clientsync-light",
    primary="#2b5c9e",
    secondary="#2f6f5b",
    accent="#8a5a00",
    foreground="#1d2126",
    background="#fbfaf7",
    surface="#f2f0eb",
    panel="#e4e1d9",
    success="#1f6e37",
    warning="#8a5a00",
    error="#a8261d",
    dark=False,
)


def styles() -> Path:
    """The folder of the style sheets: beside the package in a checkout, within it when installed."""
    here = Path(__file__).parent
    return here / "styles" if (here / "styles").is_dir() else here.parent / "styles"


def style_sheets() -> list[str | PurePath]:
    """Every style sheet of the screens."""
    return [*sorted(styles().glob("*.tcss"))]


def theme_name(setting: str, light: bool | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """The theme's name for `[screen] theme`. auto goes by the terminal's colours and by its background.

    `light`: whether the terminal said that its background is light; None: it said nothing, so COLORFGBG is looked at.
    """
    if setting in ("dark", "light"):
        return f"clientsync-{setting}"
    if light is None:
        light = environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")
    if setting == "ansi" or few_colours(environment) or "NO_COLOR" in environment:
        return "ansi-light" if light else "ansi-dark"
    return "clientsync-light" if light else "clientsync-dark"


class NoColours(LineFilter):
    """What NO_COLOR asks for: no colour is sent at all, and no grey either; bold, reverse and underline remain."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Takes the colours out of a line."""
        return [Segment(text, style and plain(style), control) for text, style, control in segments]


@lru_cache(1024)
def plain(style: Style) -> Style:
    """A style without colours and dimness."""
    return style.without_color + NOT_DIM


NOT_DIM = Style(dim=False)
