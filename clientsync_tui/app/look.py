"""The program's themes and style sheets."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from ..terminal.capabilities import few_colours

if TYPE_CHECKING:
    from textual.app import App

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
    variables={
        "text": "#d7d8da",
        "text-muted": "#9fa1a6",
        "text-disabled": "#85878c",
        "text-primary": "#9dbde5",
        "text-success": "#9ccfa7",
        "text-warning": "#e6c583",
        "text-error": "#eda59f",
        "border": "#5a6f8f",
        "border-blurred": "#3d4046",
        "scrollbar": "#45484e",
        "scrollbar-hover": "#55585f",
        "scrollbar-active": "#6a6e76",
        "scrollbar-background": "#1e1f22",
        "scrollbar-background-hover": "#1e1f22",
        "scrollbar-background-active": "#1e1f22",
        "scrollbar-corner-color": "#1e1f22",
    },
)
LIGHT = Theme(
    name="clientsync-light",
    primary="#2b5c9e",
    secondary="#2f6f5b",
    accent="#8a5a00",
    foreground="#1f2226",
    background="#fafaf9",
    surface="#f1f0ed",
    panel="#e3e1db",
    success="#1f6e37",
    warning="#8a5a00",
    error="#a8261d",
    dark=False,
    variables={
        "text": "#1f2226",
        "text-muted": "#575b61",
        "text-disabled": "#6d7177",
        "text-primary": "#24528f",
        "text-success": "#1c6332",
        "text-warning": "#7a4f00",
        "text-error": "#9c231b",
        "border": "#7a93b5",
        "border-blurred": "#c9c7c1",
        "scrollbar": "#bdbbb5",
        "scrollbar-hover": "#aaa8a2",
        "scrollbar-active": "#96948e",
        "scrollbar-background": "#f1f0ed",
        "scrollbar-background-hover": "#f1f0ed",
        "scrollbar-background-active": "#f1f0ed",
        "scrollbar-corner-color": "#f1f0ed",
    },
)
"""The greys are nearly neutral, so that they stay grey with 256 colours."""


def styles() -> Path:
    """The folder with the style sheets: beside the package in a checkout, inside it when installed."""
    here = Path(__file__).parents[1]
    return here / "styles" if (here / "styles").is_dir() else here.parent / "styles"


def style_sheets() -> list[Path]:
    """The style sheets of all screens."""
    return sorted(styles().glob("*.tcss"))


FIRST_SHEETS: list[str | PurePath] = [styles() / "app.tcss", styles() / "clients.tcss"]
"""The client list's sheets. Parsing a sheet takes as long as drawing a frame, so the others wait."""


def theme_name(setting: str, light: bool | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """The theme's name for `[screen] theme`. `auto` follows the terminal's colours and background.

    `light`: whether the terminal reported a light background. None: it did not answer, so COLORFGBG decides.
    """
    if setting in ("dark", "light"):
        return f"clientsync-{setting}"
    if light is None:
        light = environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")
    if setting == "ansi" or few_colours(environment) or environment.get("NO_COLOR"):
        return "ansi-light" if light else "ansi-dark"
    return "clientsync-light" if light else "clientsync-dark"


def use_theme(app: "App[Any]", name: str) -> None:
    """Applies the theme to an app."""
    app.register_theme(DARK)
    app.register_theme(LIGHT)
    app.theme = name


class NoColours(LineFilter):
    """Implements NO_COLOR: no colours and no greys. Bold, reverse and underline remain."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Removes the colours from a line."""
        return [Segment(text, style and plain(style), control) for text, style, control in segments]


NO_COLOURS = (NoColours(),)
"""All line filters of an app under NO_COLOR."""


@lru_cache(1024)
def plain(style: Style) -> Style:
    """A style without colours and dimness."""
    return style.without_color + NOT_DIM


NOT_DIM = Style(dim=False)
